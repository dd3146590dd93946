/** Logits of every family against transformers', from folders and GGUF files, alone and with a shared prefix. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Device } from '../../src/graph/index.ts';
import { baseDecoder, loadModel } from '../../src/load/index.ts';
import { GOLDEN, goldenJson, goldenTensors, relativeError } from '../support/golden.ts';
import { logitsOf } from '../support/logits.ts';
import { loadTiny } from '../support/tiny-model.ts';

/** f32 in another order of summation than PyTorch's. */
const TOLERANCE = 1e-4;

interface Expected {
  sequences: { ids: number[]; logits_from?: number }[];
}

describe.each(['llama', 'qwen3', 'gemma3_text', 'llama-rope-scaling'])('%s', (name) => {
  const { sequences } = goldenJson<Expected>('models', name, 'expected.json');
  const expected = goldenTensors('models', name, 'expected.safetensors');
  it.each([
    { prefix: 0, native: true },
    { prefix: 9, native: true },
    { prefix: 9, native: false },
  ])('gives the logits of transformers: prefix $prefix, own kernels $native', async ({ prefix, native }) => {
    using device = Device.cpu(1, { native });
    using model = await loadTiny(name, device);
    for (const [n, { ids, logits_from = 0 }] of sequences.entries()) {
      const logits = await logitsOf(baseDecoder(model), model.arena, ids, prefix);
      const wanted = expected.get(`logits.${n}`)!.values;
      expect(relativeError(logits.subarray(logits_from * model.spec.vocabSize), wanted)).toBeLessThan(
        TOLERANCE,
      );
    }
  });
});

describe('a lone GGUF file', () => {
  const { ids, logits_from, models } = goldenJson<{
    ids: number[];
    logits_from: number;
    models: Record<string, { types: string[] }>;
  }>('gguf', 'models.json');
  const expected = goldenTensors('gguf', 'models.safetensors');

  it.each(Object.keys(models))('%s gives the logits of its dequantized weights', async (name) => {
    using device = Device.cpu(1);
    const path = join(GOLDEN, 'gguf', `${name}.gguf`);
    using model = await loadModel({ kind: 'gguf', path, name }, device, { dtype: 'f32' });
    const logits = await logitsOf(baseDecoder(model), model.arena, ids);
    const wanted = expected.get(`${name}.logits`)!.values;
    expect(relativeError(logits.subarray(logits_from * model.spec.vocabSize), wanted)).toBeLessThan(
      TOLERANCE,
    );
  });
});
