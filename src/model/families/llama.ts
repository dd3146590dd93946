/** Llama and what is built like it (SmolLM2, Mistral without a window): https://arxiv.org/abs/2302.13971. */
import { ConfigReader, readRope } from '../config-reader.ts';
import type { Family } from './family.ts';
import { readSizes } from './sizes.ts';

export const llama: Family = {
  modelType: 'llama',
  ggufArchitecture: 'llama',
  architecture: 'LlamaForCausalLM',
  readSpec(config) {
    const reader = new ConfigReader(config);
    reader.refuse('attention_bias', (value) => value === false);
    reader.refuse('mlp_bias', (value) => value === false);
    reader.refuse('hidden_act', (value) => value === 'silu');
    const sizes = readSizes(reader);
    const parameters = reader.object('rope_parameters') ?? reader.object('rope_scaling');
    const layer = readRope(parameters, {
      theta: reader.number('rope_theta', 10_000),
      headDim: sizes.headDim,
    });
    return {
      ...sizes,
      modelType: 'llama',
      layers: Array.from({ length: reader.layerCount() }, () => layer),
      tiedHead: reader.flag('tie_word_embeddings', false),
      embeddingScale: 1,
      attentionScale: 1 / Math.sqrt(sizes.headDim),
      gatedUnit: 'swiglu',
      queryKeyNorm: false,
      sandwichNorms: false,
      normOffset: 0,
    };
  },
  configFromGguf: () => ({ hidden_act: 'silu', attention_bias: false, mlp_bias: false }),
  ggufNames: {},
  ggufInterleavesHeads: true,
};
