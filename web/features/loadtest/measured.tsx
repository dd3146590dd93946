/** What was measured: figures, percentiles as ApacheBench prints them, latencies, throughput over time, errors. */
import { Stack, Text, Title } from '@mantine/core';
import type { Measurement } from '../../../src/studio/wire/index.ts';
import { useTexts } from '../../i18n/language.tsx';
import { LOADTEST } from '../../i18n/loadtest.ts';
import { EntryTable } from '../../ui/entry-table.tsx';
import { Figures } from '../../ui/figures.tsx';
import { LazyPlot } from '../../ui/lazy-plot.tsx';
import { colorAt } from '../../ui/series-colors.ts';
import { useDark } from '../../ui/use-dark.ts';
import { useFormat } from '../../ui/use-format.ts';

/** As ApacheBench prints them. */
const PERCENTS = [50, 66, 75, 80, 90, 95, 98, 99, 100];
const IN_FIGURES = [50, 95, 99];

interface MeasuredProps {
  readonly measured: Measurement;
  readonly compared: Measurement | undefined;
}

export function Measured({ measured, compared }: MeasuredProps) {
  const text = useTexts(LOADTEST);
  const format = useFormat();
  const { accuracy } = measured;
  /** The figure, and the other test's below it. */
  const figure = (of: (one: Measurement) => number | undefined, digits: number) => (
    <>
      {format.figure(of(measured), digits)}
      {compared && (
        <span style={{ display: 'block', fontSize: 12, color: 'var(--mantine-color-dimmed)' }}>
          {format.figure(of(compared), digits)}
        </span>
      )}
    </>
  );
  return (
    <>
      <Figures
        of={[
          [text.qps, figure((one) => one.requestsPerSecond, 2)],
          [text.completed, figure((one) => one.completed, 0)],
          [text.failed, figure((one) => one.failed, 0)],
          [text.seconds, figure((one) => one.seconds, 2)],
          ...IN_FIGURES.map(
            (percent) => [`p${percent}, ms`, figure((one) => percentile(one, percent), 0)] as const,
          ),
          ...(accuracy && accuracy.compared > 0
            ? [[text.accuracy, format.percent(accuracy.right / accuracy.compared)] as const]
            : []),
        ]}
      />
      <div
        style={{
          display: 'grid',
          gridTemplateColumns: 'repeat(auto-fit, minmax(min(320px, 100%), 1fr))',
          gap: 16,
        }}
      >
        <section className="panel">
          <Title order={2} mb="xs">
            {text.percentiles}
          </Title>
          <EntryTable
            isBare
            entries={PERCENTS}
            keyOf={String}
            columns={[
              { title: text.share, isNumber: true, cell: (percent) => `${percent} %` },
              {
                title: text.ms,
                isNumber: true,
                cell: (percent) => format.figure(percentile(measured, percent), 0),
              },
              ...(compared
                ? [
                    {
                      title: text.other,
                      isNumber: true,
                      cell: (percent: number) => format.figure(percentile(compared, percent), 0),
                    },
                    {
                      title: text.change,
                      isNumber: true,
                      cell: (percent: number) => (
                        <Change now={percentile(measured, percent)} before={percentile(compared, percent)} />
                      ),
                    },
                  ]
                : []),
            ]}
          />
        </section>
        <Plots measured={measured} compared={compared} />
      </div>
      <Errors measured={measured} />
    </>
  );
}

function Change({ now, before }: { now: number | undefined; before: number | undefined }) {
  const format = useFormat();
  if (now === undefined || !before) return '–';
  const share = now / before - 1;
  return `${share > 0 ? '+' : ''}${format.percent(share, 0)}`;
}

function Plots({ measured, compared }: MeasuredProps) {
  const text = useTexts(LOADTEST);
  const format = useFormat();
  const isDark = useDark();
  const tests = [measured, ...(compared ? [compared] : [])];
  const named = (label: string, index: number) => (index === 0 ? label : format.clauses(label, text.other));
  const latencies = histograms(tests);
  const seconds = [...new Set(tests.flatMap(({ overTime }) => overTime.map(({ second }) => second)))].sort(
    (a, b) => a - b,
  );
  const over = (one: Measurement, value: (moment: Measurement['overTime'][number]) => number) => {
    const bySecond = new Map(one.overTime.map((moment) => [moment.second, value(moment)]));
    return seconds.map((second) => bySecond.get(second) ?? null);
  };
  return (
    <Stack gap="md" style={{ minWidth: 0 }}>
      <div className="panel">
        <LazyPlot
          title={text.histogram}
          x={latencies.edges}
          xLabel={text.latencyAxis}
          yLabel={text.countAxis}
          lines={latencies.counts.map((values, index) => ({
            label: named(text.countAxis, index),
            color: colorAt(index, isDark),
            values,
            isSteps: true,
          }))}
          height={180}
          isLogX
          format={format.count}
        />
      </div>
      <div className="panel">
        <LazyPlot
          title={text.overTime}
          x={seconds}
          xLabel={text.seconds}
          yLabel={text.qps}
          lines={[
            ...tests.map((one, index) => ({
              label: named(text.qps, index),
              color: colorAt(index, isDark),
              values: over(one, ({ requestsPerSecond }) => requestsPerSecond),
            })),
            {
              label: text.failed,
              color: colorAt(2, isDark),
              values: over(measured, ({ failed }) => failed),
            },
          ]}
          height={180}
        />
      </div>
    </Stack>
  );
}

/** Counts of several tests over one row of edges; between buckets nothing was counted. */
function histograms(tests: readonly Measurement[]): {
  readonly edges: readonly number[];
  readonly counts: readonly (readonly number[])[];
} {
  const edges = [
    ...new Set(tests.flatMap(({ histogram }) => histogram.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))),
  ]
    // A logarithmic axis has no zero.
    .filter((ms) => ms > 0)
    .sort((a, b) => a - b);
  const counts = tests.map(({ histogram }) => {
    const from = new Map(histogram.map(({ fromMs, count }) => [fromMs, count]));
    return edges.map((edge) => from.get(edge) ?? 0);
  });
  return { edges, counts };
}

function Errors({ measured: { errors, reasons } }: { measured: Measurement }) {
  const text = useTexts(LOADTEST);
  const format = useFormat();
  const failures = Object.entries(errors).filter(([, count]) => count > 0);
  return (
    <section className="panel">
      <Title order={2} mb="xs">
        {text.errors}
      </Title>
      {failures.length === 0 ? (
        <Text size="sm">{text.noErrors}</Text>
      ) : (
        <EntryTable
          isBare
          entries={failures}
          keyOf={([kind]) => kind}
          columns={[
            { title: text.kind, cell: ([kind]) => text.kinds[kind as keyof typeof text.kinds] ?? kind },
            { title: text.count, isNumber: true, cell: ([, count]) => format.count(count) },
            { title: text.reason, cell: ([kind]) => reasons[kind] ?? '–' },
          ]}
        />
      )}
    </section>
  );
}

export function percentile({ percentiles }: Measurement, percent: number): number | undefined {
  return percentiles.find((one) => one.percent === percent)?.ms;
}
