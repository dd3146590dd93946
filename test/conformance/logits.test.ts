/** Logits of every family against transformers', alone and with a shared prefix. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Arena, compile, Device, input, matmulT } from '../../src/graph/index.ts';
import { loadWeights } from '../../src/load/load-weights.ts';
import { openWeightFiles } from '../../src/load/weight-files.ts';
import { hiddenStates, outputHead, SharedPrefixAttention } from '../../src/model/index.ts';
import { GOLDEN, goldenJson, goldenTensors, relativeError } from '../support/golden.ts';

/** f32 in another order of summation than PyTorch's. */
const TOLERANCE = 1e-4;

interface Expected {
  sequences: { ids: number[]; logits_from?: number }[];
}

async function logits(
  name: string,
  ids: number[],
  prefix: number,
): Promise<{ values: Float32Array; V: number }> {
  using device = Device.cpu(1);
  using arena = new Arena(device);
  using files = openWeightFiles({ kind: 'folder', path: join(GOLDEN, 'models', name) });
  using loaded = await loadWeights(files, device, 'f32');
  const { spec } = files;
  const shape = { prefix, rows: 1, rowLength: ids.length - prefix };
  const pattern = new SharedPrefixAttention(spec, shape);
  const T = ids.length;
  const factors = spec.layers[0]!.ropeFactors;
  const factorInput = factors && input('factors', [factors.length]);
  const decoder = { spec, weights: loaded.weights, ropeFactors: () => factorInput };
  const hidden = hiddenStates(
    decoder,
    { tokens: input('tokens', [T], 'i32'), positions: input('positions', [T], 'i32') },
    pattern,
  );
  using executable = compile([matmulT(hidden, outputHead(decoder))], arena);
  const inputs = { ...pattern.inputs, tokens: Int32Array.from(ids), positions: pattern.positions };
  const [values] = await executable.run(factors ? { ...inputs, factors } : inputs, [0]);
  return { values: values as Float32Array, V: spec.vocabSize };
}

describe.each(['llama', 'qwen3', 'gemma3_text', 'llama-rope-scaling'])('%s', (name) => {
  const { sequences } = goldenJson<Expected>('models', name, 'expected.json');
  const expected = goldenTensors('models', name, 'expected.safetensors');
  it.each([0, 9])('gives the logits of transformers with a shared prefix of %i', async (prefix) => {
    for (const [n, { ids, logits_from = 0 }] of sequences.entries()) {
      const { values, V } = await logits(name, ids, prefix);
      expect(
        relativeError(values.subarray(logits_from * V), expected.get(`logits.${n}`)!.values),
      ).toBeLessThan(TOLERANCE);
    }
  });
});
