/** A piece of a data set encoded, in the form in which threads hand it on and stores keep it. */
import { encodeRow, type RowRule } from '../encode-row.ts';
import type { RowFinding, Sample } from '../samples.ts';
import { packRecord } from './record.ts';

/** Numbers of one row in an index: its tokens, its labels, and the words of its record. */
export const INDEX_WORDS = 3;
/** In place of the tokens of a row that became no sample; 0 is a sample of which nothing is left. */
export const NO_SAMPLE = -1;

/** A sample by the place of its file. */
export type PieceSample = Pick<Sample, 'conversation'> & { readonly file: number; readonly row: number };
export type PieceFinding = Omit<RowFinding, 'file'> & { readonly file: number };

export interface EncodedPiece {
  /** The records of rows with tokens, one after the other. */
  readonly words: Int32Array<ArrayBuffer>;
  /** INDEX_WORDS numbers for each row, those without a sample included. */
  readonly index: Int32Array<ArrayBuffer>;
  readonly findings: readonly PieceFinding[];
}

/** @param samples one for each row; null where the row could not become one */
export function encodePiece(samples: readonly (PieceSample | null)[], rule: RowRule): EncodedPiece {
  const records: Int32Array[] = [];
  const index = new Int32Array(samples.length * INDEX_WORDS);
  const findings: PieceFinding[] = [];
  let size = 0;
  for (const [place, sample] of samples.entries()) {
    const outcome = sample ? encodeRow(sample, rule) : {};
    if (sample && outcome.finding) findings.push({ file: sample.file, row: sample.row, ...outcome.finding });
    if (!sample || !outcome.layout) {
      index[place * INDEX_WORDS] = sample ? 0 : NO_SAMPLE;
      continue;
    }
    const { inputIds, labels } = outcome.layout;
    const record = packRecord({ file: sample.file, row: sample.row, inputIds, labels });
    index.set([inputIds.length, countLabels(labels), record.length], place * INDEX_WORDS);
    records.push(record);
    size += record.length;
  }
  const words = new Int32Array(size);
  let at = 0;
  for (const record of records) {
    words.set(record, at);
    at += record.length;
  }
  return { words, index, findings };
}

function countLabels(labels: Int32Array): number {
  let count = 0;
  for (const label of labels) if (label >= 0) count++;
  return count;
}
