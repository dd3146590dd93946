import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GOLDEN } from '../../test/support/golden.ts';
import { loadTiny } from '../../test/support/tiny-model.ts';
import { MemoryError } from '../core/index.ts';
import { buildBatch } from '../data/index.ts';
import { Device } from '../graph/index.ts';
import { createAdapter, readSpec } from '../load/index.ts';
import { LINEAR_MODULES, type LoraSpec, weightBytes } from '../model/index.ts';
import { LoraTrainer } from './lora-trainer.ts';
import { checkMemory } from './memory-check.ts';

const spec = readSpec({ kind: 'folder', path: join(GOLDEN, 'models', 'llama') });
const lora: LoraSpec = { rank: 8, alpha: 16, rankStabilized: false, dropout: 0, modules: LINEAR_MODULES };
const sizes = { per_device_train_batch_size: 16, per_device_eval_batch_size: 32 };

/** Rows of like tokens, all of them to be predicted. */
function batchOf(rows: number, length: number) {
  const ids = Int32Array.from({ length }, (_, index) => index % 300);
  return buildBatch(Array(rows).fill({ inputIds: ids, labels: ids }), { sharePrefix: false });
}

function check(work: { training?: [number, number]; evaluation?: [number, number] }, available: number) {
  const batches = (size: [number, number] | undefined) => (size ? [batchOf(...size)] : []);
  const { training, evaluation } = work;
  const planned = { training: batches(training), evaluation: batches(evaluation) };
  return checkMemory({ spec, dtype: 'f32', lora, ...planned }, sizes, available);
}

describe('checkMemory', () => {
  it('plans what the engine takes, within a half', async () => {
    using device = Device.cpu(1);
    using model = await loadTiny('llama', device);
    using adapter = createAdapter(lora, model, 1);
    const settings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1, seed: 1 };
    const sizesTried: [number, number][] = [
      [2, 32],
      [16, 128],
    ];
    for (const size of sizesTried) {
      const plan = check({ training: size }, 1e12)!;
      expect(plan.weightBytes).toBe(weightBytes(spec, 'f32'));
      using trainer = new LoraTrainer(model, adapter, model.arena, settings);
      const taken = trainer.reserve(batchOf(...size));
      expect(taken / plan.activationBytes).toBeGreaterThan(0.67);
      expect(taken / plan.activationBytes).toBeLessThan(1.5);
    }
  });

  it('takes the worst batch, and measuring takes less than training', () => {
    const train = check({ training: [16, 128] }, 1e12)!;
    const measure = check({ evaluation: [16, 128] }, 1e12)!;
    expect(measure.activationBytes).toBeLessThan(train.activationBytes / 2);
    expect(check({ training: [16, 128], evaluation: [16, 128] }, 1e12)).toEqual(train);
    expect(check({}, 0)).toBeUndefined();
  });

  const nearly = (needed: number) => needed - 1;
  const lessThanTheWeights = () => 1e5;
  it.each<[work: Parameters<typeof check>[0], available: (needed: number) => number, message: RegExp]>([
    [
      { training: [16, 128] },
      nearly,
      /needs about .* MiB \(.* for weights in f32, .* adapter .*, .* of 16 rows of up to 128 tokens\), but .* MiB are free; set bf16: true, or lower per_device_train_batch_size \(now 16\), or lower cutoff_len below 128/,
    ],
    [{ training: [1, 128] }, nearly, /free; set bf16: true, or lower cutoff_len below 128/],
    [{ evaluation: [32, 128] }, nearly, /lower per_device_eval_batch_size \(now 32\)/],
    [{ training: [16, 128] }, lessThanTheWeights, /free; set bf16: true, or choose a smaller model$/],
  ])('%j is refused where too little is free', (work, available, message) => {
    const free = available(check(work, 1e12)!.totalBytes);
    expect(() => check(work, free)).toThrow(MemoryError);
    expect(() => check(work, free)).toThrow(message);
  });
});
