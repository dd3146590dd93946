/** Pictures of load tests: what they show, and that they stand when nothing was measured. */
import { describe, expect, it } from 'vitest';
import { latencyHistogram } from './latency-histogram.ts';
import { decadeTicks } from './load-chart.ts';
import { rampCurve } from './ramp-curve.ts';
import { throughputCurve } from './throughput-curve.ts';

const BUCKETS = [
  { fromMs: 10, toMs: 11.22, count: 40 },
  { fromMs: 11.22, toMs: 12.59, count: 60 },
];
const PERCENTILES = [
  { percent: 50, ms: 11.5 },
  { percent: 90, ms: 12 },
  { percent: 95, ms: 12.1 },
  { percent: 99, ms: 1234 },
];

describe('latencyHistogram', () => {
  it('draws a bar for each bucket and names the percentiles that services promise', () => {
    const { svg } = latencyHistogram({
      buckets: BUCKETS,
      percentiles: PERCENTILES,
      subtitle: 'h<1>',
      language: 'en',
    });
    for (const text of ['Latency', 'h&lt;1&gt;', 'p50 11.5', 'p95 12.1', 'p99 1234'])
      expect(svg).toContain(text);
    expect(svg).not.toContain('p90');
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg.match(/<rect/g)).toHaveLength(BUCKETS.length);
  });
});

describe('throughputCurve', () => {
  it('marks spans with failures', () => {
    const moments = [0, 1, 2].map((second) => ({
      second,
      requestsPerSecond: 10 * second,
      failed: second === 1 ? 3 : 0,
    }));
    const { svg } = throughputCurve({ moments, language: 'zh' });
    expect(svg).toContain('吞吐');
    expect(svg.match(/<circle/g)).toHaveLength(1);
  });
});

describe('rampCurve', () => {
  it('holds each rate against the limit, and keeps lost ones within the picture', () => {
    const points = [
      { rate: 10, ms: 50, holds: true },
      { rate: 20, ms: 30_000, holds: false },
    ];
    const { svg } = rampCurve({ points, percentile: 95, limitMs: 300, language: 'en' });
    expect(svg).toContain('limit 300');
    expect(svg).toContain('p95 in milliseconds');
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg).not.toMatch(/30,?000/);
  });
});

it.each([
  ['latency', latencyHistogram({ buckets: [], percentiles: [], language: 'en' })],
  ['throughput', throughputCurve({ moments: [], language: 'en' })],
  ['ramp', rampCurve({ points: [], percentile: 95, limitMs: 300, language: 'en' })],
])('%s of nothing is a picture', (_, figure) => {
  expect(figure.svg).not.toMatch(/NaN|Infinity/);
  expect(figure.png().bytes.length).toBeGreaterThan(1000);
});

it('puts ticks at 1, 2 and 5 of every decade', () => {
  expect(decadeTicks(8, 130)).toEqual([10, 20, 50, 100]);
  expect(decadeTicks(0.15, 1)).toEqual([0.2, 0.5, 1]);
});
