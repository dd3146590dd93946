/**
 * What an evaluation found: judged rows become a report per model, several models stand side by side, and the whole
 * is what `evaluate --json` writes. Knows nothing of how the answers came about.
 */
import { AtomicFile, writeJsonAtomic } from '../core/index.ts';
import type { Comparison } from './comparison.ts';
import { type ClassificationReport, classificationReport } from './metrics.ts';

/** `labels`: the most probable label; `answer`: what the model wrote freely. */
export type JudgedBy = 'labels' | 'answer';

/** One row and what a model made of it. */
export interface JudgedRow {
  readonly file: string;
  /** Counted from 1. */
  readonly row: number;
  /** What the model was asked. */
  readonly input: string;
  readonly truth: string;
  /** The label; absent where the answer is none. */
  readonly prediction?: string;
  /** Of the prediction, where labels were scored. */
  readonly probability?: number;
  /** What the model wrote, where it answered freely. */
  readonly answer?: string;
}

export interface ModelEvaluation {
  /** `base`, `tuned`, or whatever tells the models apart. */
  readonly model: string;
  readonly judgedBy: JudgedBy;
  readonly report: ClassificationReport;
  /** In the order of the data set. */
  readonly wrongRows: readonly JudgedRow[];
  readonly rowsPerSecond?: number;
}

/** What `evaluate --json FILE` writes. */
export interface Evaluation {
  readonly version: 1;
  /** Names, separated by commas. */
  readonly dataset: string;
  readonly labels: readonly string[];
  readonly rows: number;
  readonly models: readonly ModelEvaluation[];
  /** The models held against each other, where they were. */
  readonly comparison?: Comparison;
}

/** @param seconds what judging took, where that is of interest */
export function judgeModel(judged: {
  readonly model: string;
  readonly judgedBy: JudgedBy;
  readonly labels: readonly string[];
  readonly rows: readonly JudgedRow[];
  readonly seconds?: number;
}): ModelEvaluation {
  const { model, judgedBy, labels, rows, seconds } = judged;
  const report = classificationReport(
    labels,
    rows.map((row) => row.truth),
    rows.map((row) => row.prediction),
  );
  const wrongRows = rows.filter((row) => row.prediction !== row.truth);
  const speed = seconds ? { rowsPerSecond: rows.length / seconds } : {};
  return { model, judgedBy, report, wrongRows, ...speed };
}

export function writeEvaluation(
  path: string,
  dataset: string,
  models: readonly ModelEvaluation[],
  comparison?: Comparison,
): void {
  const report = models[0]?.report;
  const evaluation: Evaluation = {
    version: 1,
    dataset,
    labels: report?.confusion.labels ?? [],
    rows: report?.rows ?? 0,
    models,
    ...(comparison && { comparison }),
  };
  writeJsonAtomic(path, evaluation);
}

/** Writes every row that was judged as a line of JSON, model by model: what `evaluate --rows` writes. */
export function writeJudgedRows(
  path: string,
  judged: readonly { readonly evaluation: ModelEvaluation; readonly rows: readonly JudgedRow[] }[],
): void {
  const file = new AtomicFile(path);
  for (const { evaluation, rows } of judged) {
    const { model, judgedBy } = evaluation;
    const lines = rows.map((row) => `${JSON.stringify({ model, judgedBy, ...row })}\n`);
    file.write(Buffer.from(lines.join(''), 'utf8'));
  }
  file.commit();
}
