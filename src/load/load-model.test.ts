import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GOLDEN, goldenJson, goldenTensors, relativeError } from '../../test/support/golden.ts';
import { logitsOf } from '../../test/support/logits.ts';
import { loadTiny } from '../../test/support/tiny-model.ts';
import { buildBatch } from '../data/index.ts';
import { Device, readTensor } from '../graph/index.ts';
import { LINEAR_MODULES } from '../model/index.ts';
import { LoraTrainer } from '../train/lora-trainer.ts';
import {
  adaptedDecoder,
  baseDecoder,
  createAdapter,
  loadAdapter,
  loadModel,
  mergeAdapter,
} from './load-model.ts';

/** f32 in another order of summation than PyTorch's. */
const PEFT_TOLERANCE = 1e-4;
/** f32 in another order: (W + s B A) x against W x + s B (A x). */
const MERGE_TOLERANCE = 1e-5;
const LORA = { rank: 4, alpha: 8, dropout: 0, rankStabilized: false, modules: LINEAR_MODULES };
const SETTINGS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1, seed: 1 };

describe.each(['lora', 'rslora'])('the adapter %s that PEFT wrote', (name) => {
  const folder = join(GOLDEN, 'adapters', name);
  const { ids, logits_from } = goldenJson<{ ids: number[]; logits_from: number }>(
    'adapters',
    name,
    'expected.json',
  );
  const expected = goldenTensors('adapters', name, 'expected.safetensors').get('logits')!.values;

  it('gives the logits of PEFT beside the weights, and merged into them', async () => {
    using device = Device.cpu(1);
    using model = await loadTiny('llama', device);
    const from = logits_from * model.spec.vocabSize;
    using adapter = loadAdapter(folder, model);
    const beside = await logitsOf(adaptedDecoder(model, adapter), model.arena, ids);
    expect(relativeError(beside.subarray(from), expected)).toBeLessThan(PEFT_TOLERANCE);
    const base = await logitsOf(baseDecoder(model), model.arena, ids);
    expect(relativeError(base.subarray(from), expected)).toBeGreaterThan(0.1);
    await mergeAdapter(folder, model);
    const merged = await logitsOf(baseDecoder(model), model.arena, ids);
    expect(relativeError(merged, beside)).toBeLessThan(MERGE_TOLERANCE);
  });
});

describe('a new adapter', () => {
  it('changes no answer, and is the same for the same seed', async () => {
    using device = Device.cpu(1);
    using model = await loadTiny('qwen3', device);
    const ids = [1, 85, 91, 303, 71];
    const values = [5, 5, 6].map((seed) => {
      using adapter = createAdapter(LORA, model, seed);
      const flat = new Float32Array(adapter.flat.shape[0]!);
      readTensor(adapter.flat, flat);
      return flat;
    });
    expect(values[1]).toEqual(values[0]);
    expect(values[2]).not.toEqual(values[0]);
    using adapter = createAdapter(LORA, model, 5);
    const [base, adapted] = [baseDecoder(model), adaptedDecoder(model, adapter)].map((decoder) =>
      logitsOf(decoder, model.arena, ids),
    );
    expect(relativeError((await adapted)!, (await base)!)).toBeLessThan(MERGE_TOLERANCE);
  });
});

describe('memory', () => {
  const batch = () => {
    const ids = Int32Array.of(1, 85, 91, 303, 71, 79, 201, 59);
    return buildBatch([{ inputIds: ids, labels: ids }], { sharePrefix: false });
  };

  it('all comes back after loading, training and disposing, again and again', async () => {
    using device = Device.cpu(1);
    for (let cycle = 0; cycle < 3; cycle++) {
      {
        using model = await loadTiny('llama-rope-scaling', device, cycle === 1 ? 'bf16' : 'f32');
        using adapter = createAdapter({ ...LORA, dropout: 0.1 }, model, cycle);
        using trainer = new LoraTrainer(model, adapter, model.arena, SETTINGS);
        expect(await trainer.accumulate(batch(), 7)).toBeGreaterThan(0);
        await trainer.optimizer.step(1e-3);
        expect(await trainer.evaluate(batch())).toBeGreaterThan(0);
      }
      expect(device.live).toEqual({ buffers: 0, bytes: 0 });
    }
  });

  it('comes back when loading fails', async () => {
    using device = Device.cpu(1);
    const path = join(GOLDEN, 'models', 'nothing-here');
    await expect(
      loadModel({ kind: 'folder', path, name: 'nothing' }, device, { dtype: 'f32' }),
    ).rejects.toMatchObject({
      code: 'model',
    });
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
  });

  it('a model that is used after it was disposed says so', async () => {
    using device = Device.cpu(1);
    const model = await loadTiny('llama', device);
    using adapter = createAdapter(LORA, model, 1);
    using trainer = new LoraTrainer(model, adapter, model.arena, SETTINGS);
    await trainer.accumulate(batch(), 7);
    model[Symbol.dispose]();
    const late = expect.objectContaining({ message: expect.stringContaining('used after it was disposed') });
    await expect(trainer.accumulate(batch(), 7)).rejects.toEqual(late);
    await expect(logitsOf(baseDecoder(model), model.arena, [1, 2])).rejects.toEqual(late);
    await expect(mergeAdapter(join(GOLDEN, 'adapters', 'lora'), model)).rejects.toEqual(late);
  });

  it('tokens beyond the vocabulary are an error of the run, not a crash', async () => {
    using device = Device.cpu(1);
    using model = await loadTiny('llama', device);
    await expect(logitsOf(baseDecoder(model), model.arena, [1, 320, 2])).rejects.toThrow(
      'input tokens holds 320, which is no index of 320 rows',
    );
  });
});
