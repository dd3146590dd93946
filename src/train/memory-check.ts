/** Says before anything is loaded when a run will not fit into the machine's memory, and what takes how much. */
import type { RunConfig } from '../config/index.ts';
import { formatBytes, MemoryError } from '../core/index.ts';
import type { Batch } from '../data/index.ts';
import { availableMemory, type WeightDtype } from '../load/index.ts';
import type { DecoderSpec, LoraSpec } from '../model/index.ts';
import { batchInputs } from './batch-inputs.ts';
import { type MemoryPlan, planMemory } from './memory-plan.ts';

/** Places in a table of logits are 32-bit numbers. */
const MAX_LOGITS = 2 ** 31;
const BATCH_SIZE_KEYS = {
  train: 'per_device_train_batch_size',
  evaluate: 'per_device_eval_batch_size',
} as const;

export interface PlannedWork {
  readonly spec: DecoderSpec;
  readonly dtype: WeightDtype;
  readonly lora: LoraSpec;
  readonly training: readonly Batch[];
  readonly evaluation: readonly Batch[];
}

type Sizes = Pick<RunConfig, 'per_device_train_batch_size' | 'per_device_eval_batch_size'>;

/**
 * @returns the plan of the batch that takes the most; undefined when there is none
 * @throws MemoryError with what is needed, what is free, and what to do
 */
export function checkMemory(
  work: PlannedWork,
  config: Sizes,
  available = availableMemory(),
): MemoryPlan | undefined {
  const planned = [
    ...work.training.map((batch) => ({ batch, purpose: 'train' as const })),
    ...work.evaluation.map((batch) => ({ batch, purpose: 'evaluate' as const })),
  ].map(({ batch, purpose }) => {
    const { shape } = batchInputs(batch, work.spec.vocabSize, 1);
    const key = BATCH_SIZE_KEYS[purpose];
    const size = `${batch.rows} rows of up to ${batch.longestRow} tokens`;
    if (shape.labels * work.spec.vocabSize >= MAX_LOGITS) {
      throw new MemoryError(
        `memory: ${size} with ${batch.labelCount} tokens to predict out of ${work.spec.vocabSize} are too many at once; lower ${key} (now ${config[key]})`,
      );
    }
    return { batch, key, size, plan: planMemory(work.spec, { ...work, shape, purpose }) };
  });
  const worst = planned.toSorted((a, b) => b.plan.totalBytes - a.plan.totalBytes)[0];
  if (!worst || worst.plan.totalBytes <= available) return worst?.plan;
  const { plan, key, size, batch } = worst;
  const helpsSmallerBatch = plan.weightBytes + plan.adapterBytes < available;
  const remedies = [
    work.dtype === 'f32' && 'set bf16: true',
    helpsSmallerBatch && batch.rows > 1 && `lower ${key} (now ${config[key]})`,
    helpsSmallerBatch && `lower cutoff_len below ${batch.longestRow}`,
    'choose a smaller model',
  ].filter((remedy) => remedy !== false);
  throw new MemoryError(
    `memory: the run needs about ${formatBytes(plan.totalBytes)} (${formatBytes(plan.weightBytes)} for weights in ${work.dtype}, ` +
      `${formatBytes(plan.adapterBytes)} for the adapter and its optimizer, ${formatBytes(plan.activationBytes)} for the intermediate values of ${size}), ` +
      `but ${formatBytes(available)} are free; ${remedies.join(', or ')}`,
  );
}
