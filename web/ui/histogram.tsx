/** A histogram of equal bars as plain SVG, with a mark where a bound lies. */
import { Text } from '@mantine/core';
import { useFormat } from './use-format.ts';

interface HistogramProps {
  readonly title: string;
  readonly counts: readonly number[];
  readonly binWidth: number;
  /** A bound on the x axis. */
  readonly mark?: number;
  readonly xLabel: string;
  readonly yLabel: string;
}

const WIDTH = 400;
const HEIGHT = 120;

export function Histogram({ title, counts, binWidth, mark, xLabel, yLabel }: HistogramProps) {
  const format = useFormat();
  const most = Math.max(1, ...counts);
  const bar = WIDTH / Math.max(1, counts.length);
  const end = counts.length * binWidth;
  const bars = counts.map((count, index) => ({ from: index * binWidth, count, index }));
  return (
    <figure style={{ margin: 0 }}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width="100%"
        height={HEIGHT}
        preserveAspectRatio="none"
        role="img"
        aria-label={title}
      >
        {bars.map(({ from, count, index }) => (
          <rect
            key={from}
            x={index * bar}
            y={HEIGHT - (HEIGHT * count) / most}
            width={Math.max(1, bar - 1)}
            height={(HEIGHT * count) / most}
            fill="var(--ts-bar)"
            opacity={mark !== undefined && index * binWidth >= mark ? 0.35 : 0.8}
          >
            <title>{`${format.count(index * binWidth)}–${format.count((index + 1) * binWidth - 1)}: ${format.count(count)}`}</title>
          </rect>
        ))}
        {mark !== undefined && mark < end && (
          <line
            x1={(mark / end) * WIDTH}
            x2={(mark / end) * WIDTH}
            y1={0}
            y2={HEIGHT}
            stroke="var(--ts-bad)"
            strokeWidth={2}
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      <Text
        size="xs"
        c="dimmed"
        style={{ display: 'flex', justifyContent: 'space-between', fontVariantNumeric: 'tabular-nums' }}
      >
        <span>0</span>
        <span>
          {xLabel} · {yLabel} ≤ {format.count(most)}
        </span>
        <span>{format.count(end)}</span>
      </Text>
    </figure>
  );
}
