/** The micro batches of a training's steps and of measuring, made when they are needed. */
import { assert } from '../core/index.ts';
import { type Batch, buildBatch, type EncodedSample, planEpoch } from '../data/index.ts';
import type { StepPlan } from './step-plan.ts';

/** A micro batch, and how many of its tokens are to be predicted as transformers counts them. */
export interface MicroBatch {
  readonly batch: Batch;
  /** Labels of the rows, one at a row's first position included, though nothing predicts that one. */
  readonly labels: number;
}

interface BatchOptions {
  readonly batchSize: number;
  readonly padId: number;
  readonly sharePrefix: boolean;
}

export class TrainingBatches {
  readonly #rows: readonly EncodedSample[];
  readonly #plan: StepPlan;
  readonly #options: BatchOptions & { readonly shuffle: boolean; readonly seed: number };
  #epoch: { readonly number: number; readonly batches: number[][] } | undefined;

  constructor(
    rows: readonly EncodedSample[],
    plan: StepPlan,
    options: BatchOptions & { readonly shuffle: boolean; readonly seed: number },
  ) {
    this.#rows = rows;
    this.#plan = plan;
    this.#options = options;
  }

  /** @param step counted from 0 */
  ofStep(step: number): MicroBatch[] {
    const { epoch, from, to } = this.#plan.batchesOf(step);
    return this.#ofEpoch(epoch)
      .slice(from, to)
      .map((indices) => microBatch(this.#rows, indices, this.#options));
  }

  /** Those of the first epoch that take the most memory. */
  largest(): Batch[] {
    return largestOf(this.#rows, this.#ofEpoch(0), this.#options);
  }

  #ofEpoch(number: number): number[][] {
    if (this.#epoch?.number !== number) {
      this.#epoch = { number, batches: planEpoch(this.#rows, { ...this.#options, epoch: number }) };
      assert(this.#epoch.batches.length === this.#plan.batchesPerEpoch, 'an epoch of another length');
    }
    return this.#epoch.batches;
  }
}

/** Rows to measure on, in the order given: the loss that transformers tells depends on what is batched together. */
export class EvaluationBatches {
  readonly #rows: readonly EncodedSample[];
  readonly #options: BatchOptions;
  readonly #batches: number[][];

  constructor(rows: readonly EncodedSample[], options: BatchOptions) {
    this.#rows = rows;
    this.#options = options;
    this.#batches = planEpoch(rows, { ...options, shuffle: false, seed: 0, epoch: 0 });
  }

  get rows(): number {
    return this.#rows.length;
  }

  get count(): number {
    return this.#batches.length;
  }

  *[Symbol.iterator](): Generator<MicroBatch, void, undefined> {
    for (const indices of this.#batches) yield microBatch(this.#rows, indices, this.#options);
  }

  largest(): Batch[] {
    return largestOf(this.#rows, this.#batches, this.#options);
  }
}

function microBatch(
  rows: readonly EncodedSample[],
  indices: readonly number[],
  { padId, sharePrefix }: BatchOptions,
): MicroBatch {
  const chosen = indices.map((index) => rows[index]!);
  return { batch: buildBatch(chosen, padId, { sharePrefix }), labels: sum(chosen.map(labelsOf)) };
}

/** The batch of the most tokens with padding, and the one of the most labels, which may be the same. */
function largestOf(
  rows: readonly EncodedSample[],
  batches: readonly number[][],
  { padId, sharePrefix }: BatchOptions,
): Batch[] {
  const labels = rows.map(labelsOf);
  const tokensOf = (batch: readonly number[]) =>
    batch.length * Math.max(...batch.map((index) => rows[index]!.inputIds.length));
  const labelsIn = (batch: readonly number[]) => sum(batch.map((index) => labels[index]!));
  const chosen = new Set([mostBy(batches, tokensOf), mostBy(batches, labelsIn)]);
  return [...chosen].flatMap((batch) =>
    batch
      ? [
          buildBatch(
            batch.map((index) => rows[index]!),
            padId,
            { sharePrefix },
          ),
        ]
      : [],
  );
}

function labelsOf({ labels }: EncodedSample): number {
  return labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mostBy<T>(items: readonly T[], size: (item: T) => number): T | undefined {
  let best: T | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const value = size(item);
    if (value > most) [best, most] = [item, value];
  }
  return best;
}
