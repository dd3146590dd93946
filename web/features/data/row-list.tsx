/** The rows of a data set, as many as there are: only those in view are fetched and drawn. */
import { Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { DATASETS, type DataRow, type Overview } from '../../../src/studio/wire/index.ts';
import { call } from '../../api/call.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import type { RowPlace } from './rows-tab.tsx';

interface RowListProps {
  readonly name: string;
  readonly overview: Overview;
  readonly chosen: RowPlace | undefined;
  readonly choose: (place: RowPlace) => void;
}

export function RowList({ name, overview, chosen, choose }: RowListProps) {
  const text = useTexts(DATA);
  const format = useFormat();
  const [typed, setTyped] = useStored(`data.search.${name}`, '');
  const [search] = useDebouncedValue(typed, 250);
  const [stored, setLabel] = useStored<string | null>(`data.class.${name}`, null);
  const label = overview.classes.some((one) => one.label === stored) ? stored : null;
  return (
    <>
      <Group gap="xs">
        <TextInput
          data-search
          type="search"
          style={{ flex: 1 }}
          placeholder={text.search}
          aria-label={text.search}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {overview.classes.length > 0 && (
          <Select
            aria-label={text.classFilter}
            placeholder={text.anyClass}
            clearable
            data={overview.classes.map((one) => ({
              value: one.label,
              label: one.label + format.note(format.count(one.count)),
            }))}
            value={label}
            onChange={setLabel}
          />
        )}
      </Group>
      <VirtualTable<DataRow>
        label={text.rows}
        queryKey={[DATASETS.rows.path, name, overview.rows, search, label]}
        fetchWindow={(offset, limit, signal) =>
          call(DATASETS.rows, {
            params: { name },
            query: { offset, limit, search, ...(label !== null && { label }) },
            signal,
          })
        }
        keyOf={({ file, row }) => `${file} ${row}`}
        isChosen={({ file, row }) => row === chosen?.row && (chosen.file ?? file) === file}
        onChoose={choose}
        empty={text.noRows}
        columns={[
          { title: text.row, width: '56px', isNumber: true, cell: (row) => format.count(row.row) },
          {
            title: text.question,
            width: 'minmax(0, 3fr)',
            cell: (row) => (
              <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                {row.input || row.system}
              </Text>
            ),
          },
          {
            title: text.answer,
            width: 'minmax(80px, 1fr)',
            cell: (row) => (
              <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                {row.output}
              </Text>
            ),
          },
        ]}
      />
    </>
  );
}
