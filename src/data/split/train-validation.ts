/** val_size: some rows are held back from training to be evaluated on. */
import { DataError, Random } from '../../core/index.ts';

/**
 * Draws the validation rows at random by the seed; both parts keep the order of the rows. Counts as LLaMA-Factory
 * does (a fraction is rounded up), but which rows are drawn differs, since its draw is numpy's.
 * @param rows how many there are
 * @param valSize a fraction below 1, or a number of rows
 * @returns the positions of each part
 * @throws DataError when nothing would be left to train or to validate on
 */
export function splitTrainValidation(
  rows: number,
  valSize: number,
  seed: number,
): { train: Uint32Array; validation: Uint32Array } {
  const count = valSize < 1 ? Math.ceil(valSize * rows) : Math.floor(valSize);
  if (count < 1 || count >= rows) {
    throw new DataError({
      en: `data: val_size ${valSize} takes ${count} of ${rows} rows; choose one that leaves rows for training and validation`,
      zh: `数据：val_size ${valSize} 取走 ${rows} 行中的 ${count} 行；请选择使训练与验证都有数据的值`,
    });
  }
  const positions = Uint32Array.from({ length: rows }, (_, position) => position);
  const isHeld = new Uint8Array(rows);
  for (const position of new Random(seed).shuffle(positions.slice()).subarray(0, count)) isHeld[position] = 1;
  return {
    train: positions.filter((position) => isHeld[position] === 0),
    validation: positions.filter((position) => isHeld[position] === 1),
  };
}
