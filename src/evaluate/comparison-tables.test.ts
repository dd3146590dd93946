import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compareModels, type ModelAnswers } from './compare.ts';
import { formatDisputed, formatFigures, formatLeftOut, formatPair } from './comparison-tables.ts';
import { displayWidth } from './display-width.ts';

const LABELS = ['退款', 'billing'];

/** Right but for every so many rows; these are answered with no label. */
function model(name: string, wrongEvery: number, rows: number, probability?: number): ModelAnswers {
  return {
    name,
    judgedBy: 'labels',
    rows: Array.from({ length: rows }, (_, index) => {
      const truth = LABELS[index % 2]!;
      return {
        file: 'data/test.jsonl',
        row: index + 1,
        input: `a question\nthat is long enough to be cut, ${index + 1}`,
        truth,
        ...(index % wrongEvery !== 0 && { prediction: truth }),
        ...(probability !== undefined && { probability }),
      };
    }),
  };
}

const OPTIONS = { labels: LABELS, seed: 1, resamples: 400 };
const comparison = compareModels([model('online', 3, 90), model('tuned', 15, 91, 0.9)], {
  ...OPTIONS,
  incumbent: 'online',
});

describe('tables of a comparison', () => {
  it('of the figures', () => {
    const lines = formatFigures(comparison, { language: 'en' }).split('\n');
    expect(lines[0]).toMatch(/^model +accuracy +macro F1 +micro F1 +weighted F1 +ECE$/);
    expect(lines[2]).toMatch(/^online +0\.667 \[0\.\d{3}, 0\.\d{3}\] +0\.800 \[/);
    expect(lines[3]).toMatch(/^tuned +0\.933 \[0\.\d{3}, 0\.\d{3}\] .* 0\.033$/);
    expect(lines[4]).toBe('90 rows, intervals of 95 %');
    expect(formatFigures(comparison, { language: 'zh' })).toContain('90 条，95 % 置信区间');
  });

  it('of two models', () => {
    const lines = formatPair(comparison.pairs[0]!, { language: 'en' }).split('\n');
    expect(lines[0]).toBe('tuned against online');
    expect(lines[1]).toMatch(/^metric +difference +p by Holm$/);
    expect(lines[3]).toMatch(/^accuracy +\+0\.267 \[\+0\.\d{3}, \+0\.\d{3}\] +< 0\.001$/);
    expect(lines.slice(7, 9)).toEqual([
      'right alone: 24 against 0 rows, McNemar p < 0.001',
      'same answer: 0.733 of the rows, kappa 0.600',
    ]);
    expect(lines.slice(9)).toEqual([
      'class    rows  won  lost',
      '───────  ────  ───  ────',
      '退款       45   12     0',
      'billing    45   12     0',
      '',
    ]);
    const chinese = formatPair(comparison.pairs[0]!, { language: 'zh' });
    expect(chinese).toContain(
      '仅一方判对：24 条对 0 条，McNemar 检验 p < 0.001\n回答一致：0.733，kappa 0.600\n',
    );
  });

  it('of two models, what counts in bold where there is colour', () => {
    const coloured = formatPair(comparison.pairs[0]!, { language: 'en', colour: true });
    expect(coloured).toContain('\u001b[1m+0.267 ');
    expect(stripVTControlCharacters(coloured)).toBe(formatPair(comparison.pairs[0]!, { language: 'en' }));
    const alike = compareModels([model('a', 3, 90), model('b', 3, 90)], OPTIONS);
    const text = formatPair(alike.pairs[0]!, { language: 'en', colour: true });
    expect(text).not.toContain('\u001b');
    expect(text).toContain('McNemar p = 1.000');
  });

  it('of the rows that are answered differently, within the line', () => {
    const text = formatDisputed(comparison, { language: 'en', width: 60 }, 2);
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^row +true +online +tuned +input$/);
    expect(lines[2]).toMatch(/^4 +billing +other +billing +a question that.*…$/);
    expect(lines.every((line) => displayWidth(line) <= 60)).toBe(true);
    expect(lines[4]).toBe('… and 22 more rows that are answered differently');
    const alike = compareModels([model('a', 3, 9)], OPTIONS);
    expect(formatDisputed(alike, { language: 'en' })).toBe('');
  });

  it('of the rows that are left out', () => {
    expect(formatLeftOut(comparison, { language: 'en' })).toBe(
      '1 rows are not compared, since not all models answered them; the first: data/test.jsonl 91: no answer of online\n',
    );
    expect(formatLeftOut(comparison, { language: 'zh' })).toMatch(
      /^1 条未参与比较.*：data\/test.jsonl 91: 缺少 online 的回答\n$/,
    );
    expect(formatLeftOut({ ...comparison, leftOut: [] }, { language: 'en' })).toBe('');
  });
});
