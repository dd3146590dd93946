/** One data set: its rows, what they are made of, and any row as the model sees it. */
import { Anchor, Button, Group, NumberInput, Select, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { DATASETS, type Lengths, MODELS, type Overview } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { DATA } from '../../i18n/data.ts';
import { useTexts } from '../../i18n/language.tsx';
import { Bars } from '../../ui/bars.tsx';
import { Histogram } from '../../ui/histogram.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { useStored } from '../../ui/use-stored.ts';
import { RowList } from './row-list.tsx';
import { TokenView } from './token-view.tsx';

export function DatasetView({ name }: { name: string }) {
  const text = useTexts(DATA);
  const format = useFormat();
  const overview = useAsk(DATASETS.overview, { params: { name } });
  const [row, setRow] = useState<number>();
  const [cutoff, setCutoff] = useStored('data.cutoff', 2048);
  const [chosen, setModel] = useStored('data.model', '');
  const models = useAsk(MODELS.list).data?.models.filter(({ isHere }) => isHere) ?? [];
  const model = models.find((one) => one.name === chosen)?.name ?? models[0]?.name;
  const reading = model === undefined ? undefined : { model, cutoff_len: cutoff };
  return (
    <>
      <Anchor component={Link} href="/" size="sm">
        ← {text.back}
      </Anchor>
      <PageHead
        title={name}
        about={overview.data && text.rowCount(format.count(overview.data.rows))}
        actions={
          <>
            <Select
              aria-label={text.modelChoice}
              data={models.map((one) => ({ value: one.name, label: one.title }))}
              value={model ?? null}
              onChange={(value) => setModel(value ?? '')}
              placeholder={text.noModel}
              allowDeselect={false}
            />
            <NumberInput
              aria-label={text.cutoff}
              prefix="cutoff_len "
              w={140}
              min={1}
              step={64}
              value={cutoff}
              onChange={(value) => Number(value) > 0 && setCutoff(Number(value))}
            />
            <Button component={Link} href="~/train/new" variant="default">
              {text.train}
            </Button>
          </>
        }
      />
      <Answered of={overview}>
        {(data) => (
          <div
            style={{ display: 'grid', gridTemplateColumns: 'minmax(0, 3fr) minmax(260px, 2fr)', gap: 16 }}
            className="form-grid"
          >
            <Stack gap="md" style={{ minWidth: 0 }}>
              <RowList name={name} overview={data} chosen={row} choose={setRow} />
            </Stack>
            <Stack gap="md" style={{ minWidth: 0 }}>
              <section className="panel" aria-label={text.asModel}>
                <Title order={2} mb="xs">
                  {text.asModel}
                </Title>
                {row === undefined || reading === undefined ? (
                  <Text size="sm" c="dimmed">
                    {reading === undefined ? text.noModel : text.pickRow}
                  </Text>
                ) : (
                  <TokenView name={name} row={row} reading={reading} />
                )}
              </section>
              <Classes overview={data} />
              {reading && <LengthPanel name={name} reading={reading} />}
              <Findings overview={data} />
            </Stack>
          </div>
        )}
      </Answered>
    </>
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

function LengthPanel({ name, reading }: { name: string; reading: { model: string; cutoff_len: number } }) {
  const text = useTexts(DATA);
  const lengths = useAsk(DATASETS.lengths, { params: { name }, query: reading }, { keep: true });
  return (
    <section className="panel">
      <Title order={2} mb="xs">
        {text.lengths}
      </Title>
      <Answered of={lengths} rows={3}>
        {(data) => <LengthChart lengths={data} />}
      </Answered>
    </section>
  );
}

function LengthChart({ lengths }: { lengths: Lengths }) {
  const text = useTexts(DATA);
  const format = useFormat();
  const { counts, binWidth, median, p95, longest, beyondCutoff, cutoffLen } = lengths;
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
        {beyondCutoff > 0
          ? text.beyond(format.count(beyondCutoff), format.count(cutoffLen))
          : text.within(format.count(cutoffLen))}
      </Text>
    </>
  );
}

function Findings({ overview }: { overview: Overview }) {
  const text = useTexts(DATA);
  const format = useFormat();
  return (
    <section className="panel">
      <Title order={2} mb="xs">
        {text.findings}
      </Title>
      {overview.findingCount === 0 ? (
        <Text size="sm">{text.noFindings}</Text>
      ) : (
        <>
          <Text size="sm" mb="xs">
            {text.findingCount(format.count(overview.findingCount))}
          </Text>
          <Group gap={4}>
            {overview.findings.slice(0, 20).map(({ row, reason }) => (
              <Text key={`${row} ${reason}`} size="sm" style={{ overflowWrap: 'anywhere' }}>
                {text.row} {format.count(row)}: {reason}
              </Text>
            ))}
          </Group>
        </>
      )}
    </section>
  );
}
