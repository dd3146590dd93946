/**
 * A plot of lines over a number: exact values under the pointer, zoom by dragging, lines that hide, and what is seen as
 * PNG or CSV. New values are drawn at most once a frame, so a stream of steps stays smooth.
 */
import 'uplot/dist/uPlot.min.css';
import { Button, Group, Text } from '@mantine/core';
import { useResizeObserver } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';
import { useDark } from './use-dark.ts';

export interface Line {
  readonly label: string;
  readonly color: string;
  /** Null where there is none. */
  readonly values: readonly (number | null)[];
  readonly width?: number;
  /** Faint, behind what matters. */
  readonly isFaint?: boolean;
  /** Points and no line between them. */
  readonly isDots?: boolean;
}

interface PlotProps {
  readonly title: string;
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
  readonly height?: number;
  readonly format?: (value: number) => string;
  /** The y axis is logarithmic. */
  readonly isLog?: boolean;
}

export function Plot({ title, x, xLabel, yLabel, lines, height = 240, format, isLog = false }: PlotProps) {
  const text = useTexts(SHELL);
  const isDark = useDark();
  const [frame, size] = useResizeObserver<HTMLDivElement>();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = [x as number[], ...lines.map(({ values }) => values as (number | null)[])];
  // A plot is made anew when its lines are others, not when they have more points.
  const shape = JSON.stringify([
    lines.map(({ label, color, width, isFaint, isDots }) => [label, color, width, isFaint, isDots]),
    [xLabel, yLabel, isDark, isLog, height],
  ]);
  const width = Math.floor(size.width);
  const shown = useRef({ lines, format });
  shown.current = { lines, format };

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for all that it is made of
  useEffect(() => {
    if (!host.current || width === 0) return undefined;
    const options = optionsOf({ ...shown.current, xLabel, yLabel, width, height, isDark, isLog });
    const made = new uPlot(options, data.current, host.current);
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [shape, width > 0]);
  useEffect(() => {
    if (width > 0) plot.current?.setSize({ width, height });
  }, [width, height]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data are what changed
  useEffect(() => {
    const made = plot.current;
    if (!made) return undefined;
    const frameId = requestAnimationFrame(() => made.setData(data.current, !isZoomed(made)));
    return () => cancelAnimationFrame(frameId);
  }, [x, lines]);

  return (
    <figure style={{ margin: 0, minWidth: 0 }} aria-label={title}>
      <Group justify="space-between" gap="xs" mb={4} wrap="nowrap">
        <Text component="figcaption" fw={600} size="sm" title={text.plotHint}>
          {title}
        </Text>
        <Group gap={4} className="no-print">
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            onClick={() => savePng(plot.current, title)}
          >
            {text.png}
          </Button>
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            onClick={() => saveCsv(title, xLabel, x, lines)}
          >
            {text.csv}
          </Button>
        </Group>
      </Group>
      <div ref={frame}>
        <div ref={host} style={{ minHeight: height }} />
      </div>
    </figure>
  );
}

interface Drawn {
  readonly lines: readonly Line[];
  readonly format: ((value: number) => string) | undefined;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly width: number;
  readonly height: number;
  readonly isDark: boolean;
  readonly isLog: boolean;
}

function optionsOf({ lines, format, xLabel, yLabel, width, height, isDark, isLog }: Drawn): uPlot.Options {
  const ink = isDark ? '#a3abb5' : '#565d66';
  const grid = { stroke: isDark ? '#2a2f35' : '#eceef1', width: 1 };
  const axis = {
    stroke: ink,
    grid,
    ticks: { show: false },
    font: '11px system-ui',
    labelFont: '11px system-ui',
  };
  const show = format ?? ((value: number) => value.toPrecision(4));
  return {
    width,
    height,
    legend: { live: true },
    cursor: { drag: { x: true, y: false }, points: { size: 6 } },
    scales: { x: { time: false }, ...(isLog && { y: { distr: 3 } }) },
    axes: [
      { ...axis, label: xLabel, labelSize: 18, size: 32 },
      { ...axis, label: yLabel, labelSize: 18, size: 56, values: (_, ticks) => ticks.map(shortNumber) },
    ],
    series: [
      { label: xLabel },
      ...lines.map(({ label, color, width: thickness = 1.5, isFaint = false, isDots = false }) => ({
        label,
        stroke: isFaint ? `${color}59` : color,
        width: thickness,
        spanGaps: true,
        points: isDots ? { show: true, size: 6, fill: color } : { show: false },
        value: (_: uPlot, value: number | null) =>
          value === null || value === undefined ? '–' : show(value),
      })),
    ],
  };
}

function shortNumber(value: number | null): string {
  if (value === null) return '';
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(0)
    : String(Number(value.toPrecision(4)));
}

/** Zoomed plots stay where the user looks. */
function isZoomed(plot: uPlot): boolean {
  const { min, max } = plot.scales['x'] ?? {};
  const xs = plot.data[0];
  if (xs.length === 0 || min === undefined || max === undefined || min === null || max === null) return false;
  return min > xs[0]! || max < xs[xs.length - 1]! - 1e-9;
}

function savePng(plot: uPlot | null, title: string): void {
  plot?.ctx.canvas.toBlob((blob) => blob && save(blob, `${title}.png`));
}

function saveCsv(title: string, xLabel: string, x: readonly number[], lines: readonly Line[]): void {
  const head = [xLabel, ...lines.map(({ label }) => label)].map((name) => `"${name.replaceAll('"', '""')}"`);
  const rows = x.map((value, index) => [value, ...lines.map(({ values }) => values[index] ?? '')].join(','));
  save(new Blob([`\ufeff${[head.join(','), ...rows].join('\n')}\n`], { type: 'text/csv' }), `${title}.csv`);
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
