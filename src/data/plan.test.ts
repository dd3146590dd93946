import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../core/index.ts';
import { planEpoch } from './plan.ts';

const rowsOf = (lengths: readonly number[]) => ({
  length: lengths.length,
  tokenCount: (index: number) => lengths[index]!,
});

function check(
  lengths: number[],
  options: Partial<Parameters<typeof planEpoch>[1]>,
  expected: number[][],
): void {
  const plan = planEpoch(rowsOf(lengths), { batchSize: 2, shuffle: false, seed: 1, epoch: 0, ...options });
  expect([...plan]).toEqual(expected);
  expect(plan.count).toBe(expected.length);
}

test('unshuffled: consecutive rows in the order given', () => {
  check([3, 1, 2], {}, [[0, 1], [2]]);
  check([3, 1, 2, 9], { epoch: 5 }, [
    [0, 1],
    [2, 3],
  ]);
  check([], {}, []);
  check([], { shuffle: true }, []);
});

test('property: shuffled, every row comes once, and only the last batch is short', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 300 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(),
      (lengths, batchSize, seed) => {
        const plan = [...planEpoch(rowsOf(lengths), { batchSize, shuffle: true, seed, epoch: 1 })];
        expect(plan.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        expect(plan.slice(0, -1).every((batch) => batch.length === batchSize)).toBe(true);
      },
    ),
  );
});

test('shuffled: epochs and seeds differ, little is padding, and lengths come in no order', () => {
  const random = new Random(3);
  const lengths = Array.from({ length: 1600 }, () => 20 + random.integer(60));
  const plan = (seed: number, epoch: number) => [
    ...planEpoch(rowsOf(lengths), { batchSize: 16, shuffle: true, seed, epoch }),
  ];
  expect(plan(42, 0)).toEqual(plan(42, 0));
  expect(plan(42, 0)).not.toEqual(plan(42, 1));
  expect(plan(42, 1)).not.toEqual(plan(43, 0));
  const longest = plan(42, 0).map((batch) => Math.max(...batch.map((i) => lengths[i]!)));
  const padded = longest.reduce((sum, length) => sum + length * 16, 0);
  const real = lengths.reduce((sum, length) => sum + length, 0);
  expect(padded / real).toBeLessThan(1.05);
  const falls = longest.slice(1).filter((length, i) => length < longest[i]!).length;
  expect(falls).toBeGreaterThan(25);
  expect(falls).toBeLessThan(75);
});
