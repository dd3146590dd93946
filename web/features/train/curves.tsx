/** The four plots of a run: loss, learning rate, gradient norm, speed. */
import { useMemo } from 'react';
import { useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { LazyPlot } from '../../ui/lazy-plot.tsx';
import { inkColor } from '../../ui/series-colors.ts';
import { smooth } from '../../ui/smooth.ts';
import { useDark } from '../../ui/use-dark.ts';
import { useFormat } from '../../ui/use-format.ts';
import { evaluationOf, joinColumns } from './join-columns.ts';
import type { Series } from './series.ts';

interface CurvesProps {
  readonly series: Series;
  /** The run's own. */
  readonly color: string;
  readonly smoothing: number;
  readonly isLog: boolean;
}

export function Curves({ series, color, smoothing, isLog }: CurvesProps) {
  const text = useTexts(TRAIN).live;
  const isDark = useDark();
  const format = useFormat();
  // An evaluation may come at a step that has no loss of its own.
  const { x, values } = useMemo(
    () => joinColumns([{ step: series.step, values: series.loss }, evaluationOf(series)]),
    [series],
  );
  const [raw, evaluation] = values as [(number | null)[], (number | null)[]];
  const ink = inkColor(isDark);
  const lossLines = useMemo(
    () => [
      { label: text.raw, color, values: raw, isFaint: true, width: 1 },
      { label: text.smoothed, color, values: smooth(raw, smoothing), width: 2 },
      ...(series.evaluation.step.length > 0
        ? [{ label: text.evalLoss, color: ink, values: evaluation, isDots: true }]
        : []),
    ],
    [raw, evaluation, series, smoothing, text, color, ink],
  );
  const single = (label: string, values: readonly (number | null)[]) => [{ label, color, values }];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lines change with their values and words
  const others = useMemo(
    () => ({
      learningRate: single(text.learningRate, series.learningRate),
      gradNorm: single(text.gradNorm, series.gradNorm),
      speed: single(text.speed, series.tokensPerSecond),
    }),
    [series, text, color],
  );
  const digits = (value: number) => format.figure(value);
  return (
    <>
      <div className="panel">
        <LazyPlot
          title={text.loss}
          x={x}
          xLabel={text.step}
          yLabel={text.loss}
          lines={lossLines}
          height={300}
          format={digits}
          isLog={isLog}
        />
      </div>
      <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(260px, 1fr))', gap: 16 }}>
        <div className="panel">
          <LazyPlot
            title={text.learningRate}
            x={series.step}
            xLabel={text.step}
            yLabel={text.learningRate}
            lines={others.learningRate}
            height={160}
            format={format.small}
          />
        </div>
        <div className="panel">
          <LazyPlot
            title={text.gradNorm}
            x={series.step}
            xLabel={text.step}
            yLabel={text.gradNorm}
            lines={others.gradNorm}
            height={160}
            format={digits}
          />
        </div>
        <div className="panel">
          <LazyPlot
            title={text.speed}
            x={series.step}
            xLabel={text.step}
            yLabel={text.speed}
            lines={others.speed}
            height={160}
            format={format.count}
          />
        </div>
      </div>
    </>
  );
}
