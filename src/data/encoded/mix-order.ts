/**
 * In which order the rows of several data sets follow each other: mix_strategy and interleave_probs of LLaMA-Factory,
 * which are interleave_datasets of the Python library datasets. Draws are by our own generator, so with probabilities
 * the order is another one than theirs, and its shares the same.
 */
import { DataError, Random } from '../../core/index.ts';

export type MixStrategy = 'concat' | 'interleave_under' | 'interleave_over' | 'interleave_once';

export interface Mix {
  /**
   * concat: one set after the other; interleave_under: in turns until one has ended; interleave_over: in turns until all
   * have ended, ended ones begin anew; interleave_once: in turns, each row once.
   */
  readonly strategy: MixStrategy;
  /** How often each set has its turn, up to a factor; in rotation when absent. */
  readonly probabilities?: readonly number[] | undefined;
  readonly seed: number;
}

/**
 * @param lengths rows of each set
 * @returns positions among all rows, counted through the sets; undefined where they are in order already
 * @throws DataError when there is not one probability for each set
 */
export function mixOrder(
  lengths: readonly number[],
  { strategy, probabilities, seed }: Mix,
): Uint32Array | undefined {
  if (strategy === 'concat' || lengths.length < 2) return undefined;
  if (probabilities && probabilities.length !== lengths.length) {
    throw new DataError({
      en: `data: interleave_probs has ${probabilities.length} numbers for ${lengths.length} data sets; give one for each`,
      zh: `数据：interleave_probs 有 ${probabilities.length} 个数字，而数据集有 ${lengths.length} 个；请为每个数据集各填一个`,
    });
  }
  const starts = lengths.map((_, set) => lengths.slice(0, set).reduce((sum, length) => sum + length, 0));
  const taken = lengths.map(() => 0);
  const hasEnded = lengths.map((length) => length === 0);
  const isDone = () =>
    strategy === 'interleave_under' ? hasEnded.includes(true) : !hasEnded.includes(false);
  const turns = turnsOf(lengths.length, probabilities, new Random(seed));
  const order: number[] = [];
  // In rotation a round is always finished.
  for (let round = 0; !isDone() || (!probabilities && round % lengths.length !== 0); round++) {
    const set = turns.next().value;
    if (lengths[set] === 0 || (strategy === 'interleave_once' && hasEnded[set])) continue;
    order.push(starts[set]! + taken[set]!);
    taken[set]!++;
    if (taken[set] === lengths[set]) {
      hasEnded[set] = true;
      taken[set] = 0;
    }
  }
  return Uint32Array.from(order);
}

function* turnsOf(
  count: number,
  probabilities: readonly number[] | undefined,
  random: Random,
): Generator<number, never> {
  const total = probabilities?.reduce((sum, share) => sum + share, 0) ?? 0;
  for (let turn = 0; ; turn++) {
    if (!probabilities) {
      yield turn % count;
      continue;
    }
    let rest = random.uniform() * total;
    let set = 0;
    while (set < count - 1 && rest >= probabilities[set]!) rest -= probabilities[set++]!;
    yield set;
  }
}
