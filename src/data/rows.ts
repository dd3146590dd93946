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
}

/** What a file does not say of itself. */
export interface ReadOptions {
  /** xlsx: the sheet's name; the first sheet when absent. */
  readonly sheet?: string | undefined;
  /** csv and xlsx: whether the first row holds the names of the columns; true when absent. */
  readonly hasHeader?: boolean | undefined;
  /** csv and txt: a name that TextDecoder knows, where it is none of those that are told apart. */
  readonly encoding?: string | undefined;
}

export type Reader = (path: string, options: ReadOptions) => FileRows | Promise<FileRows>;
