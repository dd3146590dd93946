/**
 * An evaluation's figures anew from its judged rows, with corrected labels: nothing is asked of any model. Reads what
 * `evaluate --json --rows` wrote.
 */
import { readFileSync } from 'node:fs';
import { DataError, messageOf } from '../core/index.ts';
import { compareModels } from './compare.ts';
import type { Comparison } from './comparison.ts';
import { type Correction, correctRows } from './corrections.ts';
import { type Evaluation, type JudgedRow, judgeModel, type ModelEvaluation } from './evaluation.ts';

/** The judged rows of a model. */
export interface JudgedModel {
  readonly evaluation: ModelEvaluation;
  readonly rows: readonly JudgedRow[];
}

/** Where nothing else was said; only the draws of intervals depend on it. */
const SEED = 42;

/** @throws DataError when a file cannot be read, or the rows are not those of the evaluation */
export function readEvaluation(
  evaluationFile: string,
  rowsFile: string,
): { readonly evaluation: Evaluation; readonly judged: readonly JudgedModel[] } {
  const evaluation = parse<Evaluation>(read(evaluationFile), evaluationFile);
  const rows = new Map<string, JudgedRow[]>();
  const keyOf = (one: Pick<ModelEvaluation, 'model' | 'judgedBy'>) => `${one.judgedBy} ${one.model}`;
  for (const line of read(rowsFile).split('\n')) {
    if (line === '') continue;
    const { model, judgedBy, ...row } = parse<JudgedRow & Pick<ModelEvaluation, 'model' | 'judgedBy'>>(
      line,
      rowsFile,
    );
    const key = keyOf({ model, judgedBy });
    const list = rows.get(key);
    if (list) list.push(row);
    else rows.set(key, [row]);
  }
  const judged = evaluation.models.map((model) => {
    const found = rows.get(keyOf(model));
    if (found?.length === model.report.rows) return { evaluation: model, rows: found };
    throw new DataError({
      en: `${rowsFile}: has ${found?.length ?? 0} rows of ${model.model}, not ${model.report.rows}; give the rows of this evaluation`,
      zh: `${rowsFile}：${model.model} 有 ${found?.length ?? 0} 行，而不是 ${model.report.rows} 行；请给出这次评估的各行`,
    });
  });
  return { evaluation, judged };
}

/** @throws DataError when no row is left, or a correction is about another version of the data set */
export function rejudge(
  { labels, comparison }: Pick<Evaluation, 'labels' | 'comparison'>,
  judged: readonly JudgedModel[],
  corrections: readonly Correction[],
): { readonly judged: readonly JudgedModel[]; readonly comparison: Comparison } {
  const corrected = judged.map(({ evaluation: { model, judgedBy, rowsPerSecond }, rows }): JudgedModel => {
    const right = correctRows(rows, corrections);
    if (right.length === 0)
      throw new DataError({
        en: `evaluate: the corrections leave no row of ${model}; take some of them back`,
        zh: `evaluate：更正之后 ${model} 没有剩下任何行；请撤回一部分`,
      });
    const evaluation = judgeModel({ model, judgedBy, labels, rows: right });
    return {
      evaluation: { ...evaluation, ...(rowsPerSecond !== undefined && { rowsPerSecond }) },
      rows: right,
    };
  });
  const { incumbent, bootstrap } = comparison ?? {};
  const again = compareModels(oncePerModel(corrected), {
    labels,
    incumbent,
    seed: bootstrap?.seed ?? SEED,
  });
  return { judged: corrected, comparison: again };
}

/** A model that was judged in two ways counts by the first, which is by its labels. */
export function oncePerModel(judged: readonly JudgedModel[]): {
  readonly name: string;
  readonly judgedBy: ModelEvaluation['judgedBy'];
  readonly rows: readonly JudgedRow[];
}[] {
  const first = judged.filter(
    ({ evaluation }, index) =>
      judged.findIndex((other) => other.evaluation.model === evaluation.model) === index,
  );
  return first.map(({ evaluation: { model: name, judgedBy }, rows }) => ({ name, judgedBy, rows }));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new DataError(
      {
        en: `${path}: cannot be read: ${messageOf(error)}; give what "evaluate" wrote`,
        zh: `${path}：无法读取：${messageOf(error, 'zh')}；请给出 evaluate 写出的文件`,
      },
      error,
    );
  }
}

function parse<T>(text: string, path: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new DataError(
      {
        en: `${path}: is no JSON: ${messageOf(error)}; give what "evaluate" wrote`,
        zh: `${path}：不是 JSON：${messageOf(error, 'zh')}；请给出 evaluate 写出的文件`,
      },
      error,
    );
  }
}
