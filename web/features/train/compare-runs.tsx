/** Up to ten runs in one plot, and their last figures side by side. */
import { Anchor, Group, SegmentedControl, Slider, Stack, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { RUNS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { LazyPlot } from '../../ui/lazy-plot.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { smooth } from '../../ui/smooth.ts';
import { LoadingState } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';
import { evaluationOf, joinColumns, type Column as StepColumn } from './join-columns.ts';
import { readSeries, type Series } from './series.ts';
import { useRunColors } from './use-run-colors.ts';

type Column = 'loss' | 'evaluation' | 'learningRate' | 'gradNorm' | 'tokensPerSecond';

export function CompareRuns({ ids }: { ids: readonly string[] }) {
  const text = useTexts(TRAIN);
  const colorOf = useRunColors();
  const format = useFormat();
  const [column, setColumn] = useState<Column>('loss');
  const [smoothing, setSmoothing] = useState(0.8);
  const { data } = useAsk(RUNS.list);
  const asked = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['series', { id }],
      queryFn: ({ signal }: { signal: AbortSignal }) => readSeries(id, signal),
    })),
    combine: (results) => results.map((result) => result.data),
  });
  const names = useMemo(
    () => ids.map((id) => data?.runs.find((run) => run.id === id)?.folder ?? id),
    [ids, data],
  );
  const joined = useMemo(() => joinColumns(asked.map((series) => columnOf(series, column))), [asked, column]);
  const lines = useMemo(
    () =>
      joined.values.map((values, index) => ({
        label: names[index]!,
        color: colorOf(ids[index]!),
        isDashed: ids.slice(0, index).some((id) => colorOf(id) === colorOf(ids[index]!)),
        values: column === 'loss' ? smooth(values, smoothing) : values,
      })),
    [joined, column, smoothing, names, ids, colorOf],
  );
  const label = column === 'evaluation' ? text.live.evalLoss : labelOf(column, text.live);
  return (
    <Stack gap="md">
      <Anchor component={Link} href="/" size="sm">
        ← {text.back}
      </Anchor>
      <PageHead title={text.compareTitle} />
      <Group gap="lg">
        <SegmentedControl
          value={column}
          onChange={(value) => setColumn(value as Column)}
          data={[
            { value: 'loss', label: text.live.loss },
            { value: 'evaluation', label: text.live.evalLoss },
            { value: 'learningRate', label: text.live.learningRate },
            { value: 'gradNorm', label: text.live.gradNorm },
            { value: 'tokensPerSecond', label: text.live.speed },
          ]}
        />
        <Group gap="xs" style={{ width: 240 }}>
          <Text size="xs" c="dimmed">
            {text.live.smoothing}
          </Text>
          <Slider
            style={{ flex: 1 }}
            size="sm"
            max={0.99}
            step={0.01}
            value={smoothing}
            onChange={setSmoothing}
            thumbLabel={text.live.smoothing}
          />
        </Group>
      </Group>
      {asked.some((series) => series === undefined) ? (
        <LoadingState />
      ) : (
        <div className="panel">
          <LazyPlot
            title={label}
            x={joined.x}
            xLabel={text.live.step}
            yLabel={label}
            lines={lines}
            height={380}
          />
        </div>
      )}
      <div className="scroll-x panel" style={{ padding: 0 }}>
        <table className="table">
          <thead>
            <tr>
              <th>{text.run}</th>
              <th className="number">{text.live.step}</th>
              <th className="number">{text.live.loss}</th>
              <th className="number">{text.live.evalLoss}</th>
            </tr>
          </thead>
          <tbody>
            {asked.map((series, index) => (
              <tr key={ids[index]}>
                <td>
                  <span style={{ color: colorOf(ids[index]!) }}>■</span>{' '}
                  <Link href={`/run/${ids[index]}`}>{names[index]}</Link>
                </td>
                <td className="number">{format.count(series?.step.at(-1) ?? 0)}</td>
                <td className="number">{format.figure(smooth(series?.loss ?? [], 0.9).at(-1))}</td>
                <td className="number">{format.figure(series?.evaluation.loss.at(-1))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Stack>
  );
}

function labelOf(column: Exclude<Column, 'evaluation'>, text: (typeof TRAIN)['en']['live']): string {
  return {
    loss: text.loss,
    learningRate: text.learningRate,
    gradNorm: text.gradNorm,
    tokensPerSecond: text.speed,
  }[column];
}

function columnOf(series: Series | undefined, column: Column): StepColumn {
  if (!series) return { step: [], values: [] };
  return column === 'evaluation' ? evaluationOf(series) : { step: series.step, values: series[column] };
}
