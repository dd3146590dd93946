/**
 * How a batch whose rows begin alike is laid out as one list of tokens, and how its attention is asked for.
 */
import {
  causalMask,
  input,
  type SharedPrefixShape,
  sharedPrefixAttention,
  type Tensor,
} from '../../graph/index.ts';
import type { AttentionPattern } from '../decoder.ts';
import type { DecoderSpec } from '../spec.ts';

export type PrefixBatchShape = SharedPrefixShape;

export class SharedPrefixAttention implements AttentionPattern {
  readonly #spec: DecoderSpec;
  readonly #shape: PrefixBatchShape;
  readonly #masks = new Map<string, { tensor: Tensor; values: Float32Array }>();

  constructor(spec: DecoderSpec, shape: PrefixBatchShape) {
    this.#spec = spec;
    this.#shape = shape;
  }

  /** Values of the inputs that the pattern added to the graph; complete once the graph is built. */
  get inputs(): Record<string, Float32Array> {
    return Object.fromEntries([...this.#masks].map(([name, { values }]) => [name, values]));
  }

  /** Position of each token [P + B · L]: rows go on where the prefix ends. */
  get positions(): Int32Array {
    const { prefix: P, rows: B, rowLength: L } = this.#shape;
    return Int32Array.from({ length: P + B * L }, (_, token) => (token < P ? token : P + ((token - P) % L)));
  }

  attend(layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor {
    const { prefix: P, rowLength: L } = this.#shape;
    const { window: limit = 0 } = this.#spec.layers[layer]!;
    const window = limit < P + L ? limit : 0;
    const rows = this.#mask('rows', [1, 1, L, P + L], window);
    const prefix = P > 0 ? this.#mask('prefix', [1, P, P], window) : undefined;
    const scale = this.#spec.attentionScale;
    return sharedPrefixAttention([q, k, v], { rows, prefix }, { ...this.#shape, scale, window });
  }

  #mask(kind: string, shape: readonly number[], window: number): Tensor {
    const name = `mask.${kind}${window > 0 ? `.window${window}` : ''}`;
    let mask = this.#masks.get(name);
    if (!mask) {
      const [T, S] = shape.slice(-2) as [number, number];
      mask = { tensor: input(name, shape), values: causalMask(T, S - T, window) };
      this.#masks.set(name, mask);
    }
    return mask.tensor;
  }
}
