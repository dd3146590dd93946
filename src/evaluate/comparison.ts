/**
 * What comparing models found, as it is written to JSON: figures with intervals, tests of differences, agreement.
 * Plain data and free of Node, so that a page can share it.
 */
import type { Agreement, ClassWins } from './agreement.ts';
import type { Calibration } from './calibration.ts';
import type { JudgedBy, JudgedRow } from './evaluation.ts';
import type { ClassificationReport, Confusion } from './metrics.ts';

/** What a whole model is measured by. */
export const METRICS = ['accuracy', 'macro_f1', 'micro_f1', 'weighted_f1'] as const;
export type Metric = (typeof METRICS)[number];

export function metricsOf({
  accuracy,
  macro,
  micro,
  weighted,
}: ClassificationReport): Record<Metric, number> {
  return { accuracy, macro_f1: macro.f1, micro_f1: micro.f1, weighted_f1: weighted.f1 };
}

/** Where the true value lies, with a confidence of 95 %. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Figure extends Interval {
  readonly value: number;
}

export interface ClassFigures {
  readonly label: string;
  /** Rows of this class. */
  readonly support: number;
  readonly precision: Figure;
  readonly recall: Figure;
  readonly f1: Figure;
}

/** Averages over the classes; their F1 is among the metrics. */
export const AVERAGES = ['macro', 'micro', 'weighted'] as const;

export interface ModelFigures {
  readonly metrics: Readonly<Record<Metric, Figure>>;
  readonly averages: Readonly<
    Record<(typeof AVERAGES)[number], { readonly precision: Figure; readonly recall: Figure }>
  >;
  /** In the order of the labels. */
  readonly classes: readonly ClassFigures[];
}

export interface ComparedModel extends ModelFigures {
  readonly name: string;
  readonly judgedBy: JudgedBy;
  readonly confusion: Confusion;
  /** Where every row has a probability. */
  readonly calibration?: Calibration;
}

/** A test: how often chance alone would show as much. Two-sided. */
export interface Tested {
  readonly p: number;
  /** By Holm over all pairs. */
  readonly corrected: number;
}

export interface ComparedPair {
  readonly model: string;
  /** The incumbent, where it is one of the two; else who was named first. */
  readonly against: string;
  /** Rows that one alone gets right, and McNemar's exact test of them. */
  readonly mcNemar: Tested & { readonly onlyModel: number; readonly onlyAgainst: number };
  /**
   * Positive where the model is better. Intervals by paired bootstrap; p of accuracy is McNemar's, of the others
   * that of swapped answers.
   */
  readonly differences: Readonly<Record<Metric, Figure & Tested>>;
  readonly agreement: Agreement;
  /** Wins are the model's. */
  readonly classes: readonly ClassWins[];
}

/** A row that the models do not answer alike. */
export interface DisputedRow extends Pick<JudgedRow, 'file' | 'row' | 'input' | 'truth'> {
  /** In the order of the models; null where the answer is no label. */
  readonly predictions: readonly (string | null)[];
}

/** A row that cannot be compared. */
export interface LeftOutRow extends Pick<JudgedRow, 'file' | 'row'> {
  /** The models that have no answer to it. */
  readonly missing: readonly string[];
}

export interface Comparison {
  readonly version: 1;
  readonly labels: readonly string[];
  /** Rows that every model has answered; all figures are about these. */
  readonly rows: number;
  /** The model that is in use today. */
  readonly incumbent?: string;
  readonly models: readonly ComparedModel[];
  /** Every two models. */
  readonly pairs: readonly ComparedPair[];
  readonly disputed: readonly DisputedRow[];
  readonly leftOut: readonly LeftOutRow[];
  readonly bootstrap: { readonly resamples: number; readonly seed: number };
}
