/** Names and shapes of a decoder's weights, as Hugging Face names them. Knows not where they lie. */
import { assert } from '../core/index.ts';
import type { Tensor } from '../graph/index.ts';
import { type DecoderSpec, LINEAR_MODULES, linearPath, linearShape } from './spec.ts';

export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Norms are kept in f32; the rest in the dtype that the run asks for. */
  readonly kind: 'norm' | 'matrix';
}

export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';
export const HEAD = 'lm_head.weight';

/** Every weight of the model, in the order in which it is used. */
export function weightSpecs(spec: DecoderSpec): WeightSpec[] {
  const norm = (name: string, size: number): WeightSpec => ({ name, shape: [size], kind: 'norm' });
  const table: WeightSpec[] = [{ name: EMBEDDING, shape: [spec.vocabSize, spec.hiddenSize], kind: 'matrix' }];
  for (let layer = 0; layer < spec.layers.length; layer++) {
    const path = `model.layers.${layer}`;
    for (const name of normNames(spec)) table.push(norm(`${path}.${name}.weight`, spec.hiddenSize));
    if (spec.queryKeyNorm) {
      table.push(norm(`${path}.self_attn.q_norm.weight`, spec.headDim));
      table.push(norm(`${path}.self_attn.k_norm.weight`, spec.headDim));
    }
    for (const module of LINEAR_MODULES) {
      table.push({
        name: `${linearPath(layer, module)}.weight`,
        shape: linearShape(spec, module),
        kind: 'matrix',
      });
    }
  }
  table.push(norm(FINAL_NORM, spec.hiddenSize));
  if (!spec.tiedHead) table.push({ name: HEAD, shape: [spec.vocabSize, spec.hiddenSize], kind: 'matrix' });
  return table;
}

function normNames(spec: DecoderSpec): string[] {
  return spec.sandwichNorms
    ? [
        'input_layernorm',
        'post_attention_layernorm',
        'pre_feedforward_layernorm',
        'post_feedforward_layernorm',
      ]
    : ['input_layernorm', 'post_attention_layernorm'];
}

/** Weights as graph variables, by name. */
export class Weights {
  readonly #tensors: ReadonlyMap<string, Tensor>;

  constructor(tensors: ReadonlyMap<string, Tensor>) {
    this.#tensors = tensors;
  }

  get(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    assert(tensor, `no weight ${name}`);
    return tensor;
  }
}
