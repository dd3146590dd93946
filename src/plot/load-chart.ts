/** What the pictures of a load test have in common: their size, margins and quiet axes. */
import * as Plot from '@observablehq/plot';
import { COLOURS, createDocument, FONT_FAMILY, titled } from './figure.ts';

const WIDTH = 760;
const HEIGHT = 320;
const FONT_SIZE = 13;

interface LoadChart {
  readonly title: string;
  readonly subtitle: string;
  /** What the vertical axis shows. */
  readonly caption: string;
  readonly xLabel: string;
  readonly x: Plot.ScaleOptions;
  readonly y: Plot.ScaleOptions;
  readonly xTicks?: number[] | undefined;
  readonly marks: readonly Plot.Markish[];
}

/** @returns one SVG that stands alone */
export function drawLoadChart({ title, subtitle, caption, xLabel, x, y, xTicks, marks }: LoadChart): string {
  const plot = Plot.plot({
    document: createDocument(),
    width: WIDTH,
    height: HEIGHT,
    marginTop: 24,
    marginBottom: 44,
    marginLeft: 60,
    marginRight: 40,
    style: { fontFamily: FONT_FAMILY, fontSize: `${FONT_SIZE}px`, color: COLOURS.grey },
    x,
    y,
    marks: [
      Plot.gridY({ stroke: COLOURS.line, strokeOpacity: 1, ticks: 5 }),
      Plot.axisX({
        tickSize: 0,
        label: xLabel,
        labelAnchor: 'center',
        labelArrow: 'none',
        tickFormat: String,
        ...(xTicks ? { ticks: xTicks } : { ticks: 8 }),
      }),
      Plot.axisY({ tickSize: 0, label: null, ticks: 5, tickFormat: String }),
      ...marks,
    ],
  });
  return titled(plot, { width: WIDTH, height: HEIGHT }, [title, subtitle, caption]);
}

/** 1, 2 and 5 of every decade within the bounds: ticks of a logarithmic axis that people can read. */
export function decadeTicks(from: number, to: number): number[] {
  const ticks: number[] = [];
  for (let decade = Math.floor(Math.log10(from)); 10 ** decade <= to; decade++) {
    for (const digit of [1, 2, 5]) {
      const tick = Number((digit * 10 ** decade).toPrecision(3));
      if (tick >= from && tick <= to) ticks.push(tick);
    }
  }
  return ticks;
}
