/** What differs in a repaired copy, row by row; as many as there are, and only those in view are fetched. */
import { Text, Title } from '@mantine/core';
import { type Change, DOCTOR } from '../../../src/studio/wire/index.ts';
import { call } from '../../api/call.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { VirtualTable } from '../../ui/virtual-table.tsx';

export function ChangeList({ name }: { name: string }) {
  const text = useTexts(DATA);
  const format = useFormat();
  const all = text.check;
  return (
    <section aria-label={all.changes}>
      <Title order={2} mb="xs">
        {all.changes}
      </Title>
      <VirtualTable<Change>
        label={all.changes}
        height={300}
        queryKey={[DOCTOR.changes.path, name]}
        fetchWindow={(offset, limit, signal) =>
          call(DOCTOR.changes, { params: { name }, query: { offset, limit }, signal })
        }
        keyOf={({ file, row }) => `${file} ${row}`}
        empty={all.noChanges}
        columns={[
          { title: text.row, width: '64px', isNumber: true, cell: ({ row }) => format.count(row) },
          {
            title: all.action,
            width: '88px',
            cell: ({ action }) => <Text size="sm">{all.actions[action]}</Text>,
          },
          {
            title: all.reason,
            width: 'minmax(90px, 1fr)',
            cell: ({ checks }) => (
              <Text size="sm" lineClamp={2}>
                {format.list(checks.map((check) => all.checks[check as keyof typeof all.checks] ?? check))}
              </Text>
            ),
          },
          {
            title: all.difference,
            width: 'minmax(0, 4fr)',
            cell: (change) => <Difference change={change} />,
          },
        ]}
      />
    </section>
  );
}

function Difference({ change: { values } }: { change: Change }) {
  const whole = values.map(
    ({ column, before, after }) =>
      `${column}: ${[before, after].filter((value) => value !== undefined).join(' → ')}`,
  );
  return (
    <Text size="sm" lineClamp={2} title={whole.join('\n')} style={{ overflowWrap: 'anywhere' }}>
      {values.map(({ column, before, after }) => (
        <span key={column} style={{ marginRight: 8 }}>
          <span style={{ color: 'var(--mantine-color-dimmed)' }}>{column}: </span>
          {before !== undefined && <del>{before}</del>} {after !== undefined && <ins>{after}</ins>}
        </span>
      ))}
    </Text>
  );
}
