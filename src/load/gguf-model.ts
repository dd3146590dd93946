/**
 * A lone GGUF file as a Hugging Face model: its metadata as config.json, its tensors under Hugging Face's names and
 * in Hugging Face's order of rows. Conventions of llama.cpp's converter, read in reverse.
 */
import { ModelError } from '../core/index.ts';
import type { TensorSource } from '../files/index.ts';
import { toFloat32 } from '../graph/index.ts';
import {
  type DecoderSpec,
  type Family,
  familyOf,
  type GgufReader,
  type HuggingFaceConfig,
} from '../model/index.ts';

/** Names within a block that all families share. */
const BLOCK_NAMES: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

const ROOT_NAMES: Readonly<Record<string, string>> = {
  'token_embd.weight': 'model.embed_tokens.weight',
  'output_norm.weight': 'model.norm.weight',
  'output.weight': 'lm_head.weight',
};

/** What llama3 scaling leaves in a file: no weight, but part of the spec. */
export const ROPE_FACTORS = 'rope_freqs.weight';

/** The file's configuration in the words of config.json, and what follows from it. */
export function describeGguf(source: TensorSource): {
  family: Family;
  config: HuggingFaceConfig;
  spec: DecoderSpec;
} {
  const family = familyOf('ggufArchitecture', source.metadata.get('general.architecture'));
  const reader = ggufReader(source, family.ggufArchitecture);
  const heads = reader.number('attention.head_count');
  const hidden = reader.number('embedding_length');
  const ids = (key: string) => source.metadata.get(`tokenizer.ggml.${key}`);
  const config: HuggingFaceConfig = {
    architectures: [family.architecture],
    model_type: family.modelType,
    vocab_size: reader.vocabSize,
    hidden_size: hidden,
    intermediate_size: reader.number('feed_forward_length'),
    num_hidden_layers: reader.number('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: reader.number('attention.head_count_kv', heads),
    head_dim: reader.number('attention.key_length', hidden / heads),
    max_position_embeddings: reader.number('context_length', 2048),
    rms_norm_eps: reader.number('attention.layer_norm_rms_epsilon'),
    rope_theta: reader.number('rope.freq_base', 10_000),
    tie_word_embeddings: !source.tensors.has('output.weight'),
    ...ropeScaling(source, reader, family),
    ...numbers({ bos_token_id: ids('bos_token_id'), eos_token_id: ids('eos_token_id') }),
    ...family.configFromGguf(reader),
  };
  return { family, config, spec: withRopeFactors(family.readSpec(config), source) };
}

/** Hugging Face's name of a GGUF tensor; undefined for what has none (rotary factors belong to the spec). */
export function huggingFaceName(ggufName: string, family: Family): string | undefined {
  const block = ggufName.match(/^blk\.(\d+)\.(\w+)\.weight$/);
  if (!block) return ROOT_NAMES[ggufName];
  const name = family.ggufNames[block[2]!] ?? BLOCK_NAMES[block[2]!];
  return name && `model.layers.${block[1]}.${name}.weight`;
}

/**
 * Rows of one head from pairs (2i, 2i + 1) to halves (i, i + D/2).
 * @param rows the head's D rows, `rowBytes` each
 */
export function halvesFromPairs(rows: Uint8Array, headDim: number, rowBytes: number): Uint8Array {
  const result = new Uint8Array(rows.length);
  for (let target = 0; target < headDim; target++) {
    const half = headDim / 2;
    const origin = target < half ? 2 * target : 2 * (target - half) + 1;
    result.set(rows.subarray(origin * rowBytes, (origin + 1) * rowBytes), target * rowBytes);
  }
  return result;
}

function ggufReader({ path, metadata, tensors }: TensorSource, architecture: string): GgufReader {
  const embedding = tensors.get('token_embd.weight');
  if (!embedding) {
    throw new ModelError({
      en: `${path}: has no token_embd.weight, so it is no language model; choose another file`,
      zh: `${path}：没有 token_embd.weight，因此不是语言模型；请换一个文件`,
    });
  }
  return {
    vocabSize: embedding.shape[0]!,
    has: (key) => metadata.has(`${architecture}.${key}`),
    number(key, fallback) {
      const value = metadata.get(`${architecture}.${key}`) ?? fallback;
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        throw new ModelError({
          en: `${path}: metadata ${architecture}.${key} is missing or no number; fetch the file anew`,
          zh: `${path}：元数据 ${architecture}.${key} 缺失或不是数字；请重新下载该文件`,
        });
      }
      return value;
    },
  };
}

function ropeScaling(source: TensorSource, reader: GgufReader, family: Family): HuggingFaceConfig {
  const type = source.metadata.get(`${family.ggufArchitecture}.rope.scaling.type`);
  if (type === undefined || type === 'none') return {};
  return { rope_scaling: { rope_type: type, factor: reader.number('rope.scaling.factor') } };
}

/** What config.json says as llama3 scaling is a tensor here: [D/2], each divides its frequency. */
function withRopeFactors(spec: DecoderSpec, source: TensorSource): DecoderSpec {
  const stored = source.tensors.get(ROPE_FACTORS);
  if (!stored) return spec;
  if (stored.shape.join() !== `${spec.headDim / 2}`) {
    throw new ModelError({
      en: `${source.path}: ${ROPE_FACTORS} has shape [${stored.shape}] for heads of size ${spec.headDim}; fetch the file anew`,
      zh: `${source.path}：${ROPE_FACTORS} 的形状为 [${stored.shape}]，与头维度 ${spec.headDim} 不符；请重新下载该文件`,
    });
  }
  const bytes = new Uint8Array(stored.sizeBytes);
  source.read(stored.name, 0, bytes);
  const ropeFactors = toFloat32(bytes, stored.dtype, spec.headDim / 2);
  return { ...spec, layers: spec.layers.map((layer) => ({ ...layer, ropeFactors })) };
}

function numbers(values: Record<string, unknown>): HuggingFaceConfig {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'number'));
}
