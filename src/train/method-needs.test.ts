import { expect, test } from 'vitest';
import { familyOf, weightBytes } from '../model/index.ts';
import { methodNeeds } from './method-needs.ts';

/** Of the form of Qwen3-0.6B. */
const CONFIG = {
  ...{ model_type: 'qwen3', hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28 },
  ...{ num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, vocab_size: 151936 },
  ...{ max_position_embeddings: 40960, rms_norm_eps: 1e-6, rope_theta: 1e6, tie_word_embeddings: true },
  hidden_act: 'silu',
};

test('from config.json alone: qlora takes the least, then lora, freeze, and full sixteen bytes a weight', () => {
  const spec = familyOf('modelType', 'qwen3').readSpec(CONFIG);
  const needs = methodNeeds(spec);
  const { full, freeze, lora, qlora } = Object.fromEntries(needs.map(({ method, bytes }) => [method, bytes]));
  expect([qlora, lora, freeze, full]).toEqual([qlora, lora, freeze, full].sort((a, b) => a! - b!));
  const weights = weightBytes(spec, 'bf16') / 2;
  expect(full! - lora!).toBeGreaterThan(13.9 * weights);
  expect(full! - lora!).toBeLessThan(14.1 * weights);
  // Two layers of 28, at fourteen bytes more for each of their 15.7 million weights.
  expect((freeze! - lora!) / (2 * 14)).toBeCloseTo(15_729_920, -6);
  expect(needs.find(({ method }) => method === 'lora')).toMatchObject({ isBuilt: true });
});
