/**
 * From criteria that were set beforehand and what was measured to a verdict: go, no go, or not enough evidence, with
 * the reasons as data. Pure, and free of Node, so that a page can share it; `verdict-words.ts` says it in sentences.
 */
import type { Comparison, Figure, Metric } from './comparison.ts';
import { distanceOf } from './normal-distribution.ts';

/** What must hold of a figure; several may be asked at once. */
export interface Criterion {
  /** `accuracy`, `macro_f1`, `p95_ms`, `qps` … */
  readonly metric: string;
  /** Of a load test: how many requests were under way at once. */
  readonly atConcurrency?: number;
  readonly min?: number;
  readonly max?: number;
  /** A model that must be worse. */
  readonly beats?: string;
}

export interface Measured extends Figure {
  /** That it rests on; absent where it does not come from rows. */
  readonly rows?: number;
}

export interface MeasuredDifference extends Figure {
  readonly rows: number;
  readonly p: number;
  /** p corrected by Holm. */
  readonly corrected: number;
  /** Over which p was corrected. */
  readonly tests: number;
}

/** A criterion and what was measured about it; what is absent was not measured. */
export interface Evidence {
  readonly criterion: Criterion;
  readonly figure?: Measured | undefined;
  /** Positive where the candidate is better than the model to beat. */
  readonly difference?: MeasuredDifference | undefined;
}

export type Outcome = 'met' | 'failed' | 'open';

interface Asked {
  readonly metric: string;
  readonly atConcurrency?: number;
  readonly outcome: Outcome;
  /** An estimate of the rows that would settle it beyond those at hand, where it is open and one can be made. */
  readonly moreRows?: number;
}

/** A reason. Figure or difference are absent where nothing was measured: then it is open. */
export type Check =
  | (Asked & { readonly check: 'min' | 'max'; readonly bound: number; readonly figure?: Measured })
  | (Asked & {
      readonly check: 'beats';
      readonly against: string;
      readonly difference?: MeasuredDifference;
    });

export interface Verdict {
  readonly decision: 'go' | 'no_go' | 'not_enough_evidence';
  /** In the order of the criteria. */
  readonly checks: readonly Check[];
  /** Rows that would settle all that is open; absent where nothing is open or one of them cannot be estimated. */
  readonly moreRows?: number;
}

/** The p, corrected by Holm, below which a difference counts. */
export const SIGNIFICANCE = 0.05;

/**
 * `min` is met when the interval's lower end reaches it and failed when the upper end lies below; `max` mirrored.
 * `beats` is met when the candidate is better with a corrected p below 0.05, failed when it is worse with such a p.
 * No go if any fails, go if all are met, else not enough evidence; without criteria nothing is evident.
 */
export function decide(evidence: readonly Evidence[]): Verdict {
  const checks = evidence.flatMap(checksOf);
  if (checks.some(({ outcome }) => outcome === 'failed')) return { decision: 'no_go', checks };
  const open = checks.filter(({ outcome }) => outcome === 'open');
  if (checks.length > 0 && open.length === 0) return { decision: 'go', checks };
  const estimates = open.flatMap(({ moreRows }) => moreRows ?? []);
  const isEstimated = open.length > 0 && estimates.length === open.length;
  return {
    decision: 'not_enough_evidence',
    checks,
    ...(isEstimated && { moreRows: Math.max(...estimates) }),
  };
}

/** What a comparison says about a criterion for one of its models; nothing where it has no such metric or model. */
export function evidenceIn(comparison: Comparison, candidate: string, criterion: Criterion): Evidence {
  const model = comparison.models.find(({ name }) => name === candidate);
  const metric = criterion.metric as Metric;
  const figure = model?.metrics[metric];
  if (!figure) return { criterion };
  const { rows } = comparison;
  const pair = comparison.pairs.find(({ model, against }) =>
    model === candidate ? against === criterion.beats : model === criterion.beats && against === candidate,
  );
  if (!pair) return { criterion, figure: { ...figure, rows } };
  const { value, low, high, ...tested } = pair.differences[metric];
  const seen = pair.model === candidate ? { value, low, high } : { value: -value, low: -high, high: -low };
  const difference = { ...seen, ...tested, rows, tests: comparison.pairs.length };
  return { criterion, figure: { ...figure, rows }, difference };
}

function checksOf({ criterion, figure, difference }: Evidence): Check[] {
  const { metric, atConcurrency, min, max, beats } = criterion;
  const asked = { metric, ...(atConcurrency !== undefined && { atConcurrency }) };
  const checks: Check[] = [];
  for (const [check, bound] of [
    ['min', min],
    ['max', max],
  ] as const) {
    if (bound !== undefined) checks.push({ ...asked, check, bound, ...judgeBound(check, bound, figure) });
  }
  if (beats !== undefined)
    checks.push({ ...asked, check: 'beats', against: beats, ...judgeDifference(difference) });
  return checks;
}

function judgeBound(
  check: 'min' | 'max',
  bound: number,
  figure: Measured | undefined,
): { outcome: Outcome; figure?: Measured; moreRows?: number } {
  if (!figure) return { outcome: 'open' };
  const { value, low, high, rows } = figure;
  if (check === 'min' ? low >= bound : high <= bound) return { outcome: 'met', figure };
  if (check === 'min' ? high < bound : low > bound) return { outcome: 'failed', figure };
  const margin = value > bound ? value - low : high - value;
  return { outcome: 'open', figure, ...estimate(rows, margin / Math.abs(value - bound)) };
}

function judgeDifference(difference: MeasuredDifference | undefined): {
  outcome: Outcome;
  difference?: MeasuredDifference;
  moreRows?: number;
} {
  if (!difference) return { outcome: 'open' };
  const { value, p, corrected, rows, tests } = difference;
  if (corrected < SIGNIFICANCE && value !== 0) return { outcome: value > 0 ? 'met' : 'failed', difference };
  const lacking = distanceOf(SIGNIFICANCE / tests) / distanceOf(p);
  return { outcome: 'open', difference, ...estimate(rows, lacking) };
}

/**
 * Intervals narrow, and distances in standard errors grow, with the square root of the rows. If the figures stay as
 * they are, a margin that is `lacking` times too wide asks for rows · lacking², where lacking is
 * - of a bound: the interval's half on its side / the distance of the figure from it,
 * - of a difference: z(0.05 / tests) / z(p), z(p) being the standard errors at which a two-sided p lies.
 */
function estimate(rows: number | undefined, lacking: number): { moreRows?: number } {
  const needed = Math.ceil((rows ?? Number.NaN) * lacking ** 2);
  return Number.isFinite(needed) ? { moreRows: Math.max(1, needed - rows!) } : {};
}
