import { expect, it } from 'vitest';
import { type MixStrategy, mixOrder } from './mix-order.ts';

/** interleave_under and interleave_over as interleave_datasets of the Python library datasets 4.0 printed them. */
it.each<[MixStrategy, number[], number[] | undefined]>([
  ['concat', [2, 3], undefined],
  ['interleave_under', [2, 4, 3], [0, 2, 6, 1, 3, 7]],
  ['interleave_over', [2, 4, 3], [0, 2, 6, 1, 3, 7, 0, 4, 8, 1, 5, 6]],
  ['interleave_once', [2, 4, 3], [0, 2, 6, 1, 3, 7, 4, 8, 5]],
  ['interleave_under', [5], undefined],
])('%s of %j', (strategy, lengths, expected) => {
  const order = mixOrder(lengths, { strategy, seed: 1 });
  expect(order && [...order]).toEqual(expected);
});

it('gives each set its share of turns', () => {
  const order = mixOrder([10_000, 10_000], { strategy: 'interleave_under', probabilities: [3, 1], seed: 1 })!;
  const first = order.filter((position) => position < 10_000);
  expect(first).toEqual(Uint32Array.from({ length: 10_000 }, (_, position) => position));
  // Four standard deviations of the share of draws.
  expect(Math.abs(first.length / order.length - 0.75)).toBeLessThan(4 * Math.sqrt(0.1875 / order.length));
});

it('draws until all have ended, and with once no row twice', () => {
  const probabilities = [0.1, 0.9];
  const over = [...mixOrder([3, 5], { strategy: 'interleave_over', probabilities, seed: 2 })!];
  expect(new Set(over).size).toBe(8);
  const once = [...mixOrder([3, 5], { strategy: 'interleave_once', probabilities, seed: 2 })!];
  expect(once.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

it('needs a probability for each set', () => {
  const mix = { strategy: 'interleave_over', probabilities: [1], seed: 1 } as const;
  expect(() => mixOrder([3, 5], mix)).toThrow('interleave_probs has 1 numbers for 2 data sets');
});
