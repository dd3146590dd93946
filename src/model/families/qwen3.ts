/** Qwen3, dense: https://arxiv.org/abs/2505.09388. Like Llama, with norms over the heads of query and key. */
import { ConfigReader, readRope } from '../config-reader.ts';
import type { Family } from './family.ts';
import { readSizes } from './sizes.ts';

export const qwen3: Family = {
  modelType: 'qwen3',
  ggufArchitecture: 'qwen3',
  architecture: 'Qwen3ForCausalLM',
  readSpec(config) {
    const reader = new ConfigReader(config);
    reader.refuse('attention_bias', (value) => value === false);
    reader.refuse('use_sliding_window', (value) => value === false);
    reader.refuse('hidden_act', (value) => value === 'silu');
    const sizes = readSizes(reader, { headDim: 128 });
    const parameters = reader.object('rope_parameters') ?? reader.object('rope_scaling');
    const layer = readRope(parameters, {
      theta: reader.number('rope_theta', 1_000_000),
      headDim: sizes.headDim,
    });
    return {
      ...sizes,
      modelType: 'qwen3',
      layers: Array.from({ length: reader.layerCount() }, () => layer),
      tiedHead: reader.flag('tie_word_embeddings', false),
      embeddingScale: 1,
      attentionScale: 1 / Math.sqrt(sizes.headDim),
      gatedUnit: 'swiglu',
      queryKeyNorm: true,
      sandwichNorms: false,
      normOffset: 0,
    };
  },
  configFromGguf: () => ({ hidden_act: 'silu', attention_bias: false, use_sliding_window: false }),
  ggufNames: { attn_q_norm: 'self_attn.q_norm', attn_k_norm: 'self_attn.k_norm' },
  ggufInterleavesHeads: false,
};
