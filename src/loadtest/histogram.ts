/** Times of any number of requests in constant memory: an HDR histogram of microseconds with four exact digits. */
import { Int32Histogram } from 'hdr-histogram-js';
import type { HistogramBucket, Percentile, TimeSummary } from './result.ts';

/** Longer times count as this: an hour. */
const HIGHEST_US = 3_600_000_000;
const DIGITS = 4;
const BUCKETS_PER_DECADE = 20;
const FINE_PERCENTS = [...Array.from({ length: 100 }, (_, percent) => percent), 99.9, 99.99, 100];

export class TimeHistogram {
  readonly #microseconds = new Int32Histogram(1, HIGHEST_US, DIGITS);

  record(ms: number): void {
    this.#microseconds.recordValue(Math.min(HIGHEST_US, Math.max(0, Math.round(ms * 1000))));
  }

  get count(): number {
    return this.#microseconds.totalCount;
  }

  /** The time within which so many percent of the requests ended: nearest rank. */
  percentile(percent: number): number {
    const { totalCount, maxValue } = this.#microseconds;
    if (totalCount === 0) return 0;
    // The histogram answers with the upper end of a bucket, which may lie above all that was recorded.
    return Math.min(maxValue, this.#microseconds.getValueAtPercentile(percent)) / 1000;
  }

  percentiles(): Percentile[] {
    if (this.count === 0) return [];
    return FINE_PERCENTS.map((percent) => ({ percent, ms: this.percentile(percent) }));
  }

  summary(): TimeSummary {
    const { totalCount, mean, stdDeviation, maxValue } = this.#microseconds;
    if (totalCount === 0) return { min: 0, mean: 0, sd: 0, median: 0, max: 0 };
    return {
      min: this.percentile(0),
      mean: mean / 1000,
      sd: stdDeviation / 1000,
      median: this.percentile(50),
      max: maxValue / 1000,
    };
  }

  /** From the fastest request to the slowest, empty buckets between them included. */
  buckets(): HistogramBucket[] {
    const counts = new Map<number, number>();
    const iterator = this.#microseconds.recordedValuesIterator;
    iterator.reset();
    while (iterator.hasNext()) {
      const { valueIteratedTo, countAddedInThisIterationStep } = iterator.next();
      const place = Math.floor(BUCKETS_PER_DECADE * Math.log10(Math.max(1, valueIteratedTo)));
      counts.set(place, (counts.get(place) ?? 0) + countAddedInThisIterationStep);
    }
    const places = [...counts.keys()];
    const first = Math.min(...places);
    const edge = (place: number) => Number((10 ** (place / BUCKETS_PER_DECADE) / 1000).toPrecision(6));
    return Array.from({ length: places.length === 0 ? 0 : Math.max(...places) - first + 1 }, (_, index) => {
      const place = first + index;
      return { fromMs: edge(place), toMs: edge(place + 1), count: counts.get(place) ?? 0 };
    });
  }
}
