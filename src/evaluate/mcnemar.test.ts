import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fairCoinTest, mcNemar } from './mcnemar.ts';

/** Thousands of products and sums, each to 1e-16. */
const TOLERANCE = 1e-12;

const GOLDEN = new URL('../../test/golden/evaluate/statistics.json', import.meta.url);
const { fairCoin } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as {
  fairCoin: { heads: number; tails: number; p: number }[];
};

describe('fairCoinTest equals scipy.stats.binomtest', () => {
  it.each(fairCoin)('$heads and $tails', ({ heads, tails, p }) => {
    // Relative, so that the smallest are checked too.
    expect(Math.abs(fairCoinTest(heads, tails) - p)).toBeLessThanOrEqual(TOLERANCE * p);
    expect(fairCoinTest(tails, heads)).toBe(fairCoinTest(heads, tails));
  });
});

describe('mcNemar', () => {
  it('counts the rows on which one alone is right', () => {
    const first = [true, true, false, false, true, true];
    const second = [true, false, true, false, false, false];
    expect(mcNemar(first, second)).toEqual({ onlyFirst: 3, onlySecond: 1, p: 0.625 });
  });

  it('finds nothing between models that are right on the same rows', () => {
    expect(mcNemar([true, false], [true, false])).toEqual({ onlyFirst: 0, onlySecond: 0, p: 1 });
  });
});
