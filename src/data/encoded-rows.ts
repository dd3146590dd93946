/** Encoded rows by their position: what plans and batches need of them, wherever they lie. */
import type { RowOrigin } from './samples.ts';

export interface EncodedSample {
  readonly inputIds: Int32Array;
  /** As long as inputIds: the token itself where it is to be predicted, -100 elsewhere. */
  readonly labels: Int32Array;
  readonly origin: RowOrigin;
}

export interface EncodedRows {
  readonly length: number;
  /** Tokens of a row; costs no reading. */
  tokenCount(position: number): number;
  /** Labelled tokens of a row, one at its first position included; costs no reading. */
  labelCount(position: number): number;
  at(position: number): EncodedSample;
}

/** Rows that are all in memory. */
export function rowsInMemory(samples: readonly EncodedSample[]): EncodedRows {
  const row = (position: number) => samples[position]!;
  return {
    length: samples.length,
    tokenCount: (position) => row(position).inputIds.length,
    labelCount: (position) => row(position).labels.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0),
    at: row,
  };
}
