import { describe, expect, it } from 'vitest';
import { smooth } from './smoothing.ts';

// Golden values: the formula evaluated in Python (float64).
const CASES: readonly (readonly [number[], number[]])[] = [
  [[], []],
  [[2], [2]],
  [
    [4, 2, 3, 1],
    [4, 2.1794023903249204, 2.926391413664687, 1.172799612156424],
  ],
];

function check(values: readonly number[], expected: readonly number[]): void {
  const smoothed = smooth(values);
  expect(smoothed).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(smoothed[index]).toBeCloseTo(value, 12);
}

describe('smooth', () => {
  it.each(CASES)('%j', check);

  it('calms the noise of a long run', () => {
    const noise = Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const steady = smooth(noise).slice(-100);
    expect(Math.max(...steady.map(Math.abs))).toBeLessThan(0.06);
  });
});
