/** How latency grows with the rate of requests, against the limit that a service level sets. */
import * as Plot from '@observablehq/plot';
import type { Language } from '../core/index.ts';
import { COLOURS, createFigure, type Figure, type Wording } from './figure.ts';
import { drawLoadChart } from './load-chart.ts';

export interface RampCurve {
  /** In rising order of rate, requests per second. */
  readonly points: readonly { readonly rate: number; readonly ms: number; readonly holds: boolean }[];
  readonly percentile: number;
  readonly limitMs: number;
  /** What was measured: an address, a model. */
  readonly subtitle?: string;
  readonly language: Language;
}

const WORDS = {
  en: {
    title: 'Latency by rate',
    x: 'requests per second',
    caption: (percentile: number) => `p${percentile} in milliseconds; hollow: does not hold`,
    limit: 'limit',
  },
  zh: {
    title: '延迟随速率的变化',
    x: '每秒请求数',
    caption: (percentile: number) => `p${percentile}，毫秒；空心：不达标`,
    limit: '上限',
  },
} as const;
/** Far above the limit a step is only known to be lost, and would press the others flat. */
const MOST_OF_LIMIT = 3;

export function rampCurve(curve: RampCurve): Figure {
  return createFigure((wording) => draw(curve, wording), curve.language, []);
}

function draw({ points, percentile, limitMs, subtitle = '' }: RampCurve, wording: Wording): string {
  const words = WORDS[wording.language];
  const top = MOST_OF_LIMIT * limitMs;
  const shown = points.map((point) => ({ ...point, ms: Math.min(top, point.ms) }));
  const most = shown.reduce((max, { ms }) => Math.max(max, ms), limitMs * 1.2);
  return drawLoadChart({
    title: words.title,
    subtitle: wording.names === 'own' ? subtitle : '',
    caption: words.caption(percentile),
    xLabel: words.x,
    x: { domain: [0, Math.max(1, ...points.map(({ rate }) => rate))] },
    y: { domain: [0, most] },
    marks: [
      Plot.ruleY([limitMs], { stroke: COLOURS.orange, strokeWidth: 1.2 }),
      Plot.text([limitMs], {
        y: (limit: number) => limit,
        frameAnchor: 'left',
        text: () => `${words.limit} ${limitMs}`,
        fill: COLOURS.orange,
        textAnchor: 'start',
        dx: 4,
        dy: -8,
      }),
      Plot.line(shown, { x: 'rate', y: 'ms', stroke: COLOURS.blue, strokeWidth: 2 }),
      Plot.dot(shown, {
        x: 'rate',
        y: 'ms',
        stroke: COLOURS.blue,
        fill: (point: { holds: boolean }) => (point.holds ? COLOURS.blue : '#ffffff'),
        r: 4,
      }),
    ],
  });
}
