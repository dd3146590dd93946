/** Repeated measurements in a few figures. */
import { assert } from '../src/core/index.ts';

export interface Summary {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly count: number;
}

export function summarize(values: readonly number[]): Summary {
  assert(values.length > 0, 'nothing was measured');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return {
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
    lowest: sorted[0]!,
    highest: sorted.at(-1)!,
    count: sorted.length,
  };
}

/** As in: 1.87 (1.80 to 1.92). */
export function formatSummary({ median, lowest, highest }: Summary, digits = 2): string {
  return `${median.toFixed(digits)} (${lowest.toFixed(digits)} to ${highest.toFixed(digits)})`;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
