/**
 * Approximate randomization: may the difference of two models be chance? Were they alike, it would not matter whose
 * answer is whose, so each row's two answers change places with probability ½, again and again; p is the share of
 * these differences that are as large. Of accuracy this is McNemar's test. Unlike the share of bootstrap resamples
 * on the other side of 0, it stays honest where the models differ on a handful of rows.
 * @see https://aclanthology.org/C00-2137
 */
import { Random } from '../core/index.ts';
import type { Answers } from './agreement.ts';
import { Binomial } from './binomial.ts';
import { METRICS, type Metric, metricsOf } from './comparison.ts';
import { reportOfCounts } from './metrics.ts';
import { emptyCounts, rowKinds } from './row-kinds.ts';

/** Sums of another order differ by less. */
const ALIKE = 1e-9;

/** @returns the two-sided p of each metric, never 0 */
export function swapTest(
  labels: readonly string[],
  truths: readonly string[],
  models: readonly [Answers, Answers],
  { seed, swaps = 2000 }: { readonly seed: number; readonly swaps?: number | undefined },
): Record<Metric, number> {
  const kinds = rowKinds(labels, truths, models);
  const random = new Random(seed);
  const binomial = new Binomial(truths.length);
  const differences = (swapped: (rows: number) => number): number[] => {
    const first = emptyCounts(labels);
    const second = emptyCounts(labels);
    for (const { truth, answers, rows } of kinds) {
      const [own, other] = [answers[0]!, answers[1]!];
      const moved = own === other ? 0 : swapped(rows);
      first[truth]![own]! += rows - moved;
      first[truth]![other]! += moved;
      second[truth]![other]! += rows - moved;
      second[truth]![own]! += moved;
    }
    const [mine, others] = [first, second].map((counts) => metricsOf(reportOfCounts({ labels, counts })));
    return METRICS.map((metric) => Math.abs(mine![metric] - others![metric]));
  };
  const found = differences(() => 0);
  const asLarge = METRICS.map(() => 1);
  for (let swap = 0; swap < swaps; swap++) {
    const drawn = differences((rows) => binomial.draw(rows, 0.5, random));
    for (const [index, difference] of drawn.entries()) {
      if (difference >= found[index]! - ALIKE) asLarge[index]!++;
    }
  }
  const shares = METRICS.map((metric, index) => [metric, asLarge[index]! / (swaps + 1)]);
  return Object.fromEntries(shares) as Record<Metric, number>;
}
