/** One finding of the doctor: how bad it is, why it matters, what can be done, and its rows, each a way to the row. */
import { Button, Group, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Diagnosis } from '../../../src/studio/wire/index.ts';
import { DATA } from '../../i18n/data.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { useFormat } from '../../ui/use-format.ts';

const FIRST = 5;
const MARKS = {
  error: [IconCircleX, 'var(--ts-bad)'],
  warning: [IconAlertTriangle, 'var(--ts-warn)'],
  note: [IconInfoCircle, 'var(--mantine-color-dimmed)'],
} as const;

export function FindingCard({ name, diagnosis }: { name: string; diagnosis: Diagnosis }) {
  const text = useTexts(DATA);
  const said = useSaid();
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const { severity, what, why, fix, isFixable, rows, rowCount } = diagnosis;
  const [Icon, color] = MARKS[severity];
  const shown = isOpen ? rows : rows.slice(0, FIRST);
  return (
    <section className="panel" aria-label={said(what)}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Icon size={18} color={color} aria-hidden style={{ flex: 'none', marginTop: 2 }} />
        <div style={{ minWidth: 0, flex: 1 }}>
          <Title order={3} style={{ overflowWrap: 'anywhere' }}>
            <span style={{ color }}>{text.check.severities[severity]}</span> · {said(what)}
          </Title>
          <Text size="sm">{said(why)}</Text>
          <Text size="sm" c="dimmed">
            {isFixable ? text.check.remedy : text.check.byHand} {said(fix)}
          </Text>
        </div>
      </Group>
      {rows.length > 0 && (
        <div
          className="scroll-x"
          style={{ maxHeight: 360, overflowY: 'auto', marginTop: 8 }}
          {...(isOpen && { tabIndex: 0, role: 'region', 'aria-label': `${text.rows}: ${said(what)}` })}
        >
          <table className="table">
            <tbody>
              {shown.map(({ file, row, note }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a row may be named twice by one finding
                <tr key={`${file} ${row} ${index}`}>
                  <td className="number" style={{ width: 72 }}>
                    <Link href={`/set/${encodeURIComponent(name)}?row=${row}`}>
                      {text.row} {format.count(row)}
                    </Link>
                  </td>
                  <td style={{ overflowWrap: 'anywhere' }}>{said(note)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rowCount > FIRST && (
        <Group gap="xs" mt={4}>
          <Button variant="subtle" size="compact-xs" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? text.check.fewer : text.check.more(format.count(rowCount))}
          </Button>
          {isOpen && rows.length < rowCount && (
            <Text size="xs" c="dimmed">
              {text.check.firstRows(format.count(rows.length))}
            </Text>
          )}
        </Group>
      )}
    </section>
  );
}
