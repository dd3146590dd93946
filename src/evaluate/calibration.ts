/**
 * Whether a model is as sure as it is right: rows are sorted into bins by the probability of their answer, and a
 * bin's mean probability is held against the share of it that is right.
 * @see https://arxiv.org/abs/1706.04599
 */
import { DataError } from '../core/index.ts';

/** Bins of equal width over (0, 1]; a probability on a border belongs to the lower bin. */
const BINS = 15;

export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Mean probability of the answers; absent of an empty bin. */
  readonly confidence?: number;
  /** Share of the answers that is right; absent of an empty bin. */
  readonly accuracy?: number;
}

export interface Calibration {
  /** Expected calibration error: Σ rows of the bin / all rows · |accuracy - confidence|. */
  readonly error: number;
  readonly bins: readonly CalibrationBin[];
}

/**
 * @param confidences the probability of each row's answer
 * @param isRight whether that answer is the truth
 * @throws DataError when a probability does not lie in 0 … 1
 */
export function calibrationOf(confidences: readonly number[], isRight: readonly boolean[]): Calibration {
  const sums = Array.from({ length: BINS }, () => ({ rows: 0, confidence: 0, right: 0 }));
  for (const [row, confidence] of confidences.entries()) {
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new DataError({
        en: `evaluate: the probability of row ${row + 1} is ${confidence}; give probabilities from 0 to 1`,
        zh: `评估：第 ${row + 1} 行的概率为 ${confidence}；概率须在 0 到 1 之间`,
      });
    }
    const sum = sums.find((_, bin) => confidence <= borderAfter(bin))!;
    sum.rows++;
    sum.confidence += confidence;
    if (isRight[row]) sum.right++;
  }
  const bins = sums.map(({ rows, confidence, right }, bin): CalibrationBin => {
    const range = { from: bin / BINS, to: borderAfter(bin), rows };
    return rows === 0 ? range : { ...range, confidence: confidence / rows, accuracy: right / rows };
  });
  const error = sums.reduce((total, { confidence, right }) => total + Math.abs(right - confidence), 0);
  return { error: confidences.length === 0 ? 0 : error / confidences.length, bins };
}

function borderAfter(bin: number): number {
  return (bin + 1) / BINS;
}
