/** How many requests were completed in each span of a load test, and how many failed. */
import * as Plot from '@observablehq/plot';
import type { Language } from '../core/index.ts';
import { COLOURS, createFigure, type Figure, type Wording } from './figure.ts';
import { drawLoadChart } from './load-chart.ts';

export interface ThroughputCurve {
  readonly moments: readonly {
    readonly second: number;
    readonly requestsPerSecond: number;
    readonly failed: number;
  }[];
  /** What was measured: an address, a model. */
  readonly subtitle?: string;
  readonly language: Language;
}

const WORDS = {
  en: {
    title: 'Throughput',
    x: 'seconds',
    caption: 'completed requests per second; dots: spans with failures',
  },
  zh: { title: '吞吐', x: '秒', caption: '每秒完成的请求数；圆点：有失败的时段' },
} as const;

export function throughputCurve(curve: ThroughputCurve): Figure {
  return createFigure((wording) => draw(curve, wording), curve.language, []);
}

function draw({ moments, subtitle = '' }: ThroughputCurve, wording: Wording): string {
  const words = WORDS[wording.language];
  const most = moments.reduce((max, { requestsPerSecond }) => Math.max(max, requestsPerSecond), 0);
  return drawLoadChart({
    title: words.title,
    subtitle: wording.names === 'own' ? subtitle : '',
    caption: words.caption,
    xLabel: words.x,
    x: { domain: [0, Math.max(1, moments.at(-1)?.second ?? 0)] },
    y: { domain: [0, most || 1], nice: true },
    marks: [
      Plot.line(moments, { x: 'second', y: 'requestsPerSecond', stroke: COLOURS.blue, strokeWidth: 2 }),
      Plot.dot(
        moments.filter(({ failed }) => failed > 0),
        { x: 'second', y: 'requestsPerSecond', fill: COLOURS.orange, r: 3 },
      ),
    ],
  });
}
