import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '../core/index.ts';
import { Bootstrap } from './bootstrap.ts';
import type { Figure } from './comparison.ts';

interface GoldenFigure extends Figure {
  /** Standard error. */
  readonly error: number;
}

interface GoldenCase {
  readonly name: string;
  readonly labels: string[];
  readonly truths: number[];
  readonly first: number[];
  readonly second: number[];
  readonly figures: Record<string, GoldenFigure>;
  readonly differences: Record<string, GoldenFigure>;
}

/**
 * An end of an interval, a quantile at 2.5 % from 20,000 draws, is off by 0.019 standard errors; this is four times
 * what two such differ by.
 */
const MONTE_CARLO = 0.11;

const GOLDEN = new URL('../../test/golden/evaluate/statistics.json', import.meta.url);
const { bootstrap: cases, resamples } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as {
  bootstrap: GoldenCase[];
  resamples: number;
};

/** @param step by which the figure can change at least, so that a quantile lies on one or the next */
function checkFigure(actual: Figure, expected: GoldenFigure, step: number): void {
  expect(actual.value).toBeCloseTo(expected.value, 12);
  const tolerance = MONTE_CARLO * expected.error + step;
  expect(Math.abs(actual.low - expected.low)).toBeLessThanOrEqual(tolerance);
  expect(Math.abs(actual.high - expected.high)).toBeLessThanOrEqual(tolerance);
}

describe('Bootstrap equals scipy.stats.bootstrap within Monte Carlo error', () => {
  // Of a dozen rows a figure takes a handful of values, and an end of an interval one or the next.
  const large = cases.filter(({ truths }) => truths.length >= 100);

  it.each(large)('$name', ({ labels, truths, first, second, figures, differences }) => {
    const named = (list: readonly number[]) => list.map((index) => labels[index]!);
    const models = [named(first), named(second)];
    const drawn = new Bootstrap(labels, named(truths), models, { seed: 1, resamples });
    const { metrics, classes } = drawn.figures(0);
    const step = 1 / truths.length;
    checkFigure(metrics.accuracy, figures['accuracy']!, step);
    checkFigure(metrics.macro_f1, figures['macro_f1']!, 0);
    checkFigure(classes[0]!.f1, figures['f1 of class 0']!, 0);
    for (const metric of ['accuracy', 'macro_f1'] as const) {
      const expected = differences[metric]!;
      checkFigure(drawn.difference(0, 1, metric), expected, metric === 'accuracy' ? step : 0);
    }
  });
});

describe('Bootstrap', () => {
  const labels = ['a', 'b'];
  const truths = ['a', 'a', 'b', 'b', 'b', 'b', 'a', 'b', 'a', 'b'];
  const wrong = truths.map((truth) => (truth === 'a' ? 'b' : 'a'));
  const half = truths.map((truth, row) => (row % 2 ? truth : undefined));

  it('gives the same from the same seed, and something else from another', () => {
    const figures = (seed: number) => new Bootstrap(labels, truths, [half], { seed }).figures(0);
    expect(figures(1)).toEqual(figures(1));
    expect(figures(1)).not.toEqual(figures(2));
  });

  it('does not take ten right answers for certainty', () => {
    const { metrics, classes } = new Bootstrap(labels, truths, [truths, wrong], { seed: 1 }).figures(0);
    // Clopper and Pearson: scipy.stats.binomtest(10, 10).proportion_ci()
    expect(metrics.accuracy.low).toBeCloseTo(0.69150289, 7);
    expect(metrics.accuracy.high).toBe(1);
    expect(metrics.weighted_f1.high).toBeCloseTo(1, 12);
    expect(classes[0]).toMatchObject({ label: 'a', support: 4, recall: { value: 1, high: 1 } });
    expect(classes[0]!.recall.low).toBeCloseTo(0.025 ** (1 / 4), 12);
  });

  it('knows nothing of a class without rows', () => {
    const { classes } = new Bootstrap(['a', 'b', 'c'], truths, [half], { seed: 1 }).figures(0);
    expect(classes[2]!.recall).toEqual({ value: 0, low: 0, high: 1 });
  });

  it('sees no difference between a model and itself, and all between right and wrong', () => {
    const drawn = new Bootstrap(labels, truths, [truths, truths, wrong, half, half], { seed: 1 });
    expect(drawn.difference(0, 1, 'macro_f1')).toMatchObject({ value: 0 });
    expect(drawn.difference(3, 4, 'macro_f1')).toMatchObject({ value: 0 });
    expect(drawn.difference(0, 2, 'accuracy')).toMatchObject({ value: 1, high: 1 });
    expect(drawn.difference(2, 0, 'accuracy').value).toBe(-1);
  });

  it('mirrors a difference when the models change places', () => {
    const drawn = new Bootstrap(labels, truths, [half, truths], { seed: 3 });
    const there = drawn.difference(0, 1, 'micro_f1');
    const back = drawn.difference(1, 0, 'micro_f1');
    expect(back.low).toBeCloseTo(-there.high, 12);
    expect(back.high).toBeCloseTo(-there.low, 12);
  });

  it('is quick: 2,000 resamples of 10,000 rows and 10 classes', () => {
    const random = new Random(1);
    const names = Array.from({ length: 10 }, (_, index) => `c${index}`);
    const many = Array.from({ length: 10_000 }, () => names[random.integer(10)]!);
    const answers = many.map((truth) => (random.uniform() < 0.8 ? truth : names[random.integer(10)]!));
    const before = process.cpuUsage();
    new Bootstrap(names, many, [answers], { seed: 1 }).figures(0);
    const { user, system } = process.cpuUsage(before);
    // Measured: 0.3 s; not of the clock, which other work on the machine moves.
    expect((user + system) / 1e6).toBeLessThan(1.5);
  });
});
