import { describe, expect, it } from 'vitest';
import type { LoadTestResult, Measurement } from '../loadtest/index.ts';
import { loadEvidence, loadFigure } from './load-figures.ts';

/** A hundred equal steps: the p-th percentile is p ms. */
const PERCENTILES = Array.from({ length: 101 }, (_, percent) => ({ percent, ms: percent }));
const measured = (changes: Partial<Measurement>): Measurement =>
  ({
    requests: 400,
    completed: 400,
    failed: 0,
    requestsPerSecond: 50,
    percentiles: PERCENTILES,
    overTime: [],
    ...changes,
  }) as unknown as Measurement;
const level = (concurrency: number, requestsPerSecond: number) => ({
  concurrency,
  result: { measured: measured({ requestsPerSecond }) } as LoadTestResult,
});

describe('a figure of a load test', () => {
  it('bounds a percentile by the binomial ranks around it', () => {
    // 1.96 · √(0.95 · 0.05 / 400) = 0.0214.
    const { value, low, high } = loadFigure(measured({}), 'p95_ms')!;
    expect([value, low, high].map((ms) => Number(ms.toFixed(2)))).toEqual([95, 92.86, 97.14]);
    expect(loadFigure(measured({ completed: 10 }), 'p99_ms')!.high).toBe(100);
    expect(loadFigure(measured({ percentiles: [], completed: 0 }), 'p95_ms')).toBeUndefined();
  });

  it('bounds a rate by its spread over time, where there is enough of it', () => {
    const rates = [1, 40, 60, 40, 60, 40, 60, 1].map((requestsPerSecond) => ({ requestsPerSecond }));
    const { value, low, high } = loadFigure(
      measured({ overTime: rates as unknown as Measurement['overTime'] }),
      'qps',
    )!;
    // The spread of 40, 60, … is √120; 1.96 · √(120 / 6) = 8.77.
    expect([value, low, high].map((rate) => Number(rate.toFixed(2)))).toEqual([50, 41.23, 58.77]);
    expect(loadFigure(measured({}), 'qps')).toEqual({ value: 50, low: 50, high: 50 });
  });

  it.each([
    // statsmodels.stats.proportion.proportion_confint(k, 400, method='wilson')
    [0, 0, 0.00951],
    [4, 0.0039, 0.02541],
    [400, 0.99049, 1],
  ])('bounds the share of %d failed requests as Wilson does', (failed, low, high) => {
    const figure = loadFigure(measured({ failed }), 'failed_share')!;
    expect(figure.low).toBeCloseTo(low, 4);
    expect(figure.high).toBeCloseTo(high, 4);
  });
});

describe('the evidence for a criterion', () => {
  const levels = [level(1, 20), level(8, 70), level(32, 60)];
  it.each([
    [{ metric: 'qps', min: 1 }, 70],
    [{ metric: 'qps', min: 1, atConcurrency: 32 }, 60],
    [{ metric: 'qps', min: 1, atConcurrency: 64 }, undefined],
  ])('%j', (criterion, value) => {
    expect(loadEvidence(levels, criterion).figure?.value).toBe(value);
  });

  it('is none where nothing was pressed', () => {
    expect(loadEvidence([], { metric: 'p95_ms', max: 1 })).toEqual({
      criterion: { metric: 'p95_ms', max: 1 },
    });
  });
});
