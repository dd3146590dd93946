/** How long requests took: bars over a logarithmic axis, with lines at the percentiles that services promise. */
import * as Plot from '@observablehq/plot';
import type { Language } from '../core/index.ts';
import { COLOURS, createFigure, type Figure, type Wording } from './figure.ts';
import { decadeTicks, drawLoadChart } from './load-chart.ts';

export interface LatencyHistogram {
  readonly buckets: readonly { readonly fromMs: number; readonly toMs: number; readonly count: number }[];
  readonly percentiles: readonly { readonly percent: number; readonly ms: number }[];
  /** What was measured: an address, a model. */
  readonly subtitle?: string;
  readonly language: Language;
}

const WORDS = {
  en: { title: 'Latency', x: 'milliseconds', caption: 'requests; lines at percentiles' },
  zh: { title: '延迟', x: '毫秒', caption: '请求数；竖线为分位数' },
} as const;
/** Above the highest bar there is room for the percentiles' names. */
const HEADROOM = 1.3;
const MARKED = [50, 95, 99];
/** What the axis shows where nothing was measured. */
const EMPTY: readonly [number, number] = [1, 1000];

export function latencyHistogram(histogram: LatencyHistogram): Figure {
  return createFigure((wording) => draw(histogram, wording), histogram.language, []);
}

function draw({ buckets, percentiles, subtitle = '' }: LatencyHistogram, wording: Wording): string {
  const words = WORDS[wording.language];
  const from = buckets[0]?.fromMs ?? EMPTY[0];
  const to = buckets.at(-1)?.toMs ?? EMPTY[1];
  const most = buckets.reduce((max, { count }) => Math.max(max, count), 1);
  const marked = percentiles.filter(({ percent }) => MARKED.includes(percent));
  return drawLoadChart({
    title: words.title,
    subtitle: wording.names === 'own' ? subtitle : '',
    caption: words.caption,
    xLabel: words.x,
    x: { type: 'log', domain: [from, to] },
    y: { domain: [0, most * HEADROOM] },
    xTicks: decadeTicks(from, to),
    marks: [
      Plot.rectY(buckets, {
        x1: 'fromMs',
        x2: 'toMs',
        y: 'count',
        fill: COLOURS.blue,
        fillOpacity: 0.75,
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
      Plot.ruleX(marked, { x: 'ms', stroke: COLOURS.orange, strokeWidth: 1.2 }),
      // One above the other, so that percentiles that lie close do not hide each other.
      ...marked.map((mark, index) =>
        Plot.text([mark], {
          x: 'ms',
          frameAnchor: 'top',
          text: ({ percent, ms }: { percent: number; ms: number }) => `p${percent} ${shown(ms)}`,
          fill: COLOURS.orange,
          textAnchor: 'end',
          dx: -4,
          dy: 16 * index - 4,
        }),
      ),
    ],
  });
}

function shown(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : String(Number(ms.toPrecision(3)));
}
