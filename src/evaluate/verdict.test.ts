import { describe, expect, it } from 'vitest';
import { compareModels } from './compare.ts';
import type { JudgedRow } from './evaluation.ts';
import { distanceOf } from './normal-distribution.ts';
import { decide, type Evidence, evidenceIn, type Measured, type MeasuredDifference } from './verdict.ts';

/** The p of one standard error. */
const ONE_SIGMA = 0.31731050786291415;

const figure = (value: number, low: number, high: number, rows?: number): Measured => ({
  value,
  low,
  high,
  ...(rows !== undefined && { rows }),
});
const difference = (value: number, corrected: number, p = corrected, tests = 1): MeasuredDifference => ({
  value,
  low: value - 0.02,
  high: value + 0.02,
  rows: 400,
  p,
  corrected,
  tests,
});

const min = (bound: number, measured?: Measured): Evidence => ({
  criterion: { metric: 'macro_f1', min: bound },
  figure: measured,
});
const max = (bound: number, measured?: Measured): Evidence => ({
  criterion: { metric: 'p95_ms', atConcurrency: 8, max: bound },
  figure: measured,
});
const beats = (measured?: MeasuredDifference): Evidence => ({
  criterion: { metric: 'accuracy', beats: 'online' },
  difference: measured,
});

describe('a criterion', () => {
  const cases: readonly (readonly [string, Evidence, string, (number | undefined)?])[] = [
    ['min, the lower end above', min(0.9, figure(0.93, 0.91, 0.95, 100)), 'met'],
    ['min, the lower end reaches it', min(0.9, figure(0.93, 0.9, 0.95, 100)), 'met'],
    ['min, the upper end below', min(0.9, figure(0.85, 0.82, 0.88, 100)), 'failed'],
    ['min, the upper end on it', min(0.9, figure(0.875, 0.85, 0.9, 100)), 'open', 1],
    // The margin of 0.04 is twice the distance of 0.02: four times the rows.
    ['min, the value above, open', min(0.9, figure(0.92, 0.88, 0.95, 100)), 'open', 300],
    // 0.06 against 0.03, on the other side.
    ['min, the value below, open', min(0.9, figure(0.87, 0.8, 0.93, 50)), 'open', 150],
    ['min, the value on it', min(0.9, figure(0.9, 0.88, 0.92, 100)), 'open'],
    ['min, of no rows', min(0.9, figure(0.92, 0.88, 0.95)), 'open'],
    ['min, a single number above', min(20, figure(25, 25, 25)), 'met'],
    ['min, a single number below', min(20, figure(19.9, 19.9, 19.9)), 'failed'],
    ['min, not measured', min(0.9), 'open'],
    ['max, the upper end below', max(300, figure(250, 240, 260)), 'met'],
    ['max, the upper end on it', max(300, figure(250, 240, 300)), 'met'],
    ['max, the lower end above', max(300, figure(350, 310, 380)), 'failed'],
    ['max, in between', max(300, figure(290, 270, 320)), 'open'],
    ['beats, better', beats(difference(0.05, 0.01)), 'met'],
    ['beats, worse', beats(difference(-0.05, 0.01)), 'failed'],
    ['beats, better at exactly 0.05', beats(difference(0.05, 0.05)), 'open', 1],
    // z(0.05) / z(0.3173) = 1.96 / 1: 3.84 times the rows.
    ['beats, better perhaps', beats(difference(0.01, ONE_SIGMA)), 'open', 1137],
    ['beats, worse perhaps', beats(difference(-0.01, ONE_SIGMA)), 'open', 1137],
    // z(0.05 / 10) = 2.807 with ten tests: 7.88 times.
    ['beats, among ten tests', beats(difference(0.01, 1, ONE_SIGMA, 10)), 'open', 2752],
    ['beats, no difference', beats(difference(0, 1)), 'open'],
    ['beats, not compared', beats(), 'open'],
  ];
  it.each(cases.map(([name, evidence, outcome, more]) => [name, evidence, outcome, more] as const))(
    '%s',
    (_, evidence, outcome, moreRows) => {
      const [check] = decide([evidence]).checks;
      expect(check!.outcome).toBe(outcome);
      expect(check!.moreRows).toBe(moreRows);
    },
  );

  it('that asks for several things is several checks', () => {
    const criterion = { metric: 'macro_f1', min: 0.9, max: 1, beats: 'online' };
    const { checks } = decide([{ criterion, figure: figure(0.95, 0.94, 0.96, 9) }]);
    expect(checks.map(({ check, outcome }) => [check, outcome])).toEqual([
      ['min', 'met'],
      ['max', 'met'],
      ['beats', 'open'],
    ]);
  });
});

