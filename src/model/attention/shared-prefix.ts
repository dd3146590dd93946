/**
 * How a batch whose rows begin alike is laid out as one list of tokens, the prefix and then row by row without
 * padding, and how its attention is asked for.
 */
import {
  causalMask,
  input,
  type RowPlaces,
  rowPlaces,
  type SharedPrefixShape,
  sharedPrefixAttention,
  type Tensor,
} from '../../graph/index.ts';
import type { AttentionPattern } from '../decoder.ts';
import type { DecoderSpec } from '../spec.ts';

export type PrefixBatchShape = SharedPrefixShape;

/** Inputs: positions i32 [T] and where rows lie, for which `rowInputs` has the values; masks. */
export class SharedPrefixAttention implements AttentionPattern {
  readonly positions: Tensor;
  readonly #spec: DecoderSpec;
  readonly #shape: PrefixBatchShape;
  readonly #places: RowPlaces;
  readonly #masks = new Map<string, { tensor: Tensor; values: Float32Array }>();

  constructor(spec: DecoderSpec, shape: PrefixBatchShape) {
    const { prefix: P, rows: B, longest: L, tokens: T } = shape;
    this.#spec = spec;
    this.#shape = shape;
    this.positions = input('positions', [T], 'i32');
    this.#places = {
      starts: input('rows.starts', [B + 1], 'i32'),
      sources: input('rows.sources', [B * L], 'i32'),
      targets: input('rows.targets', [B * L], 'i32'),
      places: input('rows.places', [T - P], 'i32'),
    };
  }

  /** Values of the masks that the pattern added to the graph, which the shape decides; complete once it is built. */
  get masks(): Record<string, Float32Array> {
    return Object.fromEntries([...this.#masks].map(([name, { values }]) => [name, values]));
  }

  attend(layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor {
    const { prefix: P, longest: L } = this.#shape;
    const { window: limit = 0 } = this.#spec.layers[layer]!;
    const window = limit < P + L ? limit : 0;
    const rowMask = this.#mask('row', [1, 1, L, P + L], window);
    const prefixMask = P > 0 ? this.#mask('prefix', [1, P, P], window) : undefined;
    const scale = this.#spec.attentionScale;
    const where = { ...this.#places, rowMask, prefixMask };
    return sharedPrefixAttention([q, k, v], where, { ...this.#shape, scale, window });
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

/**
 * Where each token of a batch stands: rows go on where the prefix ends.
 * @param lengths of the rows; together T − P
 */
export function rowInputs(shape: PrefixBatchShape, lengths: ArrayLike<number>): Record<string, Int32Array> {
  const { prefix: P, rows: B, tokens: T } = shape;
  const places = rowPlaces(shape, lengths);
  const positions = Int32Array.from({ length: T }, (_, token) => token);
  for (let row = 0; row < B; row++) {
    const start = places.starts[row]!;
    for (let l = 0; l < lengths[row]!; l++) positions[start + l] = P + l;
  }
  const named = Object.entries(places).map(([name, values]) => [`rows.${name}`, values]);
  return { positions, ...Object.fromEntries(named) };
}
