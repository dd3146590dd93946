/** Training with weights in bf16 stays near f32, family by family, by ggml and by own kernels. */
import { describe, expect, it } from 'vitest';
import { buildBatch } from '../../src/data/index.ts';
import { Device } from '../../src/graph/index.ts';
import { LINEAR_MODULES } from '../../src/model/index.ts';
import { LoraTrainer } from '../../src/train/lora-trainer.ts';
import { goldenJson } from '../support/golden.ts';
import { loadTiny, sineAdapter } from '../support/tiny-model.ts';

/** Relative; weights have 8 bits of mantissa, and ten steps follow each other's errors. */
const TOLERANCE = 2e-2;

interface Golden {
  lora: { r: number; lora_alpha: number };
  start: { lora_A: number; lora_B: number };
  settings: { learning_rate: number; weight_decay: number };
  rows: { ids: number[]; labels: number[] }[];
  steps: number[][][];
  trajectories: { max_grad_norm: number | null; log: { loss: number; learning_rate: number }[] }[];
}

describe.each(['llama', 'qwen3', 'gemma3_text'])('%s', (name) => {
  const golden = goldenJson<Golden>('training', `${name}.json`);
  const { log } = golden.trajectories.find(({ max_grad_norm }) => max_grad_norm === null)!;

  it.each([true, false])('weights in bf16, own kernels %s: losses of ten steps', async (native) => {
    using device = Device.cpu(1, { native });
    using model = await loadTiny(name, device, 'bf16');
    const { r: rank, lora_alpha: alpha } = golden.lora;
    const lora = { rank, alpha, rankStabilized: false, dropout: 0, modules: LINEAR_MODULES };
    using adapter = sineAdapter(model, lora, { A: golden.start.lora_A, B: golden.start.lora_B });
    using trainer = new LoraTrainer(model, adapter, model.arena, {
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: golden.settings.weight_decay,
      maxGradNorm: 0,
      seed: 1,
    });
    for (const [step, microBatches] of golden.steps.entries()) {
      const batches = microBatches.map((numbers) => {
        const rows = numbers.map((number) => golden.rows[number]!);
        const encoded = rows.map(({ ids, labels }) => ({
          inputIds: Int32Array.from(ids),
          labels: Int32Array.from(labels),
        }));
        return buildBatch(encoded, { sharePrefix: true });
      });
      const labels = batches.reduce((sum, { labelCount }) => sum + labelCount, 0);
      let loss = 0;
      for (const batch of batches) loss += await trainer.accumulate(batch, labels);
      expect(Math.abs(loss / log[step]!.loss - 1), `step ${step}`).toBeLessThan(TOLERANCE);
      await trainer.optimizer.step(log[step]!.learning_rate);
    }
  });
});