describe('the verdict', () => {
  const met = min(0.9, figure(0.95, 0.94, 0.96, 100));
  const failed = min(0.9, figure(0.8, 0.79, 0.81, 100));
  const open = min(0.9, figure(0.92, 0.88, 0.95, 100));
  const openToo = beats(difference(0.01, ONE_SIGMA));
  const cases: readonly (readonly [string, Evidence[], string, number | undefined])[] = [
    ['all met', [met, met], 'go', undefined],
    ['one failed', [met, failed], 'no_go', undefined],
    ['one failed and one open', [open, failed], 'no_go', undefined],
    ['one open', [met, open], 'not_enough_evidence', 300],
    ['two open: the larger estimate', [open, openToo], 'not_enough_evidence', 1137],
    ['one open without an estimate', [open, beats()], 'not_enough_evidence', undefined],
    ['no criteria', [], 'not_enough_evidence', undefined],
  ];
  it.each(cases)('%s', (_, evidence, decision, moreRows) => {
    const verdict = decide(evidence);
    expect(verdict.decision).toBe(decision);
    expect(verdict.moreRows).toBe(moreRows);
  });
});

describe('distanceOf', () => {
  // scipy.stats.norm.isf(p / 2)
  const cases: readonly (readonly [number, number])[] = [
    [1, 0],
    [0.5, 0.6744897501960817],
    [0.05, 1.9599639845400545],
    [0.05 / 45, 3.26076748842],
    [1e-10, 6.4669513461],
  ];
  it.each(cases)('a two-sided p of %d', (p, z) => expect(distanceOf(p)).toBeCloseTo(z, 5));
});

describe('evidenceIn', () => {
  const truths = Array.from({ length: 60 }, (_, row) => (row % 2 ? 'a' : 'b'));
  const rows = (wrongEvery: number): JudgedRow[] =>
    truths.map((truth, index) => ({
      file: 'f',
      row: index + 1,
      input: '',
      truth,
      ...(index % wrongEvery !== 0 && { prediction: truth }),
    }));
  const comparison = compareModels(
    [
      { name: 'tuned', judgedBy: 'labels', rows: rows(10) },
      { name: 'online', judgedBy: 'answer', rows: rows(2) },
    ],
    { labels: ['a', 'b'], incumbent: 'online', seed: 1, resamples: 200 },
  );

  it('finds figure and difference of a candidate', () => {
    const evidence = evidenceIn(comparison, 'tuned', { metric: 'macro_f1', min: 0.5, beats: 'online' });
    expect(evidence.figure).toEqual({ ...comparison.models[0]!.metrics.macro_f1, rows: 60 });
    expect(evidence.difference).toMatchObject({ ...comparison.pairs[0]!.differences.macro_f1, tests: 1 });
    expect(decide([evidence]).decision).toBe('go');
  });

  it('turns a difference round, and finds McNemar’s p of accuracy', () => {
    const { differences, mcNemar } = comparison.pairs[0]!;
    const { difference } = evidenceIn(comparison, 'online', { metric: 'accuracy', beats: 'tuned' });
    expect(difference).toMatchObject({
      value: -differences.accuracy.value,
      low: -differences.accuracy.high,
      high: -differences.accuracy.low,
      p: mcNemar.p,
    });
    expect(decide([{ criterion: { metric: 'accuracy', beats: 'tuned' }, difference }]).decision).toBe(
      'no_go',
    );
  });

  it('finds nothing for a metric or a model that was not compared', () => {
    expect(evidenceIn(comparison, 'tuned', { metric: 'qps', min: 1 })).toEqual({
      criterion: { metric: 'qps', min: 1 },
    });
    const { figure, difference } = evidenceIn(comparison, 'tuned', { metric: 'accuracy', beats: 'other' });
    expect(figure!.rows).toBe(60);
    expect(difference).toBeUndefined();
  });
});
