/**
 * Attention through a pool of keys and values, for answering: new tokens write theirs at places of the pool and see
 * what lies at the places that their segments list. No padding: segments of any length make one batch.
 */
import {
  type AttentionSegment,
  cachedAttention,
  input,
  reshape,
  segmentMask,
  segmentPlaces,
  segmentPlan,
  setRows,
  type Tensor,
} from '../../graph/index.ts';
import type { AttentionPattern } from '../decoder.ts';
import type { DecoderSpec } from '../spec.ts';

/** One layer's pool as graph variables, each [places, Hkv · D]. */
export interface LayerCache {
  readonly k: Tensor;
  readonly v: Tensor;
}

export interface CachedShape {
  /** T, new tokens of all segments, and what fills them up. */
  readonly tokens: number;
  /** Whole numbers of the plan, at least as many as its segments take. */
  readonly planSize: number;
  /** S, distinct places that are seen, at most; absent where the own kernel reads the plan instead of a mask. */
  readonly seen?: number;
}

/**
 * Inputs: cacheRows i64 [T], where each token's keys and values go; plan i32. Where `seen` is given also places
 * i32 [S], mask [1, 1, T, S], and windowMask like it where some layers have a window.
 */
export class CachedAttention implements AttentionPattern {
  readonly #spec: DecoderSpec;
  readonly #shape: CachedShape;
  readonly #layers: readonly LayerCache[];
  readonly #cacheRows: Tensor;
  readonly #plan: Tensor;
  readonly #masked: { places: Tensor; mask: Tensor; windowMask?: Tensor } | undefined;

  constructor(spec: DecoderSpec, shape: CachedShape, layers: readonly LayerCache[]) {
    const { tokens: T, planSize, seen: S } = shape;
    this.#spec = spec;
    this.#shape = shape;
    this.#layers = layers;
    this.#cacheRows = input('cacheRows', [T], 'i64');
    this.#plan = input('plan', [planSize], 'i32');
    if (S === undefined) return;
    this.#masked = {
      places: input('places', [S], 'i32'),
      mask: input('mask', [1, 1, T, S]),
      ...(windowOf(spec) > 0 && { windowMask: input('windowMask', [1, 1, T, S]) }),
    };
  }

  attend(layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor {
    const { kvHeadCount, headCount, headDim, attentionScale } = this.#spec;
    const { tokens: T } = this.#shape;
    const stored = (pool: Tensor, values: Tensor) =>
      setRows(pool, reshape(values, [T, kvHeadCount * headDim]), this.#cacheRows);
    const cache = this.#layers[layer]!;
    const pool = { k: stored(cache.k, k), v: stored(cache.v, v) };
    const { window = 0 } = this.#spec.layers[layer]!;
    const masked = this.#masked && {
      places: this.#masked.places,
      mask: window > 0 ? this.#masked.windowMask! : this.#masked.mask,
    };
    const attended = cachedAttention(
      q,
      pool,
      { plan: this.#plan, masked },
      { scale: attentionScale, window },
    );
    return reshape(attended, [T, headCount * headDim]);
  }

  /** Values of plan, places, mask and windowMask for these segments. */
  inputs(segments: readonly AttentionSegment[]): Record<string, Int32Array | Float32Array> {
    const { tokens: T, planSize, seen: S } = this.#shape;
    const plan = segmentPlan(segments, planSize);
    if (S === undefined) return { plan };
    const places = segmentPlaces(segments);
    // What fills up is hidden by the mask, but read all the same.
    const filled = Int32Array.from({ length: S }, (_, index) => places[index] ?? places[0]!);
    const mask = (window: number) => segmentMask(segments, places, { T, S, window });
    const window = windowOf(this.#spec);
    return { plan, places: filled, mask: mask(0), ...(window > 0 && { windowMask: mask(window) }) };
  }
}

/** Of the layers that have one, which all share it; 0 where none has. */
function windowOf(spec: DecoderSpec): number {
  return spec.layers.find(({ window }) => window !== undefined)?.window ?? 0;
}
