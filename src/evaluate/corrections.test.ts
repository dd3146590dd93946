import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Correction, correctRows, readCorrections } from './corrections.ts';
import { type JudgedRow, judgeModel, writeEvaluation, writeJudgedRows } from './evaluation.ts';
import { oncePerModel, readEvaluation, rejudge } from './rejudge.ts';

const LABELS = ['billing', 'login'];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'corrections-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ten rows, of which the last two are answered otherwise than the data set has it. */
const ROWS = Array.from({ length: 10 }, (_, index): JudgedRow => {
  const truth = LABELS[index % 2]!;
  const prediction = index < 8 ? truth : LABELS[(index + 1) % 2]!;
  return { file: '/data/test.csv', row: index + 1, input: `row ${index}`, truth, prediction };
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('a file of corrections', () => {
  it('names rows, what they were and what they are; an empty one takes the row out', async () => {
    const path = file('ok.csv', 'file,row,label,corrected\ntest.csv,9,billing,login\ntest.csv,10,login,\n');
    expect(await readCorrections(path, LABELS)).toEqual([
      { file: 'test.csv', row: 9, label: 'billing', corrected: 'login' },
      { file: 'test.csv', row: 10, label: 'login' },
    ]);
  });

  it.each([
    ['row,label,corrected\n0,billing,login\n', /row 2: says no row and label/],
    ['row,corrected\n3,login\n', /row 2: says no row and label/],
    ['row,label,corrected\n3,billing,logn\n', /row 2: "logn" is none of the labels \(billing, login\)/],
  ])('that says %j is refused', async (text, why) => {
    await expect(readCorrections(file('wrong.csv', text), LABELS)).rejects.toThrow(why);
  });
});

describe('rows', () => {
  const correct = (corrections: Correction[]) => correctRows(ROWS, corrections);

  it('get their right labels, and those that nobody knows leave', () => {
    const corrected = correct([
      { file: 'test.csv', row: 9, label: 'billing', corrected: 'login' },
      { file: 'test.csv', row: 10, label: 'login' },
    ]);
    expect(corrected).toHaveLength(9);
    expect(corrected[8]).toMatchObject({ row: 9, truth: 'login', prediction: 'login' });
    expect(ROWS[8]!.truth).toBe('billing');
  });

  it('of another file stay, and another version of the data set is noticed', () => {
    expect(correct([{ file: 'other.csv', row: 9, label: 'billing' }])).toEqual(ROWS);
    expect(() => correct([{ file: '', row: 9, label: 'login' }])).toThrow(/is "billing" and was "login"/);
  });
});

describe('judging again', () => {
  it('tells what the figures are with the corrections, by the files that evaluate writes', () => {
    const judged = ['a', 'b'].map((model, index) => {
      const rows = index === 0 ? ROWS : ROWS.map((row) => ({ ...row, prediction: row.truth }));
      return { evaluation: judgeModel({ model, judgedBy: 'labels', labels: LABELS, rows }), rows };
    });
    const [json, rows] = [join(folder, 'evaluation.json'), join(folder, 'rows.jsonl')];
    writeEvaluation(
      json,
      'test',
      judged.map(({ evaluation }) => evaluation),
    );
    writeJudgedRows(rows, judged);
    const read = readEvaluation(json, rows);
    expect(read.judged.map((one) => one.rows)).toEqual(judged.map((one) => one.rows));
    const again = rejudge(read.evaluation, read.judged, [
      { file: '', row: 9, label: 'billing', corrected: 'login' },
    ]);
    const accuracies = again.comparison.models.map(({ metrics }) => metrics.accuracy.value);
    expect(accuracies).toEqual([0.9, 0.9]);
    expect(again.judged[0]!.evaluation.report.correct).toBe(9);
    expect(() =>
      rejudge(
        read.evaluation,
        read.judged,
        ROWS.map(({ row, truth: label }) => ({ file: '', row, label })),
      ),
    ).toThrow(/leave no row of a/);
    writeFileSync(rows, '{"model":"a","judgedBy":"labels"}\n');
    expect(() => readEvaluation(json, rows)).toThrow(/has 1 rows of a, not 10/);
  });

  it('takes a model that was judged in two ways once', () => {
    const by = (judgedBy: 'labels' | 'answer') => ({
      evaluation: judgeModel({ model: 'a', judgedBy, labels: LABELS, rows: ROWS }),
      rows: ROWS,
    });
    expect(oncePerModel([by('labels'), by('answer')]).map(({ judgedBy }) => judgedBy)).toEqual(['labels']);
  });
});
