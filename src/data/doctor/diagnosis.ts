/** What the doctor says of a data set: a finding with its rows, how bad it is, and what can be done about each row. */
import type { Bilingual } from '../../core/index.ts';
import type { RowOrigin } from '../samples.ts';

/** What is looked for. */
export type CheckName =
  | 'unusable'
  | 'duplicate'
  | 'near_duplicate'
  | 'conflict'
  | 'label_variant'
  | 'imbalance'
  | 'leakage'
  | 'answer_in_prompt'
  | 'cut'
  | 'language_mix'
  | 'personal_data'
  | 'secret';

/** `error`: the training or its figures will be wrong; `warning`: they may be; `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/** What `--fix` does to a row. */
export type Repair =
  | { readonly kind: 'drop' }
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'system'; readonly edit: (text: string) => string }
  | { readonly kind: 'everywhere'; readonly edit: (text: string) => string };

/** A row as the checks read it. */
export interface CheckedRow {
  /** Counted from 0 over all rows that can be used. */
  readonly place: number;
  readonly system: string;
  /** The turns before the answer. */
  readonly asked: string;
  /** Without thoughts. */
  readonly answer: string;
}

/** A row that a finding is about. */
export interface ConcernedRow {
  readonly place: number;
  /** What is the matter with this very row. */
  readonly note: Bilingual;
  /** Absent where only a person can decide. */
  readonly repair?: Repair;
}

/** What one check has found. */
export interface Finding {
  readonly check: CheckName;
  readonly severity: Severity;
  readonly what: Bilingual;
  readonly rows: readonly ConcernedRow[];
}

/** Sees every row once, in order, and speaks at the end. Holds little of each: there may be millions. */
export interface Check {
  see(row: CheckedRow): void;
  finish(): Finding[];
}

/** The same words in both languages: names, numbers, what stands in a row. */
export function both(text: string): Bilingual {
  return { en: text, zh: text };
}

/** A finding as it is reported: rows by where they stand. */
export interface Diagnosis extends Omit<Finding, 'rows'> {
  readonly why: Bilingual;
  readonly fix: Bilingual;
  /** Whether `--fix` does something about it. */
  readonly isFixable: boolean;
  readonly rows: readonly (RowOrigin & { readonly note: Bilingual })[];
}
