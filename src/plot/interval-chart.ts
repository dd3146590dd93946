/** Figures with their intervals, one line each, on a common axis: who is better, and whether that is more than chance. */
import * as Plot from '@observablehq/plot';
import type { Language } from '../core/index.ts';
import {
  COLOURS,
  createDocument,
  createFigure,
  type Figure,
  FONT_FAMILY,
  textWidth,
  titled,
} from './figure.ts';

export interface IntervalChart {
  readonly title: string;
  readonly subtitle?: string;
  readonly lines: readonly {
    readonly name: string;
    readonly value: number;
    readonly low: number;
    readonly high: number;
    /** Drawn in the accent colour; the others are grey. */
    readonly isMarked?: boolean;
  }[];
  /** A bound to reach, as a line across. */
  readonly bound?: number;
  readonly language: Language;
}

const WIDTH = 760;
const LINE_HEIGHT = 34;
const FONT_SIZE = 13;

export function intervalChart(chart: IntervalChart): Figure {
  return createFigure(
    () => draw(chart),
    chart.language,
    chart.lines.map(({ name }) => name),
  );
}

function draw({ title, subtitle = '', lines, bound }: IntervalChart): string {
  const names = lines.map(({ name }) => name);
  const values = lines.flatMap(({ low, high }) => [low, high]).concat(bound ?? []);
  const from = Math.max(0, Math.floor(10 * Math.min(...values) - 0.2) / 10);
  const to = Math.min(1, Math.ceil(10 * Math.max(...values) + 0.2) / 10);
  const height = 40 + LINE_HEIGHT * lines.length;
  const marginLeft = 24 + Math.min(260, Math.max(...names.map((name) => textWidth(name, FONT_SIZE))));
  const colourOf = ({ isMarked = false }: IntervalChart['lines'][number]) =>
    isMarked ? COLOURS.blue : COLOURS.grey;
  const plot = Plot.plot({
    document: createDocument(),
    width: WIDTH,
    height,
    marginTop: 8,
    marginBottom: 32,
    marginLeft,
    marginRight: 64,
    style: { fontFamily: FONT_FAMILY, fontSize: `${FONT_SIZE}px`, color: COLOURS.grey },
    x: { domain: [from, to] },
    y: { domain: names, padding: 0.4 },
    marks: [
      Plot.gridX({ stroke: COLOURS.line, strokeOpacity: 1, ticks: 6 }),
      Plot.axisX({ tickSize: 0, label: null, ticks: 6 }),
      Plot.axisY({ tickSize: 0, label: null, fill: COLOURS.ink }),
      bound === undefined ? null : Plot.ruleX([bound], { stroke: COLOURS.orange, strokeDasharray: '4,3' }),
      Plot.link(lines, {
        x1: 'low',
        x2: 'high',
        y1: 'name',
        y2: 'name',
        stroke: colourOf,
        strokeWidth: 2,
      }),
      Plot.dot(lines, { x: 'value', y: 'name', r: 5, fill: colourOf }),
      Plot.text(lines, {
        x: 'high',
        y: 'name',
        text: ({ value }: IntervalChart['lines'][number]) => value.toFixed(3),
        textAnchor: 'start',
        dx: 10,
        fill: COLOURS.ink,
      }),
    ],
  });
  return titled(plot, { width: WIDTH, height }, [title, subtitle]);
}
