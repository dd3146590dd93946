/** What a training would take, without loading the model: rows are encoded, steps counted, and its graph is planned. */
import type { RunConfig } from '../config/index.ts';
import { MemoryError, type OnProgress } from '../core/index.ts';
import type { FetchFiles } from '../data/index.ts';
import { availableMemory, readSpec } from '../load/index.ts';
import { planAdapters } from './adapter-plan.ts';
import { EvaluationBatches, TrainingBatches } from './batches.ts';
import { checkMemory } from './memory-check.ts';
import type { MemoryPlan } from './memory-plan.ts';
import { type ModelFiles, openRows, openText } from './rows.ts';
import { StepPlan } from './step-plan.ts';

export interface TrainingEstimate {
  /** Rows that are trained on. */
  readonly rows: number;
  readonly steps: number;
  /** Tokens that the whole training reads. */
  readonly tokens: number;
  readonly longestRow: number;
  /** Rows that are cut or left out. */
  readonly cutRows: number;
  /** Of the batch that takes the most; absent where no single batch can be planned. */
  readonly memory?: MemoryPlan;
  /** Bytes that are free now. */
  readonly availableBytes: number;
}

export interface EstimateOptions {
  readonly onProgress?: OnProgress | undefined;
  /** Brings data sets of hubs here; they are refused without. */
  readonly fetchFiles?: FetchFiles | undefined;
}

/** @throws as openRunSession does, but for want of memory, which is what is asked */
export async function estimateTraining(
  config: RunConfig,
  files: ModelFiles,
  { onProgress, fetchFiles }: EstimateOptions = {},
): Promise<TrainingEstimate> {
  const text = await openText(config, files);
  using rows = await openRows(
    { ...config, do_train: true },
    { model: files, text, fetchFiles, onProgress: onProgress ?? (() => {}), onNote: () => {} },
  );
  const spec = readSpec(files);
  const { lora } = planAdapters(config, spec, undefined);
  const plan = new StepPlan(rows.train.length, config);
  const training = new TrainingBatches(rows.train, plan, {
    batchSize: config.per_device_train_batch_size,
    shuffle: !config.disable_shuffling,
    seed: config.data_seed,
    sharePrefix: lora.dropout === 0,
  });
  const evaluation = new EvaluationBatches(rows.evaluation, {
    batchSize: config.per_device_eval_batch_size,
    sharePrefix: true,
  });
  const lengths = Array.from({ length: rows.train.length }, (_, index) => rows.train.tokenCount(index));
  const tokensPerEpoch = lengths.reduce((sum, length) => sum + length, 0);
  const work = {
    spec,
    lora,
    dtype: config.bf16 ? ('bf16' as const) : ('f32' as const),
    training: training.largest(),
    evaluation: evaluation.largest(),
  };
  const memory = planAnyway(() => checkMemory(work, config, Number.POSITIVE_INFINITY));
  return {
    rows: rows.train.length,
    steps: plan.totalSteps,
    tokens: Math.round(tokensPerEpoch * plan.epochAfter(plan.totalSteps)),
    longestRow: lengths.reduce((most, length) => Math.max(most, length), 0),
    cutRows: [...rows.findings].length,
    availableBytes: availableMemory(),
    ...(memory && { memory }),
  };
}

/** A batch that no table of logits can hold has no plan. */
function planAnyway(plan: () => MemoryPlan | undefined): MemoryPlan | undefined {
  try {
    return plan();
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}
