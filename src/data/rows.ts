/** Rows as they stand in their files, with the place of each; what columns mean is the business of others. */
import type { RowValues } from './row-values.ts';
import type { RowFinding, RowOrigin } from './samples.ts';

export interface Row extends RowOrigin {
  readonly values: RowValues;
}

/** What a file, or a folder of them, holds. */
export interface FileRows {
  readonly rows: Row[];
  /** Rows that could not be read, each with its reason. */
  readonly findings: readonly RowFinding[];
  /** How the text of each file is written, where it could be written otherwise. */
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

export type Reader = (path: string, options: ReadOptions) => FileRows | Promise<FileRows>;
