/** Rows as they stand in their files, with the place of each; what columns mean is the business of others. */
import type { RowValues } from './row-values.ts';
import type { RowFinding, RowOrigin } from './samples.ts';

export interface Row extends RowOrigin {
  readonly values: RowValues;
}

/** What a file, a piece of one, or a folder of them holds. */
export interface FileRows {
  readonly rows: Row[];
  /** Rows that could not be read, each with its reason. */
  readonly findings: readonly RowFinding[];
  /** How the text of each file is written, where it could be written otherwise; said with its first piece. */
  readonly formats?: readonly TextFormat[];
}

export interface TextFormat {
  /** As TextDecoder calls it. */
  readonly encoding: string;
  /** Between fields; empty where a line is one. */
  readonly delimiter: string;
}

/** What a file does not say of itself. */
export interface ReadOptions {
  /** xlsx: the sheet's name; the first sheet when absent. */
  readonly sheet?: string | undefined;
  /** csv and xlsx: whether the first row holds the names of the columns; true when absent. */
  readonly hasHeader?: boolean | undefined;
  /** txt: whether a line holds several fields, set apart by tabs; false when absent. */
  readonly isTable?: boolean | undefined;
  /** csv and txt: a name that TextDecoder knows, where it is none of those that are told apart. */
  readonly encoding?: string | undefined;
}

/** Gives a file's rows piece by piece in their order, so that a file may be larger than memory. */
export type Reader = (path: string, options: ReadOptions) => Iterable<FileRows> | AsyncIterable<FileRows>;

/** Some megabytes at most: what one message to another process, and one turn of a reader, may hold. */
const ROWS_PER_PIECE = 1000;

/** Single rows, in pieces. */
export function* inPieces(rows: Iterable<Row>): Generator<FileRows> {
  let piece: Row[] = [];
  for (const row of rows) {
    piece.push(row);
    if (piece.length < ROWS_PER_PIECE) continue;
    yield { rows: piece, findings: [] };
    piece = [];
  }
  if (piece.length > 0) yield { rows: piece, findings: [] };
}
