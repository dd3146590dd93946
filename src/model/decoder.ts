/**
 * The decoder as a graph: token ids in, hidden states out. The same code for training, scoring and decoding; how
 * tokens see each other is the attention pattern's matter.
 */
import {
  add,
  embedding,
  geglu,
  linear,
  reshape,
  rope,
  scale,
  swiglu,
  type Tensor,
  weightedRmsNorm,
} from '../graph/index.ts';
import { type DecoderSpec, type LinearModule, linearPath } from './spec.ts';
import { EMBEDDING, FINAL_NORM, HEAD, type Weights } from './weights.ts';

/** How the tokens of a graph attend to each other, and to a cache. */
export interface AttentionPattern {
  /**
   * @param q [T, H, D], rotated
   * @param k [T, Hkv, D], rotated
   * @param v [T, Hkv, D]
   * @returns [T, H · D]
   */
  attend(layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor;
}

/** What is added to linear layers. */
interface AdapterBranches {
  /** A linear layer with the adapter's part; without one where the layer has none. */
  linear(x: Tensor, weight: Tensor, layer: number, module: LinearModule): Tensor;
}

export interface Decoder {
  readonly spec: DecoderSpec;
  readonly weights: Weights;
  readonly adapter?: AdapterBranches | undefined;
  /** f32 [D/2] for layers whose rotation has factors of its own. */
  ropeFactors(layer: number): Tensor | undefined;
}

/** Picks rows [R, width] of [T, width], the same ones whatever the width. */
type RowPicker = (x: Tensor) => Tensor;

/**
 * Hidden states after the final norm.
 * @param tokens i32 [T]
 * @param positions i32 [T]
 * @param pick the tokens whose states are wanted: behind the last attention, only they are computed
 * @returns [T, C], or [R, C] of what is picked
 * @see https://arxiv.org/abs/2302.13971 for the arrangement that all families share
 */
export function hiddenStates(
  decoder: Decoder,
  { tokens, positions }: { tokens: Tensor; positions: Tensor },
  pattern: AttentionPattern,
  pick: RowPicker = (x) => x,
): Tensor {
  const { spec, weights } = decoder;
  let x = embedding(weights.get(EMBEDDING), tokens);
  if (spec.embeddingScale !== 1) x = scale(x, spec.embeddingScale);
  for (let layer = 0; layer < spec.layers.length; layer++) {
    const attended = attention(decoder, layer, x, positions, pattern);
    const picked = layer === spec.layers.length - 1 ? pick : (all: Tensor) => all;
    x = behindAttention(decoder, layer, picked(x), picked(attended));
  }
  return norm(decoder, x, FINAL_NORM);
}

/** The output head [V, C], which is the embedding table in many models. */
export function outputHead({ spec, weights }: Decoder): Tensor {
  return weights.get(spec.tiedHead ? EMBEDDING : HEAD);
}

/** What a layer's tokens attend to, [T, H · D], before it is projected. */
function attention(
  decoder: Decoder,
  layer: number,
  x: Tensor,
  positions: Tensor,
  pattern: AttentionPattern,
): Tensor {
  const { spec } = decoder;
  const T = x.shape[0]!;
  const normed = norm(decoder, x, `model.layers.${layer}.input_layernorm.weight`);
  const heads = (module: LinearModule, count: number) =>
    reshape(projection(decoder, layer, module, normed), [T, count, spec.headDim]);
  const turned = (value: Tensor, name: string) => {
    const path = `model.layers.${layer}.self_attn.${name}.weight`;
    const scaled = spec.queryKeyNorm ? norm(decoder, value, path) : value;
    return rope(scaled, positions, spec.layers[layer]!.rope, decoder.ropeFactors(layer));
  };
  const q = turned(heads('q_proj', spec.headCount), 'q_norm');
  const k = turned(heads('k_proj', spec.kvHeadCount), 'k_norm');
  const v = heads('v_proj', spec.kvHeadCount);
  return pattern.attend(layer, q, k, v);
}

/**
 * The rest of a layer, for any of its tokens.
 * @param x the layer's input [R, C]
 * @param attended [R, H · D]
 */
function behindAttention(decoder: Decoder, layer: number, x: Tensor, attended: Tensor): Tensor {
  const normed = (value: Tensor, name: string) =>
    norm(decoder, value, `model.layers.${layer}.${name}.weight`);
  const { sandwichNorms } = decoder.spec;
  const projected = projection(decoder, layer, 'o_proj', attended);
  const middle = add(x, sandwichNorms ? normed(projected, 'post_attention_layernorm') : projected);
  const before = sandwichNorms ? 'pre_feedforward_layernorm' : 'post_attention_layernorm';
  const fed = feedForward(decoder, layer, normed(middle, before));
  return add(middle, sandwichNorms ? normed(fed, 'post_feedforward_layernorm') : fed);
}

function feedForward(decoder: Decoder, layer: number, x: Tensor): Tensor {
  const gate = projection(decoder, layer, 'gate_proj', x);
  const up = projection(decoder, layer, 'up_proj', x);
  const unit = decoder.spec.gatedUnit === 'swiglu' ? swiglu(gate, up) : geglu(gate, up);
  return projection(decoder, layer, 'down_proj', unit);
}

function projection(decoder: Decoder, layer: number, module: LinearModule, x: Tensor): Tensor {
  const weight = decoder.weights.get(`${linearPath(layer, module)}.weight`);
  return decoder.adapter ? decoder.adapter.linear(x, weight, layer, module) : linear(x, weight);
}

/** RMS norm over the last axis of [T, C] or [T, H, D]. */
function norm({ spec, weights }: Decoder, x: Tensor, name: string): Tensor {
  return weightedRmsNorm(x, weights.get(name), spec.rmsNormEpsilon);
}
