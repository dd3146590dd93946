/**
 * Figures of a load test with intervals of 95 %, so that a criterion about them can be judged like one about answers.
 * Requests are taken as independent, which those of a closed loop are not quite: the intervals are a little narrow.
 */
import type { CriterionSpec } from '../config/index.ts';
import type { Evidence, Measured } from '../evaluate/index.ts';
import type { Measurement } from '../loadtest/index.ts';
import type { LoadLevel } from './stage-results.ts';

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964;
/** Fewer spans of time tell nothing of their spread. */
const LEAST_SPANS = 6;

const PERCENTILES: Readonly<Record<string, number>> = { p50_ms: 50, p95_ms: 95, p99_ms: 99 };

/** Nothing was measured where no request ended, or at no such concurrency. */
export function loadEvidence(levels: readonly LoadLevel[], criterion: CriterionSpec): Evidence {
  const { metric, atConcurrency } = criterion;
  const found = levels.filter(
    ({ concurrency }) => atConcurrency === undefined || concurrency === atConcurrency,
  );
  const measured = found.map(({ result }) => result.measured);
  const best = measured.toSorted((a, b) => b.requestsPerSecond - a.requestsPerSecond)[0];
  const figure = best && loadFigure(best, metric);
  return { criterion, ...(figure && { figure }) };
}

export function loadFigure(measured: Measurement, metric: string): Measured | undefined {
  if (metric === 'qps') return rateFigure(measured);
  if (metric === 'failed_share') return failedFigure(measured);
  const percent = PERCENTILES[metric];
  return percent === undefined ? undefined : percentileFigure(measured, percent);
}

/**
 * The ranks between which a quantile lies are binomial: those at p ± z √(p (1 - p) / n) bound it.
 * @see https://en.wikipedia.org/wiki/Binomial_distribution (order statistics)
 */
function percentileFigure({ percentiles, completed }: Measurement, percent: number): Measured | undefined {
  if (percentiles.length === 0 || completed === 0) return undefined;
  const share = percent / 100;
  const half = 100 * Z * Math.sqrt((share * (1 - share)) / completed);
  return {
    value: msAt(percentiles, percent),
    low: msAt(percentiles, percent - half),
    high: msAt(percentiles, percent + half),
  };
}

/** Between the percentiles that were kept, along a straight line. */
function msAt(percentiles: Measurement['percentiles'], percent: number): number {
  const wanted = Math.min(100, Math.max(0, percent));
  const sorted = percentiles.toSorted((a, b) => a.percent - b.percent);
  const above = sorted.findIndex((one) => one.percent >= wanted);
  const high = sorted[above] ?? sorted.at(-1)!;
  const low = sorted[above - 1];
  if (!low || high.percent === low.percent) return high.ms;
  return low.ms + ((high.ms - low.ms) * (wanted - low.percent)) / (high.percent - low.percent);
}

/** By the spread of the rate over time; the first and the last span are cut short and do not count. */
function rateFigure({ requestsPerSecond: value, overTime }: Measurement): Measured {
  const rates = overTime.slice(1, -1).map(({ requestsPerSecond }) => requestsPerSecond);
  if (rates.length < LEAST_SPANS) return { value, low: value, high: value };
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (rates.length - 1);
  const half = Z * Math.sqrt(variance / rates.length);
  return { value, low: Math.max(0, value - half), high: value + half };
}

/** Wilson's interval. @see https://doi.org/10.1080/01621459.1927.10502953 */
function failedFigure({ failed, requests }: Measurement): Measured | undefined {
  if (requests === 0) return undefined;
  const share = failed / requests;
  const centre = share + Z ** 2 / (2 * requests);
  const half = Z * Math.sqrt((share * (1 - share)) / requests + Z ** 2 / (4 * requests ** 2));
  const whole = 1 + Z ** 2 / requests;
  return {
    value: share,
    low: failed === 0 ? 0 : (centre - half) / whole,
    high: failed === requests ? 1 : (centre + half) / whole,
  };
}
