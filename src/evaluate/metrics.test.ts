import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DataError } from '../core/index.ts';
import { type ClassScores, classificationReport, type Scores } from './metrics.ts';

/** Sums in another order differ in the last bits. */
const TOLERANCE = 1e-12;

interface GoldenCase {
  readonly name: string;
  readonly labels: string[];
  readonly truths: string[];
  readonly predictions: (string | null)[];
  readonly expected: {
    readonly accuracy: number;
    readonly classes: ClassScores[];
    readonly macro: Scores;
    readonly micro: Scores;
    readonly weighted: Scores;
    readonly counts: number[][];
  };
}

const GOLDEN = new URL('../../test/golden/evaluate/metrics.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { cases: GoldenCase[] };

function checkScores(actual: Scores, expected: Scores): void {
  expect(actual.support).toBe(expected.support);
  for (const key of ['precision', 'recall', 'f1'] as const) {
    expect(Math.abs(actual[key] - expected[key]), key).toBeLessThanOrEqual(TOLERANCE);
  }
}

describe('classificationReport equals scikit-learn', () => {
  it('on at least twenty cases', () => expect(cases.length).toBeGreaterThanOrEqual(20));

  it.each(cases)('$name', ({ labels, truths, predictions, expected }) => {
    const answers = predictions.map((prediction) => prediction ?? undefined);
    const report = classificationReport(labels, truths, answers);
    expect(Math.abs(report.accuracy - expected.accuracy)).toBeLessThanOrEqual(TOLERANCE);
    expect(report.classes.map(({ label }) => label)).toEqual(labels);
    for (const [index, scored] of report.classes.entries()) checkScores(scored, expected.classes[index]!);
    checkScores(report.macro, expected.macro);
    checkScores(report.micro, expected.micro);
    checkScores(report.weighted, expected.weighted);
    expect(report.confusion.counts).toEqual(expected.counts);
    expect(report.rows).toBe(truths.length);
  });
});

describe('classificationReport', () => {
  it('takes any other text for no label', () => {
    const { confusion } = classificationReport(['a', 'b'], ['a', 'b', 'a'], ['A', undefined, '']);
    expect(confusion.counts).toEqual([
      [0, 0, 2],
      [0, 0, 1],
    ]);
  });

  const refused: readonly (readonly [string, string[], string[], string[], RegExp])[] = [
    ['no rows', ['a'], [], [], /no rows to judge/],
    ['a truth that is no label', ['a', 'b'], ['a', 'c'], ['a', 'a'], /row 2 is labelled "c".*\(a, b\)/],
    ['a label given twice', ['a', 'b', 'a'], ['a'], ['a'], /the label "a" is given twice/],
    ['too few answers', ['a'], ['a', 'a'], ['a'], /1 answers for 2 rows/],
  ];
  it.each(refused)('refuses %s', (_, labels, truths, predictions, message) => {
    expect(() => classificationReport(labels, truths, predictions)).toThrow(DataError);
    expect(() => classificationReport(labels, truths, predictions)).toThrow(message);
  });
});
