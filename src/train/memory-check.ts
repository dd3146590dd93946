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
    const { rows, longestRow, labelCount } = batch;
    if (shape.labels * work.spec.vocabSize >= MAX_LOGITS) {
      throw new MemoryError({
        en: `memory: ${rows} rows of up to ${longestRow} tokens with ${labelCount} tokens to predict out of ${work.spec.vocabSize} are too many at once; lower ${key} (now ${config[key]})`,
        zh: `内存：一次 ${rows} 行、每行至多 ${longestRow} 个 token、共 ${labelCount} 个待预测 token（词表 ${work.spec.vocabSize}）过多；请减小 ${key}（现为 ${config[key]}）`,
      });
    }
    return { batch, key, plan: planMemory(work.spec, { ...work, shape, purpose }) };
  });
  const worst = planned.toSorted((a, b) => b.plan.totalBytes - a.plan.totalBytes)[0];
  if (!worst || worst.plan.totalBytes <= available) return worst?.plan;
  const { plan, key, batch } = worst;
  const helpsSmallerBatch = plan.weightBytes + plan.adapterBytes < available;
  const remedies = [
    work.dtype === 'f32' && { en: 'set bf16: true', zh: '设置 bf16: true' },
    helpsSmallerBatch &&
      batch.rows > 1 && {
        en: `lower ${key} (now ${config[key]})`,
        zh: `减小 ${key}（现为 ${config[key]}）`,
      },
    helpsSmallerBatch && {
      en: `lower cutoff_len below ${batch.longestRow}`,
      zh: `把截断长度 cutoff_len 降到 ${batch.longestRow} 以下`,
    },
    { en: 'choose a smaller model', zh: '换更小的模型' },
  ].filter((remedy) => remedy !== false);
  const [total, weights, adapter, activations, free] = [
    plan.totalBytes,
    plan.weightBytes,
    plan.adapterBytes,
    plan.activationBytes,
    available,
  ].map(formatBytes);
  throw new MemoryError({
    en:
      `memory: the run needs about ${total} (${weights} for weights in ${work.dtype}, ` +
      `${adapter} for the adapter and its optimizer, ${activations} for the intermediate values of ` +
      `${batch.rows} rows of up to ${batch.longestRow} tokens), ` +
      `but ${free} are free; ${remedies.map(({ en }) => en).join(', or ')}`,
    zh:
      `内存：运行约需 ${total}（${work.dtype} 权重 ${weights}，适配器及其优化器 ${adapter}，` +
      `${batch.rows} 行、每行至多 ${batch.longestRow} 个 token 的中间结果 ${activations}），` +
      `而可用 ${free}；请${remedies.map(({ zh }) => zh).join('，或')}`,
  });
}
