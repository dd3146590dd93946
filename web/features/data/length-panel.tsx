/** How many tokens rows have, against where they would be cut. */
import { Text, Title } from '@mantine/core';
import { DATASETS, type Lengths, type Overview, type Reading } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { Histogram } from '../../ui/histogram.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

export function LengthPanel({ overview, reading }: { overview: Overview; reading: Reading }) {
  const text = useTexts(DATA);
  const { name } = overview;
  const lengths = useAsk(DATASETS.lengths, { params: { name }, query: reading }, { keep: true });
  return (
    <section className="panel">
      <Title order={2} mb="xs">
        {text.lengths}
      </Title>
      <Answered of={lengths} rows={3}>
        {(data) => <LengthChart lengths={data} rows={overview.rows} />}
      </Answered>
    </section>
  );
}

function LengthChart({ lengths, rows }: { lengths: Lengths; rows: number }) {
  const text = useTexts(DATA);
  const format = useFormat();
  const { counts, binWidth, median, p95, longest, beyondCutoff, cutoffLen, measured } = lengths;
  const cutoff = format.count(cutoffLen);
  return (
    <>
      <Histogram
        counts={counts}
        binWidth={binWidth}
        mark={cutoffLen}
        xLabel={text.tokensAxis}
        yLabel={text.rowsAxis}
        title={text.lengths}
      />
      <Text size="sm">
        {text.lengthsAbout(format.count(median), format.count(p95), format.count(longest))}{' '}
        {beyondCutoff > 0 ? text.beyond(format.count(beyondCutoff), cutoff) : text.within(cutoff)}
        {measured < rows && ` ${text.measured(format.count(measured), format.count(rows))}`}
      </Text>
    </>
  );
}
