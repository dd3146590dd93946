/**
 * McNemar's exact test: do two models that judged the same rows differ in how often they are right? Only the rows on
 * which one alone is right tell; were the models alike, each such row would fall to either side like a fair coin.
 * @see https://doi.org/10.1007/BF02295996
 */
import { assert } from '../core/index.ts';

export interface McNemar {
  /** Rows that only the first gets right. */
  readonly onlyFirst: number;
  /** Rows that only the second gets right. */
  readonly onlySecond: number;
  /** Two-sided. */
  readonly p: number;
}

export function mcNemar(firstIsRight: readonly boolean[], secondIsRight: readonly boolean[]): McNemar {
  assert(firstIsRight.length === secondIsRight.length, 'mcNemar takes as many answers of both models');
  let onlyFirst = 0;
  let onlySecond = 0;
  for (const [row, isRight] of firstIsRight.entries()) {
    if (isRight === secondIsRight[row]) continue;
    if (isRight) onlyFirst++;
    else onlySecond++;
  }
  return { onlyFirst, onlySecond, p: fairCoinTest(onlyFirst, onlySecond) };
}

/**
 * Two-sided binomial test of a fair coin: the probability of a result at least as uneven.
 *
 * The binomial coefficients are summed as multiples of the middle one, each from its neighbour by
 * C(n, k - 1) / C(n, k) = k / (n - k + 1), so that nothing overflows and no logarithm of a factorial loses digits.
 */
export function fairCoinTest(heads: number, tails: number): number {
  const tosses = heads + tails;
  const fewer = Math.min(heads, tails);
  // The lower half, from the middle outwards; the upper half is its mirror image.
  let lower = 0;
  let tail = 0;
  let weight = 1;
  for (let k = Math.floor(tosses / 2); k >= 0 && weight > 0; k--) {
    lower += weight;
    if (k <= fewer) tail += weight;
    weight *= k / (tosses - k + 1);
  }
  // Of an even number the middle has no mirror image.
  const all = tosses % 2 === 0 ? 2 * lower - 1 : 2 * lower;
  return Math.min(1, (2 * tail) / all);
}
