import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DataError, Random } from '../core/index.ts';
import { compareModels, type ModelAnswers } from './compare.ts';
import type { JudgedRow } from './evaluation.ts';

const LABELS = ['退款', 'billing'];

function model(name: string, predictions: readonly (string | undefined)[], more = {}): ModelAnswers {
  const rows = predictions.map(
    (prediction, index): JudgedRow => ({
      file: 'data/test.jsonl',
      row: index + 1,
      input: `input ${index + 1}`,
      truth: LABELS[index % 2]!,
      ...(prediction !== undefined && { prediction }),
      ...more,
    }),
  );
  return { name, judgedBy: 'labels', rows };
}

/** Answers to so many rows, right with a probability. */
function draw(rows: number, right: number, seed: number): string[] {
  const random = new Random(seed);
  return Array.from(
    { length: rows },
    (_, row) => LABELS[random.uniform() < right ? row % 2 : 1 - (row % 2)]!,
  );
}

const OPTIONS = { labels: LABELS, seed: 7, resamples: 500 };

describe('compareModels', () => {
  it('puts figures, tests and agreement of every two together', () => {
    const models = [
      model('base', draw(400, 0.6, 1)),
      model('tuned', draw(400, 0.95, 2), { probability: 0.9 }),
      model('online', draw(400, 0.9, 3)),
    ];
    const comparison = compareModels(models, { ...OPTIONS, incumbent: 'online' });
    expect(comparison.rows).toBe(400);
    expect(comparison.leftOut).toEqual([]);
    expect(comparison.pairs.map(({ model, against }) => `${model} against ${against}`)).toEqual([
      'base against online',
      'tuned against online',
      'tuned against base',
    ]);
    const [lost, , won] = comparison.pairs;
    expect(won!.differences.accuracy.low).toBeGreaterThan(0.2);
    expect(won!.differences.accuracy.corrected).toBeLessThan(0.05);
    expect(won!.mcNemar.onlyModel).toBeGreaterThan(won!.mcNemar.onlyAgainst);
    // The smallest of three.
    expect(won!.mcNemar.corrected).toBe(3 * won!.mcNemar.p);
    expect(lost!.differences.macro_f1.high).toBeLessThan(0);
    expect(won!.classes.map(({ label, rows }) => [label, rows])).toEqual([
      ['退款', 200],
      ['billing', 200],
    ]);
    expect(won!.agreement.kappa).toBeLessThan(won!.agreement.share);
    const { accuracy } = comparison.models[1]!.metrics;
    expect(accuracy.low).toBeLessThan(accuracy.value);
    expect(accuracy.high).toBeGreaterThan(accuracy.value);
    expect(comparison.models[1]!.calibration!.error).toBeCloseTo(Math.abs(accuracy.value - 0.9), 12);
    expect(comparison.models[0]!.calibration).toBeUndefined();
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
  });

  it('names the rows that not all have, and those that are answered differently', () => {
    const base = model('base', ['退款', undefined, 'billing', 'billing']);
    const file = model('file', ['退款', 'billing', 'billing', '退款', '退款']);
    const some = { ...file, rows: file.rows.filter(({ row }) => row !== 3) };
    const comparison = compareModels([base, some], OPTIONS);
    expect(comparison.rows).toBe(3);
    expect(comparison.leftOut).toEqual([
      { file: 'data/test.jsonl', row: 3, missing: ['file'] },
      { file: 'data/test.jsonl', row: 5, missing: ['base'] },
    ]);
    expect(comparison.disputed.map(({ row, predictions }) => [row, predictions])).toEqual([
      [2, [null, 'billing']],
      [4, ['billing', '退款']],
    ]);
    expect(comparison.models[0]!.confusion.counts).toEqual([
      [1, 0, 0],
      [0, 1, 1],
    ]);
  });

  it('counts a row once that comes twice', () => {
    const base = model('base', ['退款', 'billing']);
    const twice = { ...base, rows: [...base.rows, base.rows[0]!] };
    expect(compareModels([twice], OPTIONS).rows).toBe(2);
  });

  const base = model('base', ['退款', 'billing']);
  const elsewhere = {
    ...base,
    name: 'tuned',
    rows: base.rows.map((row) => ({ ...row, file: 'other.jsonl' })),
  };
  const changed = { ...base, name: 'tuned', rows: base.rows.map((row) => ({ ...row, truth: '退款' })) };
  const refused: readonly (readonly [string, ModelAnswers[], string | undefined, RegExp])[] = [
    ['no models', [], undefined, /no row was answered by all models \(rows answered: no models\)/],
    ['two of one name', [base, base], undefined, /two models are called "base"/],
    ['an unknown incumbent', [base], 'online', /"online" is none of the models \(base\)/],
    ['no common rows', [base, elsewhere], undefined, /answered: base: 2, tuned: 2\); judge them on the same/],
    ['other truths', [base, changed], undefined, /row 2: is "billing" for base and "退款" for tuned/],
  ];
  it.each(refused)('refuses %s', (_, models, incumbent, message) => {
    expect(() => compareModels(models, { ...OPTIONS, incumbent })).toThrow(DataError);
    expect(() => compareModels(models, { ...OPTIONS, incumbent })).toThrow(message);
  });
});

describe('what a page shares', () => {
  const SHARED = ['comparison.ts', 'normal-distribution.ts', 'verdict.ts', 'verdict-words.ts'];

  it.each(SHARED)('%s imports values from its like only', (file) => {
    const source = readFileSync(new URL(file, import.meta.url), 'utf8');
    const imported = source.matchAll(/^import (?!type )[^;]* from '(?:\.\/)?(.*)';$/gm);
    for (const [, name] of imported) expect(SHARED).toContain(name);
  });
});
