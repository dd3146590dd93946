/** The micro batches of a training's steps and of measuring, made when they are needed. */
import { assert } from '../core/index.ts';
import { type Batch, buildBatch, type EncodedRows, type EpochPlan, planEpoch } from '../data/index.ts';
import type { StepPlan } from './step-plan.ts';

/** A micro batch, and how many of its tokens are to be predicted as transformers counts them. */
export interface MicroBatch {
  readonly batch: Batch;
  /** Labels of the rows, one at a row's first position included, though nothing predicts that one. */
  readonly labels: number;
}

interface BatchOptions {
  readonly batchSize: number;
  readonly sharePrefix: boolean;
}

export class TrainingBatches {
  readonly #rows: EncodedRows;
  readonly #plan: StepPlan;
  readonly #options: BatchOptions & { readonly shuffle: boolean; readonly seed: number };
  #epoch: { readonly number: number; readonly plan: EpochPlan } | undefined;

  constructor(
    rows: EncodedRows,
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
    const plan = this.#ofEpoch(epoch);
    return Array.from({ length: to - from }, (_, offset) =>
      microBatch(this.#rows, plan.batch(from + offset), this.#options),
    );
  }

  /** Those of the first epoch that take the most memory. */
  largest(): Batch[] {
    return largestOf(this.#rows, this.#ofEpoch(0), this.#options);
  }

  #ofEpoch(number: number): EpochPlan {
    if (this.#epoch?.number !== number) {
      this.#epoch = { number, plan: planEpoch(this.#rows, { ...this.#options, epoch: number }) };
      assert(this.#epoch.plan.count === this.#plan.batchesPerEpoch, 'an epoch of another length');
    }
    return this.#epoch.plan;
  }
}

/** Rows to measure on, in the order given: the loss that transformers tells depends on what is batched together. */
export class EvaluationBatches {
  readonly #rows: EncodedRows;
  readonly #options: BatchOptions;
  readonly #batches: EpochPlan;

  constructor(rows: EncodedRows, options: BatchOptions) {
    this.#rows = rows;
    this.#options = options;
    this.#batches = planEpoch(rows, { ...options, shuffle: false, seed: 0, epoch: 0 });
  }

  get rows(): number {
    return this.#rows.length;
  }

  get count(): number {
    return this.#batches.count;
  }

  *[Symbol.iterator](): Generator<MicroBatch, void, undefined> {
    for (const indices of this.#batches) yield microBatch(this.#rows, indices, this.#options);
  }

  largest(): Batch[] {
    return largestOf(this.#rows, this.#batches, this.#options);
  }
}

function microBatch(
  rows: EncodedRows,
  indices: readonly number[],
  { sharePrefix }: BatchOptions,
): MicroBatch {
  const chosen = indices.map((index) => rows.at(index));
  return { batch: buildBatch(chosen, { sharePrefix }), labels: labelsIn(rows, indices) };
}

/** The batch of the most tokens, and the one of the most labels, which may be the same. */
function largestOf(rows: EncodedRows, batches: EpochPlan, options: BatchOptions): Batch[] {
  const tokensIn = (batch: readonly number[]) =>
    batch.reduce((sum, index) => sum + rows.tokenCount(index), 0);
  const ofMostTokens = mostBy(batches, tokensIn);
  const ofMostLabels = mostBy(batches, (batch) => labelsIn(rows, batch));
  const chosen = new Set([ofMostTokens, ofMostLabels]);
  return [...chosen].flatMap((index) =>
    index === undefined ? [] : [microBatch(rows, batches.batch(index), options).batch],
  );
}

function labelsIn(rows: EncodedRows, indices: readonly number[]): number {
  return indices.reduce((sum, index) => sum + rows.labelCount(index), 0);
}

/** The index of the first batch that is as large as any. */
function mostBy(batches: EpochPlan, sizeOf: (batch: readonly number[]) => number): number | undefined {
  let best: number | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < batches.count; index++) {
    const size = sizeOf(batches.batch(index));
    if (size > most) [best, most] = [index, size];
  }
  return best;
}
