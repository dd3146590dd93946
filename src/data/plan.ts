/**
 * Which rows go together: indices per micro batch, rows of like length side by side so that little is padding,
 * and yet in random order. The grouping is transformers' group_by_length. Knows lengths only.
 */
import { Random } from '../core/index.ts';
import type { EncodedSample } from './encode.ts';

/** Batches that are sorted among themselves; more would pad less and mix less. */
const BATCHES_SORTED_TOGETHER = 50;

interface EpochOptions {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** 0-based; each epoch of a seed has an order of its own. */
  readonly epoch: number;
}

type WithTokens = Pick<EncodedSample, 'inputIds'>;

/**
 * The micro batches of one epoch, every row once. Shuffled, only the last may be smaller than batchSize; in the
 * order given, batches are consecutive rows.
 */
export function planEpoch(encoded: readonly WithTokens[], options: EpochOptions): number[][] {
  const { batchSize, shuffle, seed, epoch } = options;
  const order = encoded.map((_, index) => index);
  if (!shuffle) return chunks(order, batchSize);
  const random = new Random(seed + epoch * 1_000_003);
  const batches = chunks(random.shuffle(order), BATCHES_SORTED_TOGETHER * batchSize).flatMap((group) =>
    chunks(longestFirst(group, encoded), batchSize),
  );
  const last = batches.at(-1);
  const incomplete = last && last.length < batchSize ? batches.splice(-1) : [];
  return [...random.shuffle(batches), ...incomplete];
}

function longestFirst(indices: number[], encoded: readonly WithTokens[]): number[] {
  return indices.toSorted((a, b) => encoded[b]!.inputIds.length - encoded[a]!.inputIds.length);
}

function chunks(items: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
