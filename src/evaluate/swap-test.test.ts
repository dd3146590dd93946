import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fairCoinTest } from './mcnemar.ts';
import { swapTest } from './swap-test.ts';

interface GoldenCase {
  readonly name: string;
  readonly labels: string[];
  readonly truths: number[];
  readonly first: number[];
  readonly second: number[];
  readonly chances: Record<string, number>;
}

const GOLDEN = new URL('../../test/golden/evaluate/statistics.json', import.meta.url);
const { bootstrap: cases, resamples: swaps } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as {
  bootstrap: GoldenCase[];
  resamples: number;
};

/** Four times what two shares of so many draws differ by, and the one that each counts in addition. */
const monteCarlo = (p: number, draws: number) => 4 * Math.sqrt((2 * p * (1 - p)) / draws) + 2 / draws;

describe('swapTest equals scipy.stats.permutation_test within Monte Carlo error', () => {
  it.each(cases)('$name', ({ labels, truths, first, second, chances }) => {
    const named = (list: readonly number[]) => list.map((index) => labels[index]!);
    const actual = swapTest(labels, named(truths), [named(first), named(second)], { seed: 1, swaps });
    for (const metric of ['accuracy', 'macro_f1'] as const) {
      const expected = chances[metric]!;
      expect(Math.abs(actual[metric] - expected)).toBeLessThanOrEqual(monteCarlo(expected, swaps));
    }
  });
});

describe('swapTest', () => {
  const truths = ['a', 'b', 'a', 'b', 'a', 'b'];
  const worse = ['b', 'a', 'b', 'a', undefined, 'b'];

  it('is McNemar’s test of accuracy, also where few rows differ', () => {
    const { accuracy } = swapTest(['a', 'b'], truths, [truths, worse], { seed: 1, swaps: 4000 });
    const exact = fairCoinTest(5, 0);
    expect(Math.abs(accuracy - exact)).toBeLessThanOrEqual(monteCarlo(exact, 4000));
  });

  it('finds nothing between a model and itself', () => {
    expect(swapTest(['a', 'b'], truths, [worse, worse], { seed: 1, swaps: 50 })).toEqual({
      accuracy: 1,
      macro_f1: 1,
      micro_f1: 1,
      weighted_f1: 1,
    });
  });

  it('gives the same whoever comes first, and from the same seed', () => {
    const there = swapTest(['a', 'b'], truths, [truths, worse], { seed: 3, swaps: 200 });
    expect(swapTest(['a', 'b'], truths, [truths, worse], { seed: 3, swaps: 200 })).toEqual(there);
    expect(swapTest(['a', 'b'], truths, [worse, truths], { seed: 3, swaps: 200 })).toEqual(there);
  });
});
