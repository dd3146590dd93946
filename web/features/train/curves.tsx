/** The four plots of a run: loss, learning rate, gradient norm, speed. */
import { useMemo } from 'react';
import type { Series } from '../../../src/studio/wire/index.ts';
import { useTexts } from '../../i18n/language.tsx';
import { TRAIN } from '../../i18n/train.ts';
import { LazyPlot } from '../../ui/lazy-plot.tsx';
import { colorAt } from '../../ui/series-colors.ts';
import { smooth } from '../../ui/smooth.ts';
import { useDark } from '../../ui/use-dark.ts';
import { useFormat } from '../../ui/use-format.ts';
import { evaluationOf, joinColumns } from './join-columns.ts';

export function Curves({ series, smoothing, isLog }: { series: Series; smoothing: number; isLog: boolean }) {
  const text = useTexts(TRAIN).live;
  const isDark = useDark();
  const format = useFormat();
  // An evaluation may come at a step that has no loss of its own.
  const { x, values } = useMemo(
    () => joinColumns([{ step: series.step, values: series.loss }, evaluationOf(series)]),
    [series],
  );
  const [raw, evaluation] = values as [(number | null)[], (number | null)[]];
  const [blue, orange] = [colorAt(0, isDark), colorAt(1, isDark)];
  const lossLines = useMemo(
    () => [
      { label: text.raw, color: blue, values: raw, isFaint: true, width: 1 },
      { label: text.smoothed, color: blue, values: smooth(raw, smoothing), width: 2 },
      { label: text.evalLoss, color: orange, values: evaluation, isDots: true },
    ],
    [raw, evaluation, smoothing, text, blue, orange],
  );
  const single = (label: string, values: readonly (number | null)[], index: number) => [
    { label, color: colorAt(index, isDark), values },
  ];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lines change with their values and words
  const others = useMemo(
    () => ({
      learningRate: single(text.learningRate, series.learningRate, 2),
      gradNorm: single(text.gradNorm, series.gradNorm, 3),
      speed: single(text.speed, series.tokensPerSecond, 4),
    }),
    [series, text, isDark],
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
