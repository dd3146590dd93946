/**
 * A comparison as text for a terminal, in both languages: figures with their intervals, what tells every two models
 * apart, and the rows that they dispute. Nothing here writes anywhere.
 */
import { basename } from 'node:path';
import { type ComparedPair, type Comparison, type Figure, METRICS, type Metric } from './comparison.ts';
import { cutTo, displayWidth, oneLine } from './display-width.ts';
import type { TableOptions } from './terminal-tables.ts';
import { textTable } from './text-table.ts';
import { SIGNIFICANCE } from './verdict.ts';

const WORDS = {
  en: {
    model: 'model',
    accuracy: 'accuracy',
    macro_f1: 'macro F1',
    micro_f1: 'micro F1',
    weighted_f1: 'weighted F1',
    calibration: 'ECE',
    rows: (count: number) => `${count} rows, intervals of 95 %`,
    against: (model: string, against: string) => `${model} against ${against}`,
    metric: 'metric',
    difference: 'difference',
    corrected: 'p by Holm',
    mcNemar: (model: number, against: number, p: string) =>
      `right alone: ${model} against ${against} rows, McNemar ${p}`,
    agreement: (share: string, kappa: string) => `same answer: ${share} of the rows, kappa ${kappa}`,
    class: 'class',
    classRows: 'rows',
    wins: 'won',
    losses: 'lost',
    row: 'row',
    truth: 'true',
    other: 'other',
    input: 'input',
    moreDisputed: (count: number) => `… and ${count} more rows that are answered differently`,
    leftOut: (count: number, first: string) =>
      `${count} rows are not compared, since not all models answered them; the first: ${first}`,
    missing: (models: string) => `no answer of ${models}`,
  },
  zh: {
    model: '模型',
    accuracy: '准确率',
    macro_f1: '宏平均 F1',
    micro_f1: '微平均 F1',
    weighted_f1: '加权平均 F1',
    calibration: 'ECE',
    rows: (count: number) => `${count} 条，95 % 置信区间`,
    against: (model: string, against: string) => `${model} 对 ${against}`,
    metric: '指标',
    difference: '差值',
    corrected: 'p（Holm 校正）',
    mcNemar: (model: number, against: number, p: string) =>
      `仅一方判对：${model} 条对 ${against} 条，McNemar 检验 ${p}`,
    agreement: (share: string, kappa: string) => `回答一致：${share}，kappa ${kappa}`,
    class: '类别',
    classRows: '条数',
    wins: '胜',
    losses: '负',
    row: '行号',
    truth: '真实',
    other: '其他',
    input: '输入',
    moreDisputed: (count: number) => `……另有 ${count} 条回答不一致`,
    leftOut: (count: number, first: string) =>
      `${count} 条未参与比较（并非所有模型都有回答），第一条：${first}`,
    missing: (models: string) => `缺少 ${models} 的回答`,
  },
} as const;

/** A figure as it is written in a line: `0.857 [0.790, 0.910]`. */
function formatFigure({ value, low, high }: Figure): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** Each model's metrics with their intervals. */
export function formatFigures({ models, rows }: Comparison, { language }: TableOptions): string {
  const words = WORDS[language];
  const isCalibrated = models.some(({ calibration }) => calibration);
  const lines = models.map(({ name, metrics, calibration }) => [
    oneLine(name),
    ...METRICS.map((metric) => formatFigure(metrics[metric])),
    ...(isCalibrated ? [calibration?.error.toFixed(3) ?? ''] : []),
  ]);
  const header = [
    words.model,
    ...METRICS.map((metric) => words[metric]),
    ...(isCalibrated ? [words.calibration] : []),
  ];
  return `${textTable(header, [lines])}\n${words.rows(rows)}\n`;
}

/** What tells two models apart; with colour, a difference that counts is bold. */
export function formatPair(pair: ComparedPair, { language, colour = false }: TableOptions): string {
  const words = WORDS[language];
  const line = (metric: Metric) => {
    const { corrected, ...difference } = pair.differences[metric];
    const isBold = colour && corrected < SIGNIFICANCE;
    return [words[metric], { text: signed(difference), isBold }, chance(corrected)];
  };
  const metrics = textTable([words.metric, words.difference, words.corrected], [METRICS.map(line)]);
  const { mcNemar, agreement } = pair;
  const won = pair.classes.map(({ label, rows, wins, losses }) => [
    oneLine(label),
    String(rows),
    String(wins),
    String(losses),
  ]);
  return [
    words.against(oneLine(pair.model), oneLine(pair.against)),
    metrics,
    words.mcNemar(mcNemar.onlyModel, mcNemar.onlyAgainst, `p ${chance(mcNemar.corrected, '= ')}`),
    words.agreement(agreement.share.toFixed(3), agreement.kappa?.toFixed(3) ?? '–'),
    textTable([words.class, words.classRows, words.wins, words.losses], [won]),
    '',
  ].join('\n');
}

/** The first rows that the models answer differently, with what each says. */
export function formatDisputed(
  { models, disputed }: Comparison,
  { language, width = 100 }: TableOptions,
  limit = 20,
): string {
  if (disputed.length === 0) return '';
  const words = WORDS[language];
  const severalFiles = new Set(disputed.map(({ file }) => file)).size > 1;
  const shown = disputed.slice(0, limit);
  const fixed = shown.map(({ file, row, truth, predictions }) => [
    severalFiles ? `${basename(file)}:${row}` : String(row),
    oneLine(truth),
    ...predictions.map((prediction) => oneLine(prediction ?? words.other)),
  ]);
  const header = [words.row, words.truth, ...models.map(({ name }) => cutTo(oneLine(name), 16)), words.input];
  const used = header.slice(0, -1).reduce((cells, name, column) => {
    return cells + 2 + Math.max(displayWidth(name), ...fixed.map((line) => displayWidth(line[column]!)));
  }, 0);
  const lines = shown.map(({ input }, index) => [
    ...fixed[index]!,
    cutTo(oneLine(input), Math.max(16, width - used)),
  ]);
  const more = disputed.length > limit ? `${words.moreDisputed(disputed.length - limit)}\n` : '';
  return `${textTable(header, [lines], header.length)}\n${more}`;
}

/** How many rows could not be compared, and the first; empty where all could. */
export function formatLeftOut({ leftOut }: Comparison, { language }: TableOptions): string {
  const words = WORDS[language];
  const [first] = leftOut;
  if (!first) return '';
  const missing = words.missing(first.missing.map(oneLine).join(', '));
  return `${words.leftOut(leftOut.length, `${first.file} ${first.row}: ${missing}`)}\n`;
}

function signed({ value, low, high }: Figure): string {
  const sign = (number: number) => `${number < 0 ? '-' : '+'}${Math.abs(number).toFixed(3)}`;
  return `${sign(value)} [${sign(low)}, ${sign(high)}]`;
}

function chance(p: number, equals = ''): string {
  return p < 0.001 ? '< 0.001' : `${equals}${p.toFixed(3)}`;
}
