/**
 * One encoded row as numbers of 32 bits: where it comes from, where its labels are, its tokens.
 * `[file, row, ranges, exceptions, (from, to) of each range, (position, label) of each exception, tokens…]`; a label
 * is the token itself within a range, but for the exceptions.
 */
import type { EncodedSample } from '../encoded-rows.ts';
import { UNLABELLED } from '../lay-turns.ts';

/** Everything of a row but the name of its file. */
export type RowContent = Pick<EncodedSample, 'inputIds' | 'labels'> & {
  /** Its place in the list of files. */
  readonly file: number;
  readonly row: number;
};

const HEADER = 4;

export function packRecord({ file, row, inputIds, labels }: RowContent): Int32Array {
  const ranges: number[] = [];
  const exceptions: number[] = [];
  for (const [position, label] of labels.entries()) {
    if (label === UNLABELLED) continue;
    if (ranges.at(-1) === position) ranges[ranges.length - 1] = position + 1;
    else ranges.push(position, position + 1);
    if (label !== inputIds[position]) exceptions.push(position, label);
  }
  const head = [file, row, ranges.length / 2, exceptions.length / 2, ...ranges, ...exceptions];
  const words = new Int32Array(head.length + inputIds.length);
  words.set(head);
  words.set(inputIds, head.length);
  return words;
}

export function unpackRecord(words: Int32Array): RowContent {
  const [file, row, ranges, exceptions] = words as unknown as [number, number, number, number];
  const exceptionsAt = HEADER + 2 * ranges;
  const tokensAt = exceptionsAt + 2 * exceptions;
  const inputIds = words.slice(tokensAt);
  const labels = new Int32Array(inputIds.length).fill(UNLABELLED);
  for (let at = HEADER; at < exceptionsAt; at += 2) {
    const [from, to] = [words[at]!, words[at + 1]!];
    labels.set(inputIds.subarray(from, to), from);
  }
  for (let at = exceptionsAt; at < tokensAt; at += 2) labels[words[at]!] = words[at + 1]!;
  return { file, row, inputIds, labels };
}
