/** Every adapter gradient of a real step of SmolLM2, against PyTorch in f64. */
import { expect, it } from 'vitest';
import { buildBatch } from '../../src/data/index.ts';
import {
  Device,
  type DeviceTensor,
  elementCount,
  fromFloat32,
  readTensor,
  toFloat32,
  writeTensor,
} from '../../src/graph/index.ts';
import { resolveModel } from '../../src/hub/index.ts';
import { loadModel } from '../../src/load/index.ts';
import { LINEAR_MODULES, weightSpecs } from '../../src/model/index.ts';
import { LoraTrainer } from '../../src/train/lora-trainer.ts';
import { goldenJson } from '../support/golden.ts';
import { sineAdapter } from '../support/tiny-model.ts';

/** PyTorch's own f32 lies up to 2.1e-4 from its f64 here. */
const TOLERANCE = 1e-3;

interface Golden {
  lora: { r: number; lora_alpha: number };
  start: { lora_A: number; lora_B: number };
  micro_batches: number;
  rows: { ids: number[]; labels: number[] }[];
  loss: number;
  grad_norm: number;
  gradients: Record<string, { norm: number; sine: number; cosine: number; at: number[]; values: number[] }>;
}

it('lies within a thousandth of every tensor’s norm', async () => {
  const golden = goldenJson<Golden>('starters', 'smollm2-gradients.json');
  using device = Device.cpu();
  using model = await loadModel(await resolveModel('starter:smollm2-135m-instruct'), device, {
    dtype: 'f32',
  });
  // The golden's weights are rounded to bf16 and then computed with in f32.
  for (const { name, shape } of weightSpecs(model.spec)) {
    const { tensor } = model.weights.get(name).attributes as { tensor: DeviceTensor };
    const values = new Float32Array(elementCount(shape));
    readTensor(tensor, values);
    writeTensor(tensor, toFloat32(fromFloat32(values, 'bf16'), 'bf16', values.length));
  }
  const lora = {
    rank: golden.lora.r,
    alpha: golden.lora.lora_alpha,
    rankStabilized: false,
    dropout: 0,
    modules: LINEAR_MODULES,
  };
  using adapter = sineAdapter(model, lora, { A: golden.start.lora_A, B: golden.start.lora_B });
  const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 0, seed: 1 };
  using trainer = new LoraTrainer(model, adapter, model.arena, settings);
  const rows = golden.rows.map(({ ids, labels }) => ({
    inputIds: Int32Array.from(ids),
    labels: Int32Array.from(labels),
  }));
  const labels = rows.reduce((sum, row) => sum + row.labels.filter((label) => label >= 0).length, 0);
  const perBatch = rows.length / golden.micro_batches;
  let loss = 0;
  for (let start = 0; start < rows.length; start += perBatch) {
    const batch = buildBatch(rows.slice(start, start + perBatch), { sharePrefix: true });
    loss += await trainer.accumulate(batch, labels);
  }
  expect(Math.abs(loss / golden.loss - 1)).toBeLessThan(TOLERANCE);
  const flat = new Float32Array(trainer.optimizer.gradient.shape[0]!);
  readTensor(trainer.optimizer.gradient, flat);
  expect(adapter.parameters).toHaveLength(Object.keys(golden.gradients).length);
  for (const { name, shape, offset } of adapter.parameters) {
    const actual = flat.subarray(offset, offset + elementCount(shape));
    const { norm, sine, cosine, at, values } = golden.gradients[name]!;
    const near = (value: number, wanted: number, what: string) =>
      expect(Math.abs(value - wanted) / norm, `${name} ${what}`).toBeLessThan(TOLERANCE);
    const projected = (wave: (x: number) => number) =>
      actual.reduce((sum, g, i) => sum + g * wave(1.7 * i), 0);
    near(Math.hypot(...chunkNorms(actual)), norm, 'norm');
    near(projected(Math.sin), sine, 'sine');
    near(projected(Math.cos), cosine, 'cosine');
    for (const [index, place] of at.entries()) near(actual[place]!, values[index]!, `at ${place}`);
  }
});

/** Norms of pieces, few enough to be spread into a call. */
function chunkNorms(values: Float32Array): number[] {
  const norms: number[] = [];
  for (let i = 0; i < values.length; i += 4096) {
    norms.push(Math.sqrt(values.subarray(i, i + 4096).reduce((sum, value) => sum + value * value, 0)));
  }
  return norms;
}
