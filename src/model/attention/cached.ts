/**
 * Attention through a cache of keys and values, for answering: B rows of L new tokens each write their keys and
 * values into slots of the cache and see what lies there, as far as a mask lets them.
 */
import { flashAttention, input, permute, reshape, setRows, slice, type Tensor } from '../../graph/index.ts';
import type { AttentionPattern } from '../decoder.ts';
import type { DecoderSpec } from '../spec.ts';

/** One layer's cache as graph variables, each [slots · slotRows, Hkv · D]. */
export interface LayerCache {
  readonly k: Tensor;
  readonly v: Tensor;
}

export interface CachedShape {
  /** B: row b uses slot b. */
  readonly rows: number;
  /** L, new tokens of a row, padding included. */
  readonly rowLength: number;
  /** S: places of a slot that are looked at. */
  readonly span: number;
  /** Places of a slot in all. */
  readonly slotRows: number;
}

/** Inputs: cacheRows i64 [B · L], mask [B, 1, L, S], and windowMask where a layer's window is shorter than S. */
export class CachedAttention implements AttentionPattern {
  readonly #spec: DecoderSpec;
  readonly #shape: CachedShape;
  readonly #layers: readonly LayerCache[];
  readonly #cacheRows: Tensor;
  readonly #mask: Tensor;
  readonly #windowMask: Tensor | undefined;

  constructor(spec: DecoderSpec, shape: CachedShape, layers: readonly LayerCache[]) {
    const { rows: B, rowLength: L, span: S } = shape;
    this.#spec = spec;
    this.#shape = shape;
    this.#layers = layers;
    this.#cacheRows = input('cacheRows', [B * L], 'i64');
    this.#mask = input('mask', [B, 1, L, S]);
    this.#windowMask = shortestWindow(spec) < S ? input('windowMask', [B, 1, L, S]) : undefined;
  }

  attend(layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor {
    const { rows: B, rowLength: L, span: S, slotRows } = this.#shape;
    const { kvHeadCount: Hkv, headCount: H, headDim: D } = this.#spec;
    const stored = (cache: Tensor, values: Tensor) => {
      const after = setRows(cache, reshape(values, [B * L, Hkv * D]), this.#cacheRows);
      const slots = reshape(after, [cache.shape[0]! / slotRows, slotRows, Hkv, D]);
      return permute(slice(slice(slots, 0, 0, B), 1, 0, S), [0, 2, 1, 3]); // [B, Hkv, S, D]
    };
    const cache = this.#layers[layer]!;
    const queries = permute(reshape(q, [B, L, H, D]), [0, 2, 1, 3]); // [B, H, L, D]
    const { window = S } = this.#spec.layers[layer]!;
    const mask = window < S ? this.#windowMask! : this.#mask;
    const seen = { k: stored(cache.k, k), v: stored(cache.v, v), mask };
    return reshape(flashAttention(queries, seen, this.#spec.attentionScale), [B * L, H * D]);
  }
}

/** The shortest window of any layer; infinite where all layers see everything. */
export function shortestWindow(spec: DecoderSpec): number {
  return Math.min(...spec.layers.map(({ window = Number.POSITIVE_INFINITY }) => window));
}
