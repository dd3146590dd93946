/** What comparing models found as tables for a spreadsheet, and every row with what each model answered. */
import type { Language } from '../core/index.ts';
import { type Comparison, METRICS, type Metric } from './comparison.ts';
import type { JudgedRow } from './evaluation.ts';
import { type SheetRows, type SheetValue, sheetOf } from './sheet.ts';

const EN = {
  who: 'Candidate',
  what: 'What it is',
  accuracy: 'Accuracy',
  macro_f1: 'Macro F1',
  micro_f1: 'Micro F1',
  weighted_f1: 'Weighted F1',
  ece: 'ECE',
  against: 'Against',
  metric: 'Metric',
  difference: 'Difference',
  low: 'Low',
  high: 'High',
  p: 'p (Holm)',
  kappa: 'Cohen’s κ',
  class: 'Class',
  rows: 'Rows',
  precision: 'Precision',
  recall: 'Recall',
  f1: 'F1',
  file: 'File',
  row: 'Row',
  input: 'Input',
  truth: 'True',
  probability: 'Probability',
  other: 'other',
  sheets: {
    metrics: 'Metrics',
    differences: 'Differences',
    classes: 'Classes',
    confusion: 'Confusion',
    predictions: 'Predictions',
  },
};
const ZH: typeof EN = {
  who: '候选者',
  what: '来源',
  accuracy: '准确率',
  macro_f1: '宏平均 F1',
  micro_f1: '微平均 F1',
  weighted_f1: '加权平均 F1',
  ece: 'ECE',
  against: '对照',
  metric: '指标',
  difference: '差值',
  low: '下限',
  high: '上限',
  p: 'p（Holm）',
  kappa: 'Cohen κ',
  class: '类别',
  rows: '条数',
  precision: '精确率',
  recall: '召回率',
  f1: 'F1',
  file: '文件',
  row: '行号',
  input: '输入',
  truth: '真实',
  probability: '概率',
  other: '其他',
  sheets: {
    metrics: '指标',
    differences: '差值',
    classes: '各类别',
    confusion: '混淆矩阵',
    predictions: '预测',
  },
};
export const SHEET_WORDS: Readonly<Record<Language, typeof EN>> = { en: EN, zh: ZH };

/** A model's answers, under its name. */
export interface NamedRows {
  readonly name: string;
  readonly rows: readonly JudgedRow[];
}

interface SheetOptions {
  readonly language: Language;
  /** Says what a model is, in a column of its own. */
  readonly whatItIs?: (name: string) => string;
}

/** Metrics, differences, classes and confusion, a sheet each. */
export function comparisonSheets(comparison: Comparison, { language, whatItIs }: SheetOptions) {
  const words = SHEET_WORDS[language];
  const { sheets } = words;
  return [
    sheetOf(sheets.metrics, metricRows(comparison, words, whatItIs)),
    ...(comparison.pairs.length > 0 ? [sheetOf(sheets.differences, differenceRows(comparison, words))] : []),
    sheetOf(sheets.classes, classRows(comparison, words)),
    sheetOf(sheets.confusion, confusionRows(comparison, words)),
  ];
}

export function predictionSheet(models: readonly NamedRows[], language: Language) {
  const words = SHEET_WORDS[language];
  return sheetOf(words.sheets.predictions, predictionRows(models, words));
}

type Words = typeof EN;

function metricRows({ models }: Comparison, words: Words, whatItIs: SheetOptions['whatItIs']): SheetRows {
  const titles = METRICS.flatMap((metric) => intervalTitles(words[metric], words));
  return [
    [words.who, ...(whatItIs ? [words.what] : []), ...titles, words.ece],
    models.map(({ name, metrics, calibration }): SheetValue[] => [
      name,
      ...(whatItIs ? [whatItIs(name)] : []),
      ...METRICS.flatMap((metric: Metric) => [
        metrics[metric].value,
        metrics[metric].low,
        metrics[metric].high,
      ]),
      calibration?.error,
    ]),
  ];
}

function differenceRows({ pairs }: Comparison, words: Words): SheetRows {
  const { who, against, metric, difference, low, high, p, kappa } = words;
  return [
    [who, against, metric, difference, low, high, 'p', p, kappa],
    pairs.flatMap(({ model, against: other, differences, agreement }) =>
      METRICS.map((name): SheetValue[] => {
        const found = differences[name];
        return [
          ...[model, other, words[name]],
          ...[found.value, found.low, found.high, found.p, found.corrected, agreement.kappa],
        ];
      }),
    ),
  ];
}

function classRows({ models }: Comparison, words: Words): SheetRows {
  const figures = ['precision', 'recall', 'f1'] as const;
  return [
    [
      words.who,
      words.class,
      words.rows,
      ...figures.flatMap((figure) => intervalTitles(words[figure], words)),
    ],
    models.flatMap(({ name, classes }) =>
      classes.map((found): SheetValue[] => [
        name,
        found.label,
        found.support,
        ...figures.flatMap((figure) => [found[figure].value, found[figure].low, found[figure].high]),
      ]),
    ),
  ];
}

function confusionRows({ models, labels }: Comparison, words: Words): SheetRows {
  return [
    [words.who, words.truth, ...labels, words.other],
    models.flatMap(({ name, confusion }) =>
      confusion.counts.map((counts, index): SheetValue[] => [name, confusion.labels[index], ...counts]),
    ),
  ];
}

/** Every row that any model answered, by its place. */
function predictionRows(models: readonly NamedRows[], words: Words): SheetRows {
  const places = new Map<string, SheetValue[]>();
  const placeOf = ({ file, row }: JudgedRow) => `${file}\n${row}`;
  const answers = models.map(({ rows }) => new Map(rows.map((row) => [placeOf(row), row])));
  for (const { rows } of models) {
    for (const row of rows) places.set(placeOf(row), [row.file, row.row, row.input, row.truth]);
  }
  return [
    [
      ...[words.file, words.row, words.input, words.truth],
      ...models.flatMap(({ name }) => [name, `${name}: ${words.probability}`]),
    ],
    [...places].map(([place, known]): SheetValue[] => [
      ...known,
      ...answers.flatMap((rows) => {
        const found = rows.get(place);
        return [found && (found.prediction ?? found.answer ?? words.other), found?.probability];
      }),
    ]),
  ];
}

function intervalTitles(name: string, { low, high }: Words): string[] {
  return [name, `${name} ${low}`, `${name} ${high}`];
}
