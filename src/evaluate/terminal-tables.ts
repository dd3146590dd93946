/**
 * Reports as text tables for a terminal, in both languages: scores per class, models side by side, the confusion
 * matrix, wrong rows. Plain text unless colour is asked for; nothing here writes anywhere.
 */
import { basename } from 'node:path';
import type { Language } from '../core/index.ts';
import { cutTo, displayWidth, oneLine, padTo } from './display-width.ts';
import type { JudgedRow, ModelEvaluation } from './evaluation.ts';
import type { ClassificationReport, Confusion, Scores } from './metrics.ts';
import { textTable } from './text-table.ts';

const WORDS = {
  en: {
    class: 'class',
    precision: 'precision',
    recall: 'recall',
    f1: 'F1',
    support: 'rows',
    macro: 'macro average',
    micro: 'micro average',
    weighted: 'weighted average',
    accuracy: 'accuracy',
    right: (correct: number, rows: number) => `${correct} of ${rows} rows right`,
    model: 'model',
    judgedBy: 'judged by',
    labels: 'label scoring',
    answer: 'free answer',
    macroF1: 'macro F1',
    microF1: 'micro F1',
    weightedF1: 'weighted F1',
    rowsPerSecond: 'rows/s',
    axes: 'rows: true class, columns: predicted class',
    other: 'other',
    row: 'row',
    truth: 'true',
    predicted: 'predicted',
    probability: 'prob.',
    input: 'input',
    more: (count: number) => `… and ${count} more wrong rows`,
    none: 'no wrong rows',
  },
  zh: {
    class: '类别',
    precision: '精确率',
    recall: '召回率',
    f1: 'F1',
    support: '条数',
    macro: '宏平均',
    micro: '微平均',
    weighted: '加权平均',
    accuracy: '准确率',
    right: (correct: number, rows: number) => `${rows} 条中正确 ${correct} 条`,
    model: '模型',
    judgedBy: '判定方式',
    labels: '标签打分',
    answer: '自由回答',
    macroF1: '宏平均 F1',
    microF1: '微平均 F1',
    weightedF1: '加权平均 F1',
    rowsPerSecond: '条/秒',
    axes: '行：真实类别，列：预测类别',
    other: '其他',
    row: '行号',
    truth: '真实',
    predicted: '预测',
    probability: '概率',
    input: '输入',
    more: (count: number) => `……另有 ${count} 条错误`,
    none: '没有判错的行',
  },
} as const;

/** Spaces between the columns of a matrix. */
const GAP = 2;

export interface TableOptions {
  readonly language: Language;
  /** Cells of a terminal's line; 100 when absent. */
  readonly width?: number;
  readonly colour?: boolean;
}

/** Precision, recall and F1 of each class and on average, and the accuracy. */
export function formatClassReport(report: ClassificationReport, { language }: TableOptions): string {
  const words = WORDS[language];
  const line = (name: string, scores: Scores) => [
    name,
    ...[scores.precision, scores.recall, scores.f1].map(score),
    String(scores.support),
  ];
  const lines = report.classes.map((scored) => line(oneLine(scored.label), scored));
  const averages = (['macro', 'micro', 'weighted'] as const).map((name) => line(words[name], report[name]));
  const header = [words.class, words.precision, words.recall, words.f1, words.support];
  const summary = `${words.accuracy} ${score(report.accuracy)} (${words.right(report.correct, report.rows)})`;
  return `${textTable(header, [lines, averages])}\n${summary}\n`;
}

/** The models' main figures; with colour, the best of each figure is bold. */
export function formatComparison(
  models: readonly ModelEvaluation[],
  { language, colour = false }: TableOptions,
): string {
  const words = WORDS[language];
  const figures = models.map(({ report }) => [
    report.accuracy,
    report.macro.f1,
    report.micro.f1,
    report.weighted.f1,
  ]);
  const best = figures[0]?.map((_, column) => Math.max(...figures.map((row) => row[column]!))) ?? [];
  const withSpeed = models.some((model) => model.rowsPerSecond !== undefined);
  const lines = models.map((model, index) => [
    oneLine(model.model),
    words[model.judgedBy],
    ...figures[index]!.map((value, column) => ({
      text: score(value),
      isBold: colour && models.length > 1 && value === best[column],
    })),
    ...(withSpeed ? [model.rowsPerSecond?.toFixed(1) ?? ''] : []),
  ]);
  const header = [
    words.model,
    words.judgedBy,
    words.accuracy,
    words.macroF1,
    words.microF1,
    words.weightedF1,
    ...(withSpeed ? [words.rowsPerSecond] : []),
  ];
  return `${textTable(header, [lines], 2)}\n`;
}

