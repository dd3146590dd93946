/**
 * Which rows go together: indices per micro batch, rows of like length side by side so that little is padding,
 * and yet in random order. The grouping is transformers' group_by_length. Knows lengths only, and holds four bytes
 * a row.
 */
import { Random } from '../core/index.ts';
import type { EncodedRows } from './encoded-rows.ts';

/** Batches that are sorted among themselves; more would pad less and mix less. */
const BATCHES_SORTED_TOGETHER = 50;

interface EpochOptions {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** 0-based; each epoch of a seed has an order of its own. */
  readonly epoch: number;
}

type Lengths = Pick<EncodedRows, 'length' | 'tokenCount'>;

/** The micro batches of one epoch in their order. */
export interface EpochPlan extends Iterable<number[]> {
  readonly count: number;
  /** The rows of a batch. */
  batch(index: number): number[];
}

/**
 * The micro batches of one epoch, every row once. Shuffled, only the last may be smaller than batchSize; in the
 * order given, batches are consecutive rows.
 */
export function planEpoch(rows: Lengths, { batchSize, shuffle, seed, epoch }: EpochOptions): EpochPlan {
  const order = Uint32Array.from({ length: rows.length }, (_, index) => index);
  const count = Math.ceil(rows.length / batchSize);
  const batches = Uint32Array.from({ length: count }, (_, index) => index);
  if (shuffle) {
    const random = new Random(seed + epoch * 1_000_003);
    random.shuffle(order);
    const together = BATCHES_SORTED_TOGETHER * batchSize;
    for (let from = 0; from < order.length; from += together) {
      const group = order.subarray(from, from + together);
      group.set(Array.from(group).sort((a, b) => rows.tokenCount(b) - rows.tokenCount(a)));
    }
    // A last batch that is smaller than the others stays where it is.
    random.shuffle(batches.subarray(0, Math.floor(rows.length / batchSize)));
  }
  const batch = (index: number) => {
    const from = batches[index]! * batchSize;
    return Array.from(order.subarray(from, from + batchSize));
  };
  return {
    count,
    batch,
    *[Symbol.iterator]() {
      for (let index = 0; index < count; index++) yield batch(index);
    },
  };
}
