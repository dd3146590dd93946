/**
 * Bootstrap: rows are drawn anew from the rows at hand, again and again, and how far a figure moves says how much of
 * it is chance. All models meet the same draws, so that their differences are judged row against row. Intervals are
 * percentile intervals of 95 %.
 * @see https://doi.org/10.1214/aos/1176344552
 */
import { assert, Random } from '../core/index.ts';
import type { Answers } from './agreement.ts';
import type { ClassFigures, Difference, Figure, Interval, Metric, ModelFigures } from './comparison.ts';
import { METRICS } from './comparison.ts';
import { type ClassificationReport, classificationReport, reportOfCounts } from './metrics.ts';
import { Resampling } from './resampling.ts';

export interface BootstrapOptions {
  readonly seed: number;
  /** 2,000 when absent. */
  readonly resamples?: number | undefined;
}

/** What an interval leaves out on each side. */
const TAIL = 0.025;
/** Sums of another order differ by less. */
const ALIKE = 1e-9;

/** Rows with one truth and the same answer of each model. */
interface Kind {
  readonly truth: number;
  /** A column of each model's confusion matrix. */
  readonly answers: readonly number[];
  rows: number;
}

export class Bootstrap {
  readonly #reports: readonly ClassificationReport[];
  /** [models][figures][resamples] */
  readonly #samples: readonly (readonly Float64Array[])[];

  /**
   * @param models what each answered, row by row
   * @throws DataError when there are no rows, a truth is no label, or a label is given twice
   */
  constructor(
    labels: readonly string[],
    truths: readonly string[],
    models: readonly Answers[],
    { seed, resamples = 2000 }: BootstrapOptions,
  ) {
    assert(resamples >= 2, `${resamples} resamples give no interval`);
    this.#reports = models.map((answers) => classificationReport(labels, truths, answers));
    const kinds = kindsOf(labels, truths, models);
    const resampling = new Resampling(kinds.map(({ rows }) => rows));
    const random = new Random(seed);
    this.#samples = this.#reports.map((report) => figuresOf(report).map(() => new Float64Array(resamples)));
    for (let resample = 0; resample < resamples; resample++) {
      const drawn = resampling.draw(random);
      for (const [model, samples] of this.#samples.entries()) {
        const counts = labels.map(() => new Array<number>(labels.length + 1).fill(0));
        for (const [index, { truth, answers }] of kinds.entries()) {
          counts[truth]![answers[model]!]! += drawn[index]!;
        }
        const figures = figuresOf(reportOfCounts({ labels, counts }));
        for (const [index, value] of figures.entries()) samples[index]![resample] = value;
      }
    }
  }

  /** A model's scores, by its place in the list. */
  figures(model: number): ModelFigures {
    const report = this.#reports[model]!;
    const values = figuresOf(report);
    const figure = (index: number, rows: number): Figure => {
      const value = values[index]!;
      const interval = percentileInterval(this.#samples[model]![index]!);
      return { value, ...(isPoint(interval) ? withoutExceptions(value, rows) : interval) };
    };
    const metrics = METRICS.map((metric, index) => [metric, figure(index, report.rows)] as const);
    const classes = report.classes.map(({ label, support }, index): ClassFigures => {
      const predicted = report.confusion.counts.reduce((sum, row) => sum + row[index]!, 0);
      const first = METRICS.length + 3 * index;
      return {
        label,
        support,
        precision: figure(first, predicted),
        recall: figure(first + 1, support),
        f1: figure(first + 2, support),
      };
    });
    return { metrics: Object.fromEntries(metrics) as Record<Metric, Figure>, classes };
  }

  /** How much better `model` is than `against` in a metric. */
  difference(model: number, against: number, metric: Metric): Difference {
    const index = METRICS.indexOf(metric);
    const value = figuresOf(this.#reports[model]!)[index]! - figuresOf(this.#reports[against]!)[index]!;
    const others = this.#samples[against]![index]!;
    const samples = this.#samples[model]![index]!.map((sample, resample) => sample - others[resample]!);
    const interval = percentileInterval(samples);
    if (isPoint(interval)) {
      const possible = 1 - sureShare(this.#reports[model]!.rows);
      const p = Math.abs(value) < ALIKE ? 1 : 2 / (samples.length + 1);
      return { value, low: Math.max(-1, value - possible), high: Math.min(1, value + possible), p };
    }
    return { value, ...interval, p: chanceOf(samples) };
  }
}

/** The metrics, then precision, recall and F1 of each class. */
function figuresOf({ accuracy, macro, micro, weighted, classes }: ClassificationReport): number[] {
  const figures = [accuracy, macro.f1, micro.f1, weighted.f1];
  for (const { precision, recall, f1 } of classes) figures.push(precision, recall, f1);
  return figures;
}

function kindsOf(labels: readonly string[], truths: readonly string[], models: readonly Answers[]): Kind[] {
  const columns = new Map<string | undefined, number>(labels.map((label, index) => [label, index]));
  const kinds = new Map<string, Kind>();
  for (const [row, truth] of truths.entries()) {
    const answers = models.map((model) => columns.get(model[row]) ?? labels.length);
    const line = columns.get(truth)!;
    const key = `${line}:${answers}`;
    const kind = kinds.get(key);
    if (kind) kind.rows++;
    else kinds.set(key, { truth: line, answers, rows: 1 });
  }
  return [...kinds.values()];
}

/**
 * Twice the share of resamples on the other side of no difference, counting the rows at hand as one of them, so that
 * it is never 0.
 */
function chanceOf(differences: Float64Array): number {
  let atMost = 1;
  let atLeast = 1;
  for (const difference of differences) {
    if (difference <= ALIKE) atMost++;
    if (difference >= -ALIKE) atLeast++;
  }
  return Math.min(1, (2 * Math.min(atMost, atLeast)) / (differences.length + 1));
}

function percentileInterval(samples: Float64Array): Interval {
  const sorted = samples.toSorted();
  return { low: quantile(sorted, TAIL), high: quantile(sorted, 1 - TAIL) };
}

/** Linear between the two nearest. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const index = Math.floor(position);
  const [below, above] = [sorted[index]!, sorted[index + 1] ?? sorted[index]!];
  return below + (above - below) * (position - index);
}

function isPoint({ low, high }: Interval): boolean {
  return high - low < ALIKE;
}

/**
 * Where resamples do not differ they say nothing, as when no row was wrong. After n rows without an exception,
 * exceptions up to a rate of 1 - 0.025^(1/n) remain possible (Clopper and Pearson).
 */
function withoutExceptions(value: number, rows: number): Interval {
  const sure = sureShare(rows);
  return { low: value * sure, high: 1 - (1 - value) * sure };
}

function sureShare(rows: number): number {
  return rows === 0 ? 0 : TAIL ** (1 / rows);
}
