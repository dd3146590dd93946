/** Ten steps of every family against PyTorch in f64: losses, gradient norms, rates and every adapter gradient. */
import { describe, expect, it } from 'vitest';
import { buildBatch } from '../../src/data/index.ts';
import { Arena, Device, elementCount, readTensor } from '../../src/graph/index.ts';
import { LINEAR_MODULES, type LoraSpec } from '../../src/model/index.ts';
import { LoraTrainer } from '../../src/train/lora-trainer.ts';
import { learningRate } from '../../src/train/schedule.ts';
import { goldenJson, goldenTensors, relativeError } from '../support/golden.ts';
import { loadTiny, sineAdapter } from '../support/tiny-model.ts';

/** f32 against f64: PyTorch's own f32 lies about 1e-6 from it. */
const LOSS_TOLERANCE = 1e-4;
const GRADIENT_TOLERANCE = 1e-4;

interface Golden {
  lora: { r: number; lora_alpha: number };
  start: { lora_A: number; lora_B: number };
  settings: { learning_rate: number; weight_decay: number; warmup_steps: number; max_steps: number };
  rows: { ids: number[]; labels: number[] }[];
  steps: number[][][];
  trajectories: {
    max_grad_norm: number | null;
    log: { loss: number; grad_norm: number; learning_rate: number }[];
  }[];
}

describe.each(['llama', 'qwen3', 'gemma3_text'])('%s', (name) => {
  const golden = goldenJson<Golden>('training', `${name}.json`);
  const rows = golden.rows.map(({ ids, labels }) => ({
    inputIds: Int32Array.from(ids),
    labels: Int32Array.from(labels),
  }));
  const { learning_rate, weight_decay, warmup_steps, max_steps } = golden.settings;

  it.each([
    { max_grad_norm: null, sharePrefix: true },
    { max_grad_norm: 0.5, sharePrefix: false },
  ])(
    'follows the trajectory with $max_grad_norm, shared prefix $sharePrefix',
    async ({ max_grad_norm, sharePrefix }) => {
      using device = Device.cpu(1);
      using arena = new Arena(device);
      using model = await loadTiny(name, device);
      const { r, lora_alpha } = golden.lora;
      const lora: LoraSpec = {
        rank: r,
        alpha: lora_alpha,
        rankStabilized: false,
        dropout: 0,
        modules: LINEAR_MODULES,
      };
      using adapter = sineAdapter(model, lora, { A: golden.start.lora_A, B: golden.start.lora_B });
      using trainer = new LoraTrainer(model, adapter, arena, {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: weight_decay,
        maxGradNorm: max_grad_norm ?? 0,
        seed: 1,
      });
      const { log } = golden.trajectories.find((trajectory) => trajectory.max_grad_norm === max_grad_norm)!;
      const schedule = {
        name: 'cosine',
        peakRate: learning_rate,
        warmupSteps: warmup_steps,
        totalSteps: max_steps,
      } as const;
      for (const [step, microBatches] of golden.steps.entries()) {
        const chosen = microBatches.map((numbers) => numbers.map((n) => rows[n]!));
        const labels = chosen
          .flat()
          .reduce((sum, row) => sum + row.labels.filter((label) => label >= 0).length, 0);
        let loss = 0;
        for (const micro of chosen)
          loss += await trainer.accumulate(buildBatch(micro, { sharePrefix }), labels);
        if (step === 0) {
          const expected = goldenTensors('training', `${name}.safetensors`);
          const flat = new Float32Array(trainer.optimizer.gradient.shape[0]!);
          readTensor(trainer.optimizer.gradient, flat);
          for (const { name: parameter, shape, offset } of adapter.parameters) {
            const actual = flat.subarray(offset, offset + elementCount(shape));
            expect(relativeError(actual, expected.get(parameter)!.values), parameter).toBeLessThan(
              GRADIENT_TOLERANCE,
            );
          }
        }
        const rate = learningRate(schedule, step);
        const norm = await trainer.optimizer.step(rate);
        const wanted = log[step]!;
        expect(Math.abs(loss / wanted.loss - 1), `loss of step ${step}`).toBeLessThan(LOSS_TOLERANCE);
        expect(Math.abs(norm / wanted.grad_norm - 1), `norm of step ${step}`).toBeLessThan(LOSS_TOLERANCE);
        expect(rate).toBeCloseTo(wanted.learning_rate, 10);
      }
    },
  );
});
