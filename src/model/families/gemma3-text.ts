/** Gemma 3, text only: https://arxiv.org/abs/2503.19786. Norms on both sides, local and global layers, GeGLU. */
import { ModelError } from '../../core/index.ts';
import { ConfigReader, readRope } from '../config-reader.ts';
import type { LayerSpec } from '../spec.ts';
import type { Family } from './family.ts';
import { readSizes } from './sizes.ts';

const LOCAL = 'sliding_attention';
const GLOBAL = 'full_attention';
/** Every sixth layer is global where the configuration does not list them. */
const DEFAULT_PATTERN = 6;

export const gemma3Text: Family = {
  modelType: 'gemma3_text',
  ggufArchitecture: 'gemma3',
  architecture: 'Gemma3ForCausalLM',
  readSpec(config) {
    const reader = new ConfigReader(config);
    reader.refuse('attention_bias', (value) => value === false);
    reader.refuse('attn_logit_softcapping', () => false);
    reader.refuse('final_logit_softcapping', () => false);
    reader.refuse('use_bidirectional_attention', (value) => value === false);
    reader.refuse('hidden_activation', (value) => value === 'gelu_pytorch_tanh');
    const sizes = readSizes(reader, { headDim: 256 });
    return {
      ...sizes,
      modelType: 'gemma3_text',
      layers: readLayers(reader, sizes.headDim),
      tiedHead: reader.flag('tie_word_embeddings', true),
      embeddingScale: Math.sqrt(sizes.hiddenSize),
      attentionScale: 1 / Math.sqrt(reader.number('query_pre_attn_scalar', 256)),
      gatedUnit: 'geglu',
      queryKeyNorm: true,
      sandwichNorms: true,
      normOffset: 1,
    };
  },
  configFromGguf: (metadata) => ({
    hidden_activation: 'gelu_pytorch_tanh',
    attention_bias: false,
    sliding_window: metadata.number('attention.sliding_window', 512),
    // What GGUF files of this architecture leave unsaid, as their readers assume it.
    rope_local_base_freq: metadata.number('rope.freq_base_swa', 10_000),
    query_pre_attn_scalar: metadata.number('attention.key_length', 256),
    tie_word_embeddings: true,
  }),
  ggufNames: {
    attn_q_norm: 'self_attn.q_norm',
    attn_k_norm: 'self_attn.k_norm',
    post_attention_norm: 'post_attention_layernorm',
    ffn_norm: 'pre_feedforward_layernorm',
    post_ffw_norm: 'post_feedforward_layernorm',
  },
  ggufInterleavesHeads: false,
};

function readLayers(reader: ConfigReader, headDim: number): LayerSpec[] {
  const window = reader.size('sliding_window', 4096);
  const parameters = reader.object('rope_parameters');
  const kind = (name: string) => parameters?.[name] as Readonly<Record<string, unknown>> | undefined;
  const global = readRope(kind(GLOBAL) ?? reader.object('rope_scaling'), {
    theta: reader.number('rope_theta', 1_000_000),
    headDim,
  });
  const local = readRope(kind(LOCAL), { theta: reader.number('rope_local_base_freq', 10_000), headDim });
  const count = reader.layerCount();
  const pattern = reader.size(
    'sliding_window_pattern',
    reader.size('_sliding_window_pattern', DEFAULT_PATTERN),
  );
  const types =
    (reader.config['layer_types'] as unknown[] | undefined) ??
    Array.from({ length: count }, (_, layer) => ((layer + 1) % pattern === 0 ? GLOBAL : LOCAL));
  if (types.length !== count || types.some((type) => type !== LOCAL && type !== GLOBAL)) {
    throw new ModelError(
      `config.json: layer_types must name ${LOCAL} or ${GLOBAL} for each of ${count} layers`,
    );
  }
  return types.map((type) => (type === LOCAL ? { ...local, window } : global));
}
