/**
 * Bootstrap: rows are drawn anew from the rows at hand, again and again, and how far a figure moves says how much of
 * it is chance. All models meet the same draws, so that a difference is one of the same rows. Intervals are
 * percentile intervals of 95 %.
 * @see https://doi.org/10.1214/aos/1176344552
 */
import { assert, Random } from '../core/index.ts';
import type { Answers } from './agreement.ts';
import {
  AVERAGES,
  type ClassFigures,
  type Figure,
  type Interval,
  METRICS,
  type Metric,
  type ModelFigures,
  metricsOf,
} from './comparison.ts';
import { type ClassificationReport, classificationReport, reportOfCounts } from './metrics.ts';
import { Resampling } from './resampling.ts';
import { emptyCounts, rowKinds } from './row-kinds.ts';

export interface BootstrapOptions {
  readonly seed: number;
  /** 2,000 when absent. */
  readonly resamples?: number | undefined;
}

/** What an interval leaves out on each side. */
const TAIL = 0.025;
/** Sums of another order differ by less. */
const ALIKE = 1e-9;

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
    const kinds = rowKinds(labels, truths, models);
    const resampling = new Resampling(kinds.map(({ rows }) => rows));
    const random = new Random(seed);
    this.#samples = this.#reports.map((report) => figuresOf(report).map(() => new Float64Array(resamples)));
    for (let resample = 0; resample < resamples; resample++) {
      const drawn = resampling.draw(random);
      for (const [model, samples] of this.#samples.entries()) {
        const counts = emptyCounts(labels);
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
    const averages = AVERAGES.map((average, index) => {
      const first = METRICS.length + 3 * classes.length + 2 * index;
      return [
        average,
        { precision: figure(first, report.rows), recall: figure(first + 1, report.rows) },
      ] as const;
    });
    return {
      metrics: Object.fromEntries(metrics) as ModelFigures['metrics'],
      averages: Object.fromEntries(averages) as ModelFigures['averages'],
      classes,
    };
  }

  /** How much better `model` is than `against` in a metric. */
  difference(model: number, against: number, metric: Metric): Figure {
    const index = METRICS.indexOf(metric);
    const value = figuresOf(this.#reports[model]!)[index]! - figuresOf(this.#reports[against]!)[index]!;
    const others = this.#samples[against]![index]!;
    const samples = this.#samples[model]![index]!.map((sample, resample) => sample - others[resample]!);
    const interval = percentileInterval(samples);
    if (!isPoint(interval)) return { value, ...interval };
    const possible = 1 - sureShare(this.#reports[model]!.rows);
    return { value, low: Math.max(-1, value - possible), high: Math.min(1, value + possible) };
  }
}

/** The metrics, then precision, recall and F1 of each class, then precision and recall of each average. */
function figuresOf(report: ClassificationReport): number[] {
  const metrics = metricsOf(report);
  const figures = METRICS.map((metric) => metrics[metric]);
  for (const { precision, recall, f1 } of report.classes) figures.push(precision, recall, f1);
  for (const average of AVERAGES) figures.push(report[average].precision, report[average].recall);
  return figures;
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
