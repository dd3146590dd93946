import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GOLDEN, goldenJson } from '../../test/support/golden.ts';
import { openShardedSafetensors } from '../files/index.ts';
import { familyOf } from './families/index.ts';
import { weightBytes } from './footprint.ts';
import type { HuggingFaceConfig } from './spec.ts';
import { Weights, weightSpecs } from './weights.ts';

describe.each(['llama', 'qwen3', 'gemma3_text', 'llama-rope-scaling'])('weights of %s', (name) => {
  const config = goldenJson<HuggingFaceConfig>('models', name, 'config.json');
  const spec = familyOf('modelType', config['model_type']).readSpec(config);

  it('have the names and shapes that transformers writes', () => {
    using source = openShardedSafetensors(join(GOLDEN, 'models', name));
    const stored = [...source.tensors.values()].map((tensor) => [tensor.name, tensor.shape] as const);
    const wanted = weightSpecs(spec).map((weight) => [weight.name, weight.shape] as const);
    expect(new Map(wanted)).toEqual(new Map(stored));
    expect(new Set(wanted.map(([weight]) => weight)).size).toBe(wanted.length);
  });

  it('take the bytes that are said before they are loaded', () => {
    const elements = (kind: string) =>
      weightSpecs(spec)
        .filter((weight) => weight.kind === kind)
        .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    expect(weightBytes(spec, 'f32')).toBe(4 * (elements('matrix') + elements('norm')));
    expect(weightBytes(spec, 'bf16')).toBe(2 * elements('matrix') + 4 * elements('norm'));
  });
});

it('a name that no weight has is a mistake of ours', () => {
  expect(() => new Weights(new Map()).get('lm_head.weight')).toThrow('internal: no weight lm_head.weight');
});
