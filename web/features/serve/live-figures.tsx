/** How a server fares, by its own counters, looked at as long as the page shows them. */
import { SERVERS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SERVE } from '../../i18n/serve.ts';
import { Figures } from '../../ui/figures.tsx';
import { LazyPlot } from '../../ui/lazy-plot.tsx';
import { colorAt } from '../../ui/series-colors.ts';
import { useDark } from '../../ui/use-dark.ts';
import { useFormat } from '../../ui/use-format.ts';

const LOOK_MS = 2000;

export function LiveFigures({ id }: { id: string }) {
  const text = useTexts(SERVE);
  const format = useFormat();
  const isDark = useDark();
  const { data } = useAsk(SERVERS.figures, { params: { id } }, { everyMs: () => LOOK_MS });
  if (!data) return null;
  const ms = (seconds: number | undefined) =>
    seconds === undefined ? '–' : `${format.figure(1000 * seconds, 0)} ms`;
  const count = (value: number | undefined) => (value === undefined ? '–' : format.count(value));
  const { rates } = data;
  return (
    <>
      <Figures
        of={[
          [text.qps, format.figure(rates.at(-1)?.qps, 1)],
          [text.p50, ms(data.p50)],
          [text.p95, ms(data.p95)],
          [text.p99, ms(data.p99)],
          [text.inside, format.count(data.inside)],
          [text.waiting, count(data.waiting)],
          [text.batch, count(data.batchSize)],
          [text.speed, format.figure(data.tokensPerSecond, 0)],
          [text.requests, format.count(data.requests)],
          [text.failed, format.count(data.failed)],
          [text.tokens, format.count(data.completionTokens)],
          [text.memory, data.memoryBytes === undefined ? '–' : format.bytes(data.memoryBytes)],
        ]}
      />
      {rates.length > 1 && (
        <LazyPlot
          title={text.throughput}
          x={rates.map(({ second }) => second)}
          xLabel={text.seconds}
          yLabel={text.qps}
          lines={[{ label: text.qps, color: colorAt(0, isDark), values: rates.map(({ qps }) => qps) }]}
          height={140}
        />
      )}
    </>
  );
}
