import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cutTo, displayWidth, oneLine, padTo } from './display-width.ts';
import { type JudgedRow, judgeModel, writeEvaluation } from './evaluation.ts';
import {
  formatClassReport,
  formatComparison,
  formatConfusionMatrix,
  formatWrongRows,
} from './terminal-tables.ts';

const row = (
  number: number,
  truth: string,
  prediction?: string,
  more: Partial<JudgedRow> = {},
): JudgedRow => ({
  file: 'data/news.json',
  row: number,
  input: `input ${number}`,
  truth,
  ...(prediction === undefined ? {} : { prediction }),
  ...more,
});

const LABELS = ['财经', '体育新闻', 'IT'];
const ROWS = [
  row(1, '财经', '财经', { probability: 0.9 }),
  row(2, '财经', 'IT', { probability: 0.514 }),
  row(3, '体育新闻', '体育新闻', { probability: 0.8 }),
  row(4, 'IT', undefined, { answer: 'no\u001b[31m idea' }),
];
const tuned = judgeModel({ model: 'tuned', judgedBy: 'labels', labels: LABELS, rows: ROWS, seconds: 2 });
const base = judgeModel({
  model: 'base',
  judgedBy: 'answer',
  labels: LABELS,
  rows: ROWS.map((judged) => row(judged.row, judged.truth, 'IT')),
});

describe('display width', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['', 0],
    ['abc', 3],
    ['财经 a', 6],
    ['（全角）', 8],
    ['かな한글', 8],
    ['e\u0301', 1],
    ['😀', 2],
    ['𠀀', 2],
    ['─·…', 3],
  ];
  it.each(cases)('of %j', (text, expected) => expect(displayWidth(text)).toBe(expected));

  it('pads and cuts by it', () => {
    expect(padTo('财', 4)).toBe('财  ');
    expect(padTo('财', 4, 'right')).toBe('  财');
    expect(padTo('财经', 3)).toBe('财经');
    expect(cutTo('财经新闻', 8)).toBe('财经新闻');
    expect(cutTo('财经新闻', 7)).toBe('财经新…');
    expect(cutTo('财经新闻', 6)).toBe('财经…');
  });

  it('keeps a text on one line and out of the terminal’s commands', () => {
    expect(oneLine('a\r\n\tb\u001b[2J\u202e\u0007')).toBe('a b [2J');
  });
});

describe('tables', () => {
  it('of the classes', () => {
    expect(formatClassReport(tuned.report, { language: 'zh' })).toBe(
      [
        '类别      精确率  召回率     F1  条数',
        '────────  ──────  ──────  ─────  ────',
        '财经       1.000   0.500  0.667     2',
        '体育新闻   1.000   1.000  1.000     1',
        'IT         0.000   0.000  0.000     1',
        '────────  ──────  ──────  ─────  ────',
        '宏平均     0.667   0.500  0.556     4',
        '微平均     0.667   0.500  0.571     4',
        '加权平均   0.750   0.500  0.583     4',
        '准确率 0.500 (4 条中正确 2 条)',
        '',
      ].join('\n'),
    );
    expect(formatClassReport(tuned.report, { language: 'en' })).toContain(
      'accuracy 0.500 (2 of 4 rows right)',
    );
  });

  it('of models side by side, the best in bold where there is colour', () => {
    expect(formatComparison([base, tuned], { language: 'en' })).toBe(
      [
        'model  judged by      accuracy  macro F1  micro F1  weighted F1  rows/s',
        '─────  ─────────────  ────────  ────────  ────────  ───────────  ──────',
        'base   free answer       0.250     0.133     0.250        0.100',
        'tuned  label scoring     0.500     0.556     0.571        0.583     2.0',
        '',
      ].join('\n'),
    );
    const coloured = formatComparison([base, tuned], { language: 'zh', colour: true });
    expect(coloured).toContain('\u001b[1m 0.500\u001b[0m');
    expect(coloured).toContain('   0.250  ');
  });

  it('of the confusion, with a column for answers that are no label', () => {
    expect(formatConfusionMatrix(tuned.report.confusion, { language: 'zh' })).toBe(
      [
        '行：真实类别，列：预测类别',
        '          财经  体育新闻  IT  其他',
        '财经         1         ·   1     ·',
        '体育新闻     ·         1   ·     ·',
        'IT           ·         ·   ·     1',
        '',
      ].join('\n'),
    );
  });

  it('of the confusion, numbered where the line is too short', () => {
    expect(formatConfusionMatrix(base.report.confusion, { language: 'en', width: 20 })).toBe(
      [
        'rows: true class, columns: predicted class',
        '            1  2  3',
        '1 财经      ·  ·  2',
        '2 体育新闻  ·  ·  1',
        '3 IT        ·  ·  1',
        '',
      ].join('\n'),
    );
  });

  it('of the confusion, right answers and frequent confusions marked where there is colour', () => {
    const coloured = formatConfusionMatrix(tuned.report.confusion, { language: 'en', colour: true });
    const plain = formatConfusionMatrix(tuned.report.confusion, { language: 'en' });
    expect(coloured).toContain('\u001b[1m   1\u001b[0m');
    expect(coloured).toContain('\u001b[38;5;166m 1\u001b[0m');
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  it('of the wrong rows, inputs cut to the line, no control characters let through', () => {
    const long = ROWS.map((judged) => ({ ...judged, input: '很长的输入\n'.repeat(20) }));
    const wrong = long.filter((judged) => judged.prediction !== judged.truth);
    const text = formatWrongRows(wrong, { language: 'zh', width: 60 });
    const lines = text.trimEnd().split('\n');
    expect(lines[2]).toMatch(/^2 +财经 +IT +0\.51 +很长的输入 很长.*…$/);
    expect(lines[3]).toMatch(/^4 +IT +no \[31m idea +很长/);
    expect(lines.every((line) => displayWidth(line) <= 60)).toBe(true);
    expect(formatWrongRows(wrong, { language: 'en' }, 1)).toMatch(/… and 1 more wrong rows\n$/);
    expect(formatWrongRows([], { language: 'en' })).toBe('no wrong rows\n');
    const twoFiles = formatWrongRows([wrong[0]!, { ...wrong[1]!, file: 'x/b.json' }], { language: 'en' });
    expect(twoFiles).toMatch(/^news\.json:2 .*\nb\.json:4 /m);
  });
});

describe('judgeModel', () => {
  it('lists the rows that are wrong in order, and is written as JSON', () => {
    expect(tuned.wrongRows.map((judged) => judged.row)).toEqual([2, 4]);
    expect(tuned.rowsPerSecond).toBe(2);
    const folder = mkdtempSync(join(tmpdir(), 'evaluation-'));
    const path = join(folder, 'evaluation.json');
    writeEvaluation(path, 'news', [base, tuned]);
    const written: unknown = JSON.parse(readFileSync(path, 'utf8'));
    rmSync(folder, { recursive: true });
    expect(written).toEqual({ version: 1, dataset: 'news', labels: LABELS, rows: 4, models: [base, tuned] });
  });
});
