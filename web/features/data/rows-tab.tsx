/** The rows of a data set, any of them as the model sees it, and what they are made of. The chosen row is in the address. */
import { Stack, Text, Title } from '@mantine/core';
import { useSearchParams } from 'wouter';
import type { Overview } from '../../../src/studio/wire/index.ts';
import { DATA } from '../../i18n/data.ts';
import { useSaid, useTexts } from '../../i18n/language.tsx';
import { Bars } from '../../ui/bars.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { LengthPanel } from './length-panel.tsx';
import { ReadingFields } from './reading-fields.tsx';
import { RowList } from './row-list.tsx';
import { TokenView } from './token-view.tsx';
import { useReading } from './use-reading.ts';

/** Where a row stands: a file may be one of several. */
export interface RowPlace {
  readonly row: number;
  readonly file?: string | undefined;
}

export function RowsTab({ overview, datasetDir }: { overview: Overview; datasetDir: string }) {
  const text = useTexts(DATA);
  const chosen = useReading();
  const [query, setQuery] = useSearchParams();
  const { reading } = chosen;
  const { name } = overview;
  const row = Number(query.get('row'));
  const place = row >= 1 ? { row, file: query.get('file') ?? undefined } : undefined;
  const choose = ({ row, file }: RowPlace) =>
    setQuery(
      (before) => {
        before.set('row', String(row));
        if (file !== undefined && overview.files > 1) before.set('file', file);
        return before;
      },
      { replace: true },
    );
  return (
    <div
      style={{ display: 'grid', gridTemplateColumns: 'minmax(0, 3fr) minmax(260px, 2fr)', gap: 16 }}
      className="form-grid"
    >
      <Stack gap="md" style={{ minWidth: 0 }}>
        <RowList name={name} overview={overview} chosen={place} choose={choose} />
      </Stack>
      <Stack gap="md" style={{ minWidth: 0 }}>
        <section className="panel" aria-label={text.asModel}>
          <Title order={2} mb="xs">
            {text.asModel}
          </Title>
          <ReadingFields of={chosen} />
          {place === undefined || reading === undefined ? (
            <Text size="sm" c="dimmed" mt="sm">
              {reading === undefined ? text.noModel : text.pickRow}
            </Text>
          ) : (
            <TokenView name={name} place={place} reading={reading} datasetDir={datasetDir} />
          )}
        </section>
        <Classes overview={overview} />
        {reading && <LengthPanel overview={overview} reading={reading} />}
        <LeftOut overview={overview} />
      </Stack>
    </div>
  );
}

function Classes({ overview }: { overview: Overview }) {
  const text = useTexts(DATA);
  const format = useFormat();
  const { classes, distinctAnswers, duplicates } = overview;
  return (
    <section className="panel">
      <Title order={2} mb="xs">
        {text.classes}
      </Title>
      {classes.length > 0 ? (
        <Bars bars={classes} />
      ) : (
        <Text size="sm">{text.noClasses(format.count(distinctAnswers))}</Text>
      )}
      {duplicates > 0 && (
        <Text size="sm" mt="xs">
          {text.duplicates(format.count(duplicates))}
        </Text>
      )}
    </section>
  );
}

const SHOWN = 20;

function LeftOut({ overview }: { overview: Overview }) {
  const text = useTexts(DATA);
  const said = useSaid();
  const format = useFormat();
  const { findings, findingCount } = overview;
  return (
    <section className="panel">
      <Title order={2} mb="xs">
        {text.leftOut}
      </Title>
      <Text size="sm">
        {findingCount === 0 ? text.noneLeftOut : text.leftOutCount(format.count(findingCount))}
      </Text>
      {findings.slice(0, SHOWN).map(({ file, row, ...why }) => (
        <Text key={`${file} ${row} ${why.reason}`} size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {text.row} {format.count(row)}: {said(why)}
        </Text>
      ))}
      {findingCount > SHOWN && (
        <Text size="sm" c="dimmed" mt={4}>
          {text.andMore(format.count(findingCount - SHOWN))}
        </Text>
      )}
    </section>
  );
}
