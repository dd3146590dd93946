/** val_size: some rows are held back from training to be evaluated on. */
import { DataError, Random } from '../../core/index.ts';

/**
 * Draws the validation rows at random by the seed; both parts keep the order of the rows. Counts as LLaMA-Factory
 * does (a fraction is rounded up), but which rows are drawn differs, since its draw is numpy's.
 * @param valSize a fraction below 1, or a number of rows
 * @throws DataError when nothing would be left to train or to validate on
 */
export function splitTrainValidation<T>(
  rows: readonly T[],
  valSize: number,
  seed: number,
): { train: T[]; validation: T[] } {
  const count = valSize < 1 ? Math.ceil(valSize * rows.length) : Math.floor(valSize);
  if (count < 1 || count >= rows.length) {
    throw new DataError(
      `data: val_size ${valSize} takes ${count} of ${rows.length} rows; choose one that leaves rows for training and validation`,
    );
  }
  const order = new Random(seed).shuffle(rows.map((_, index) => index));
  const held = new Set(order.slice(0, count));
  return {
    train: rows.filter((_, index) => !held.has(index)),
    validation: rows.filter((_, index) => held.has(index)),
  };
}
