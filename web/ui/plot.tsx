/**
 * A plot of lines over a number: exact values under the pointer, zoom by dragging or by keys, lines that hide, and what
 * is seen as PNG or CSV. New values are drawn at most once a frame, so a stream of steps stays smooth.
 */
import 'uplot/dist/uPlot.min.css';
import { Button, Group, Text } from '@mantine/core';
import { useResizeObserver } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';
import { PlotLegend, type Reading } from './plot-legend.tsx';
import { isZoomed, type Line, lookByKey, optionsOf, valuesUnderPointer } from './plot-options.ts';
import { saveCsv, savePng } from './save-plot.ts';
import { useDark } from './use-dark.ts';

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
  /** So is the x axis. */
  readonly isLogX?: boolean;
}

export function Plot(props: PlotProps) {
  const { title, x, xLabel, yLabel, lines, height = 240, format, isLog = false, isLogX = false } = props;
  const text = useTexts(SHELL);
  const isDark = useDark();
  const [frame, size] = useResizeObserver<HTMLDivElement>();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const reading = useRef<Reading>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [isPart, setPart] = useState(false);
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = [x as number[], ...lines.map(({ values }) => values as (number | null)[])];
  // A plot is made anew when its lines are others, not when they have more points.
  const shape = JSON.stringify([
    lines.map(({ label, color, width, isFaint, isDashed, isDots, isSteps }) => [
      label,
      color,
      width,
      isFaint,
      isDashed,
      isDots,
      isSteps,
    ]),
    [xLabel, yLabel, isDark, isLog, isLogX, height],
  ]);
  const width = Math.floor(size.width);
  const shown = useRef(lines);
  shown.current = lines;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for all that it is made of
  useEffect(() => {
    if (!host.current || width === 0) return undefined;
    const onLook = (made: uPlot) => {
      reading.current?.show(valuesUnderPointer(made));
      setPart(isZoomed(made));
    };
    const drawn = {
      lines: shown.current,
      hidden,
      xLabel,
      yLabel,
      width,
      height,
      isDark,
      isLog,
      isLogX,
      onLook,
    };
    const made = new uPlot(optionsOf(drawn), data.current, host.current);
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
    const frameId = requestAnimationFrame(() => {
      const stays = isZoomed(made);
      made.setData(data.current, !stays);
      if (stays) made.redraw(); // which new data alone do not, where the scales stay
    });
    return () => cancelAnimationFrame(frameId);
  }, [x, lines]);

  const toggle = (label: string) => {
    const isHidden = !hidden.has(label);
    setHidden(new Set(isHidden ? [...hidden, label] : [...hidden].filter((one) => one !== label)));
    plot.current?.setSeries(1 + lines.findIndex((line) => line.label === label), { show: !isHidden });
  };
  const showAll = () => plot.current && lookByKey(plot.current, '0');
  const button = { variant: 'subtle', color: 'gray', size: 'compact-xs' } as const;
  return (
    <figure style={{ margin: 0, minWidth: 0 }} aria-label={title}>
      <Group justify="space-between" gap="xs" mb={4} wrap="nowrap" align="start">
        <Text component="figcaption" fw={600} size="sm">
          {title}
        </Text>
        <Group gap={4} className="no-print" wrap="nowrap">
          {isPart && (
            <Button {...button} onClick={showAll}>
              {text.resetZoom}
            </Button>
          )}
          <Button
            {...button}
            onClick={() =>
              plot.current &&
              savePng(
                plot.current,
                title,
                lines.filter(({ label }) => !hidden.has(label)),
              )
            }
          >
            {text.png}
          </Button>
          <Button {...button} onClick={() => saveCsv(title, { label: xLabel, values: x }, lines)}>
            {text.csv}
          </Button>
        </Group>
      </Group>
      <PlotLegend {...{ ref: reading, xLabel, lines, hidden, toggle, format }} />
      <div ref={frame}>
        {/* Keys move and zoom it, so it has to be reachable by keyboard. */}
        <div
          ref={host}
          role="img"
          aria-label={`${title}. ${text.plotHint}`}
          title={text.plotHint}
          tabIndex={0}
          style={{ minHeight: height }}
          onKeyDown={(event) => {
            if (plot.current && lookByKey(plot.current, event.key)) event.preventDefault();
          }}
        />
      </div>
    </figure>
  );
}
