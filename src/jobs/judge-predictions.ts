/** A file of predictions that somebody else made, judged on the rows of the data set. */
import { basename, extname } from 'node:path';
import { type RowFinding, readRows, type Sample } from '../data/index.ts';
import { type Judged, joinPredictions, judgeModel } from '../evaluate/index.ts';

interface JudgedPredictions extends Judged {
  /** Lines that could not be used. */
  readonly findings: readonly RowFinding[];
}

/** A file of predictions is called by its name without the extension. */
export function predictionsName(file: string): string {
  return basename(file, extname(file));
}

/** @throws DataError when the file cannot be read, or none of its lines belongs to a row */
export async function judgePredictions(
  file: string,
  samples: readonly Sample[],
  labels: readonly string[],
): Promise<JudgedPredictions> {
  const read = await readRows(file);
  const { rows, findings } = joinPredictions(read.rows, samples, labels);
  const evaluation = judgeModel({ model: predictionsName(file), judgedBy: 'answer', labels, rows });
  return { evaluation, rows, findings: [...read.findings, ...findings] };
}
