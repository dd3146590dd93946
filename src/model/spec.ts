/**
 * What a decoder is made of, resolved from a model's configuration: sizes, norms, rotary settings per layer.
 * Knows nothing of where weights lie.
 */
import type { Rope } from '../graph/index.ts';

/** `config.json` of a Hugging Face model, as read. */
export type HuggingFaceConfig = Readonly<Record<string, unknown>>;

export interface LayerSpec {
  readonly rope: Rope;
  /** [headDim / 2]: each divides its rotary frequency; llama3 scaling. */
  readonly ropeFactors?: Float32Array;
  /** Tokens that a query sees, itself included; all before it when absent. */
  readonly window?: number;
}

export interface DecoderSpec {
  readonly modelType: string;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly headCount: number;
  readonly kvHeadCount: number;
  readonly headDim: number;
  readonly layers: readonly LayerSpec[];
  readonly maxPositions: number;
  readonly rmsNormEpsilon: number;
  /** The output head is the embedding table. */
  readonly tiedHead: boolean;
  readonly embeddingScale: number;
  readonly attentionScale: number;
  readonly gatedUnit: 'swiglu' | 'geglu';
  /** RMS norms over each head of query and key, before the rotation. */
  readonly queryKeyNorm: boolean;
  /** Norms also after attention and after the feed-forward part, before they are added. */
  readonly sandwichNorms: boolean;
  /** What stored norm weights lack: Gemma's safetensors hold w of 1 + w. */
  readonly normOffset: number;
}

export const LINEAR_MODULES = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const;
export type LinearModule = (typeof LINEAR_MODULES)[number];

/** [outputs, inputs] of a linear layer, as its weight is stored. */
export function linearShape(spec: DecoderSpec, module: LinearModule): [number, number] {
  const { hiddenSize, intermediateSize, headCount, kvHeadCount, headDim } = spec;
  switch (module) {
    case 'q_proj':
      return [headCount * headDim, hiddenSize];
    case 'k_proj':
    case 'v_proj':
      return [kvHeadCount * headDim, hiddenSize];
    case 'o_proj':
      return [hiddenSize, headCount * headDim];
    case 'gate_proj':
    case 'up_proj':
      return [intermediateSize, hiddenSize];
    case 'down_proj':
      return [hiddenSize, intermediateSize];
  }
}

/** The module's path in a Hugging Face model, as PEFT names it too. */
export function linearPath(layer: number, module: LinearModule): string {
  const parent = module.endsWith('_proj') && /^(q|k|v|o)_/.test(module) ? 'self_attn' : 'mlp';
  return `model.layers.${layer}.${parent}.${module}`;
}