/**
 * Counts, true classes as rows. Columns are named where the line is long enough, else numbered like the rows. With
 * colour, right answers are bold and what a class is often taken for is orange.
 */
export function formatConfusionMatrix(
  confusion: Confusion,
  { language, width = 100, colour = false }: TableOptions,
): string {
  const words = WORDS[language];
  const hasOther = confusion.counts.some((counts) => counts.at(-1)! > 0);
  const others = hasOther ? [words.other] : [];
  const names = confusion.labels.map(oneLine);
  const numbers = names.map((_, index) => String(index + 1).padStart(String(names.length).length));
  const digits = String(Math.max(...confusion.counts.flat())).length;
  const cellsOf = (name: string) => Math.max(displayWidth(name), digits);
  const total = [...names, ...others].reduce((cells, name) => cells + GAP + cellsOf(name), widest(names));
  const isNamed = total <= width;
  const columns = [...(isNamed ? names : numbers), ...others];
  const rows = isNamed ? names : names.map((name, index) => `${numbers[index]} ${name}`);
  const nameCells = widest(rows);
  const lay = (name: string, cells: readonly string[]) =>
    [padTo(name, nameCells), ...cells].join(' '.repeat(GAP)).trimEnd();
  const body = confusion.counts.map((counts, truth) => {
    const support = counts.reduce((sum, count) => sum + count, 0);
    const cells = columns.map((column, predicted) => {
      const count = counts[predicted]!;
      const cell = padTo(count === 0 ? '·' : String(count), cellsOf(column), 'right');
      return colour ? marked(cell, count / support, predicted === truth) : cell;
    });
    return lay(rows[truth]!, cells);
  });
  const header = lay(
    '',
    columns.map((name) => padTo(name, cellsOf(name), 'right')),
  );
  return [words.axes, header, ...body, ''].join('\n');
}

/** The first rows that a model got wrong, with what it said instead. */
export function formatWrongRows(
  rows: readonly JudgedRow[],
  { language, width = 100 }: TableOptions,
  limit = 20,
): string {
  const words = WORDS[language];
  if (rows.length === 0) return `${words.none}\n`;
  const shown = rows.slice(0, limit);
  const withProbability = shown.some((row) => row.probability !== undefined);
  const severalFiles = new Set(rows.map((row) => row.file)).size > 1;
  const fixed = shown.map((row) => [
    severalFiles ? `${basename(row.file)}:${row.row}` : String(row.row),
    oneLine(row.truth),
    cutTo(oneLine(row.prediction ?? row.answer ?? words.other), 24),
    ...(withProbability ? [row.probability?.toFixed(2) ?? ''] : []),
  ]);
  const header = [
    words.row,
    words.truth,
    words.predicted,
    ...(withProbability ? [words.probability] : []),
    words.input,
  ];
  const used = header.slice(0, -1).reduce((cells, name, column) => {
    return cells + 2 + Math.max(displayWidth(name), ...fixed.map((line) => displayWidth(line[column]!)));
  }, 0);
  const lines = shown.map((row, index) => [
    ...fixed[index]!,
    cutTo(oneLine(row.input), Math.max(16, width - used)),
  ]);
  const more = rows.length > limit ? `${words.more(rows.length - limit)}\n` : '';
  return `${textTable(header, [lines], header.length)}\n${more}`;
}

function score(value: number): string {
  return value.toFixed(3);
}

/** Above this share of its row, a confusion is marked. */
const OFTEN = 0.1;

function marked(cell: string, share: number, isRight: boolean): string {
  if (isRight) return `\u001b[1m${cell}\u001b[0m`;
  return share >= OFTEN ? `\u001b[38;5;166m${cell}\u001b[0m` : cell;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(displayWidth));
}
