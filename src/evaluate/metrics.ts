/**
 * How well answers match the truth, per class and on average, by the conventions of scikit-learn's
 * classification_report with zero_division=0: what cannot be computed is 0, and averages run over all given labels,
 * those that no row has included. Knows labels only, no models and no texts.
 */
import { DataError } from '../core/index.ts';

export interface Scores {
  /** Of the answers that say this class, the share that is right. */
  readonly precision: number;
  /** Of the rows of this class, the share that is answered so. */
  readonly recall: number;
  /** Harmonic mean of the two. */
  readonly f1: number;
  /** Rows of this class; of an average, all rows. */
  readonly support: number;
}

export interface ClassScores extends Scores {
  readonly label: string;
}

export interface Confusion {
  readonly labels: readonly string[];
  /** [labels, labels + 1]: rows true, columns predicted; the last column counts answers that are no label. */
  readonly counts: readonly (readonly number[])[];
}

export interface ClassificationReport {
  readonly rows: number;
  readonly correct: number;
  readonly accuracy: number;
  readonly classes: readonly ClassScores[];
  /** Each class counts the same. */
  readonly macro: Scores;
  /** Each row counts the same; precision leaves out the answers that are no label. */
  readonly micro: Scores;
  /** Each class counts by its rows. */
  readonly weighted: Scores;
  readonly confusion: Confusion;
}

/**
 * @param predictions what was answered, row by row; undefined, or anything but a label, is no label
 * @throws DataError when there are no rows, a truth is no label, or a label is given twice
 */
export function classificationReport(
  labels: readonly string[],
  truths: readonly string[],
  predictions: readonly (string | undefined)[],
): ClassificationReport {
  return reportOfCounts({ labels, counts: countPairs(labels, truths, predictions) });
}

/** The report of a confusion matrix with at least one row counted in it. */
export function reportOfCounts(confusion: Confusion): ClassificationReport {
  const { labels, counts } = confusion;
  const predicted = labels.map((_, column) => sum(counts.map((row) => row[column]!)));
  const classes = labels.map((label, index) => {
    const support = sum(counts[index]!);
    return { label, ...scores(counts[index]![index]!, predicted[index]!, support), support };
  });
  const rows = sum(classes.map(({ support }) => support));
  const correct = sum(counts.map((row, index) => row[index]!));
  const average = (weight: (scored: ClassScores) => number): Scores => ({
    precision: sum(classes.map((scored) => weight(scored) * scored.precision)),
    recall: sum(classes.map((scored) => weight(scored) * scored.recall)),
    f1: sum(classes.map((scored) => weight(scored) * scored.f1)),
    support: rows,
  });
  return {
    rows,
    correct,
    accuracy: correct / rows,
    classes,
    macro: average(() => 1 / classes.length),
    micro: { ...scores(correct, sum(predicted), rows), support: rows },
    weighted: average((scored) => scored.support / rows),
    confusion,
  };
}

function scores(right: number, predicted: number, support: number): Omit<Scores, 'support'> {
  return {
    precision: share(right, predicted),
    recall: share(right, support),
    f1: share(2 * right, predicted + support),
  };
}

function countPairs(
  labels: readonly string[],
  truths: readonly string[],
  predictions: readonly (string | undefined)[],
): number[][] {
  const columns = new Map(labels.map((label, index) => [label, index]));
  if (columns.size < labels.length) {
    const twice = labels.find((label, index) => columns.get(label) !== index);
    throw new DataError({
      en: `evaluate: the label "${twice}" is given twice; give each label once`,
      zh: `评估：标签 "${twice}" 写了两次；每个标签请只写一次`,
    });
  }
  if (truths.length === 0) {
    throw new DataError({
      en: 'evaluate: there are no rows to judge; give a data set with at least one',
      zh: '评估：没有可评判的数据；请给出至少含一行的数据集',
    });
  }
  if (predictions.length !== truths.length) {
    throw new DataError({
      en: `evaluate: ${predictions.length} answers for ${truths.length} rows; give one answer a row`,
      zh: `评估：${truths.length} 行数据有 ${predictions.length} 个回答；请每行给出一个回答`,
    });
  }
  const counts = labels.map(() => new Array<number>(labels.length + 1).fill(0));
  for (const [row, truth] of truths.entries()) {
    const line = columns.get(truth);
    if (line === undefined) {
      throw new DataError({
        en: `evaluate: row ${row + 1} is labelled "${truth}", which is none of the ${labels.length} labels (${labels.join(', ')}); correct the row or add the label`,
        zh: `评估：第 ${row + 1} 行的标签是 "${truth}"，不在 ${labels.length} 个标签（${labels.join('、')}）之中；请改正该行，或加入该标签`,
      });
    }
    const prediction = predictions[row];
    const column = (prediction === undefined ? undefined : columns.get(prediction)) ?? labels.length;
    counts[line]![column]!++;
  }
  return counts;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
