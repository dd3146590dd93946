/** What stands in the columns that are trained on and judged by: the first rows, and the classes of both data sets. */
import { Anchor, Group, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { DATASETS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { EXPERIMENTS_TEXT } from '../../i18n/experiments.ts';
import { useTexts } from '../../i18n/language.tsx';
import { Bars } from '../../ui/bars.tsx';
import { EntryTable } from '../../ui/entry-table.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

const FIRST_ROWS = 3;

export function ColumnsStep({ train, test }: { train: string; test: string }) {
  const text = useTexts(EXPERIMENTS_TEXT).wizard;
  return (
    <>
      <Text size="sm">
        {text.columnsAbout}{' '}
        <Anchor
          component={Link}
          href={`~/data/set/${encodeURIComponent(train)}`}
          size="sm"
          underline="always"
        >
          {text.toColumns}
        </Anchor>
      </Text>
      <FirstRows name={train} title={text.train} />
      <FirstRows name={test} title={text.test} />
    </>
  );
}

function FirstRows({ name, title }: { name: string; title: string }) {
  const text = useTexts(EXPERIMENTS_TEXT).wizard;
  const format = useFormat();
  const rows = useAsk(DATASETS.rows, { params: { name }, query: { limit: FIRST_ROWS } });
  const overview = useAsk(DATASETS.overview, { params: { name } });
  const cut = (value: string) => (
    <Text size="sm" lineClamp={3}>
      {value}
    </Text>
  );
  return (
    <section aria-label={`${title}: ${name}`}>
      <Group gap="xs" mb={4} align="baseline">
        <Title order={2}>{name}</Title>
        <Text size="sm" c="dimmed">
          {title}
          {overview.data && ` · ${text.rowCount(format.count(overview.data.rows))}`}
        </Text>
      </Group>
      <Answered of={rows} rows={FIRST_ROWS}>
        {({ rows: first }) => (
          <EntryTable
            entries={first}
            keyOf={({ row, file }) => `${file} ${row}`}
            columns={[
              ...(first.some(({ system }) => system)
                ? [{ title: text.system, cell: ({ system = '' }: (typeof first)[number]) => cut(system) }]
                : []),
              { title: text.input, cell: ({ input }) => cut(input) },
              { title: text.output, cell: ({ output }) => cut(output) },
            ]}
          />
        )}
      </Answered>
      {overview.data && overview.data.classes.length > 0 && (
        <div className="panel" style={{ marginTop: 8 }}>
          <Bars bars={overview.data.classes} />
        </div>
      )}
    </section>
  );
}
