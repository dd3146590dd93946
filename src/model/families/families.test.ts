/** What the families make of configurations: transformers 4's and 5's words alike, and what they refuse. */
import { describe, expect, it } from 'vitest';
import { goldenJson } from '../../../test/support/golden.ts';
import type { HuggingFaceConfig } from '../spec.ts';
import { familyOf } from './index.ts';

function golden(name: string, file = 'config.json'): HuggingFaceConfig {
  return goldenJson<HuggingFaceConfig>('models', name, file);
}

function readSpec(config: HuggingFaceConfig) {
  return familyOf('modelType', config['model_type']).readSpec(config);
}

/** A golden configuration with keys changed; undefined takes one away. */
function changed(name: string, change: Record<string, unknown>): HuggingFaceConfig {
  const entries = Object.entries({ ...golden(name), ...change });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

describe('configurations', () => {
  it.each(['llama', 'qwen3', 'gemma3_text'])(
    '%s: the words of transformers 4 and 5 mean the same',
    (name) => {
      expect(readSpec(golden(name, 'config.transformers4.json'))).toEqual(readSpec(golden(name)));
    },
  );

  it('llama', () => {
    const spec = readSpec(golden('llama'));
    expect(spec).toMatchObject({
      modelType: 'llama',
      vocabSize: 320,
      hiddenSize: 64,
      intermediateSize: 128,
      headCount: 4,
      kvHeadCount: 2,
      headDim: 16,
      maxPositions: 512,
      rmsNormEpsilon: 1e-3,
      tiedHead: false,
      embeddingScale: 1,
      attentionScale: 1 / 4,
      gatedUnit: 'swiglu',
      queryKeyNorm: false,
      sandwichNorms: false,
      normOffset: 0,
    });
    expect(spec.layers).toEqual(new Array(2).fill({ rope: { base: 10_000, frequencyScale: 1 } }));
  });

  it('qwen3, whose heads are larger than hidden_size / heads', () => {
    expect(readSpec(golden('qwen3'))).toMatchObject({
      headDim: 32,
      tiedHead: true,
      queryKeyNorm: true,
      attentionScale: 1 / Math.sqrt(32),
    });
  });

  it('gemma3_text, with local and global layers', () => {
    const spec = readSpec(golden('gemma3_text'));
    const local = { rope: { base: 10_000, frequencyScale: 1 }, window: 16 };
    const global = { rope: { base: 1_000_000, frequencyScale: 1 / 8 } };
    expect(spec.layers).toEqual([local, global, local]);
    expect(spec).toMatchObject({
      embeddingScale: 8,
      attentionScale: 1 / Math.sqrt(24),
      gatedUnit: 'geglu',
      sandwichNorms: true,
      normOffset: 1,
    });
  });

  it('gemma3_text without a list of layers: every sixth is global', () => {
    const spec = readSpec(changed('gemma3_text', { layer_types: undefined, num_hidden_layers: 12 }));
    expect(spec.layers.map(({ window }) => window === undefined)).toEqual(
      Array.from({ length: 12 }, (_, layer) => layer === 5 || layer === 11),
    );
  });

  it('llama3 scaling: short wavelengths stay, long ones are slowed, those between blended', () => {
    const spec = readSpec(golden('llama-rope-scaling'));
    const factors = spec.layers[0]!.ropeFactors!;
    expect(factors).toHaveLength(8);
    expect(factors[0]).toBe(1);
    expect(factors[7]).toBe(8);
    for (let i = 1; i < 8; i++) expect(factors[i]!).toBeGreaterThanOrEqual(factors[i - 1]!);
    expect(factors.some((factor) => factor > 1 && factor < 8)).toBe(true);
  });

  it.each([
    { key: 'num_key_value_heads', field: 'kvHeadCount', fallback: 4 },
    { key: 'head_dim', field: 'headDim', fallback: 16 },
    {
      key: 'rope_parameters',
      field: 'layers',
      fallback: new Array(2).fill({ rope: { base: 10_000, frequencyScale: 1 } }),
    },
    { key: 'rms_norm_eps', field: 'rmsNormEpsilon', fallback: 1e-6 },
    { key: 'tie_word_embeddings', field: 'tiedHead', fallback: false },
    { key: 'max_position_embeddings', field: 'maxPositions', fallback: 2048 },
  ])('llama without $key assumes $fallback', ({ key, field, fallback }) => {
    expect(readSpec(changed('llama', { [key]: undefined }))).toMatchObject({ [field]: fallback });
  });
});

describe('refusals', () => {
  it.each([
    ['llama', { attention_bias: true }, 'attention_bias true is not supported yet'],
    ['llama', { mlp_bias: true }, 'mlp_bias true is not supported yet'],
    ['llama', { hidden_act: 'relu' }, 'hidden_act "relu" is not supported yet'],
    ['llama', { rope_parameters: { rope_type: 'yarn', factor: 4 } }, 'rope type "yarn" is not supported yet'],
    [
      'llama',
      { rope_parameters: undefined, rope_scaling: { type: 'dynamic' } },
      'rope type "dynamic" is not',
    ],
    ['llama', { rope_parameters: { rope_type: 'linear' } }, 'factor is undefined, not a positive number'],
    ['llama', { rope_parameters: { rope_type: 'llama3', factor: 8 } }, 'low_freq_factor is undefined'],
    ['llama', { hidden_size: undefined }, 'hidden_size is undefined, not a positive number'],
    ['llama', { vocab_size: null }, 'vocab_size is undefined, not a positive number'],
    ['llama', { vocab_size: '320' }, 'vocab_size is "320", not a positive number'],
    ['llama', { hidden_size: 64.5 }, 'hidden_size is 64.5, not a size'],
    ['llama', { num_hidden_layers: 2 ** 30 }, 'num_hidden_layers is 1073741824, not a size'],
    ['llama', { num_hidden_layers: 5000 }, 'num_hidden_layers is 5000, more than 1024'],
    ['llama', { intermediate_size: 0 }, 'intermediate_size is 0, not a positive number'],
    ['llama', { intermediate_size: -1 }, 'intermediate_size is -1, not a positive number'],
    ['llama', { num_key_value_heads: 3 }, '4 heads over 3 key/value heads of size 16 do not fit'],
    ['llama', { head_dim: 15 }, 'of size 15 do not fit'],
    ['llama', { head_dim: undefined, hidden_size: 70 }, 'not a size'],
    ['llama', { tie_word_embeddings: 'no' }, 'tie_word_embeddings is "no", not true or false'],
    ['qwen3', { use_sliding_window: true }, 'use_sliding_window true is not supported yet'],
    ['gemma3_text', { attn_logit_softcapping: 50 }, 'attn_logit_softcapping 50 is not supported yet'],
    ['gemma3_text', { final_logit_softcapping: 30 }, 'final_logit_softcapping 30 is not supported yet'],
    ['gemma3_text', { use_bidirectional_attention: true }, 'use_bidirectional_attention true is not'],
    ['gemma3_text', { hidden_activation: 'gelu' }, 'hidden_activation "gelu" is not supported yet'],
    ['gemma3_text', { layer_types: ['full_attention'] }, 'layer_types must name'],
    ['gemma3_text', { layer_types: ['a', 'b', 'c'] }, 'layer_types must name'],
    ['gemma3_text', { layer_types: 'full_attention' }, 'layer_types must name'],
  ] as const)('%s %j', (name, change, sentence) => {
    expect(() => readSpec(changed(name, change))).toThrow(
      expect.objectContaining({ code: 'model', message: expect.stringContaining(`config.json: `) }),
    );
    expect(() => readSpec(changed(name, change))).toThrow(sentence);
  });

  it('other architectures, naming those there are', () => {
    expect(() => familyOf('modelType', 'mamba')).toThrow(
      'model: the architecture "mamba" is not supported yet; supported are llama, qwen3, gemma3_text',
    );
    expect(() => familyOf('ggufArchitecture', undefined)).toThrow('supported are llama, qwen3, gemma3');
  });
});
