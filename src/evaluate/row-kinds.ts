/** Rows with one truth and the same answer of each model are alike: everything is counted, and drawn, by kind. */
import type { Answers } from './agreement.ts';

export interface RowKind {
  /** The place of the truth among the labels. */
  readonly truth: number;
  /** A column of each model's confusion matrix. */
  readonly answers: readonly number[];
  rows: number;
}

export function rowKinds(
  labels: readonly string[],
  truths: readonly string[],
  models: readonly Answers[],
): RowKind[] {
  const columns = new Map<string | undefined, number>(labels.map((label, index) => [label, index]));
  const kinds = new Map<string, RowKind>();
  for (const [row, name] of truths.entries()) {
    const answers = models.map((model) => columns.get(model[row]) ?? labels.length);
    const truth = columns.get(name)!;
    const key = `${truth}:${answers}`;
    const kind = kinds.get(key);
    if (kind) kind.rows++;
    else kinds.set(key, { truth, answers, rows: 1 });
  }
  return [...kinds.values()];
}

/** A confusion matrix in which nothing is counted yet. */
export function emptyCounts(labels: readonly string[]): number[][] {
  return labels.map(() => new Array<number>(labels.length + 1).fill(0));
}
