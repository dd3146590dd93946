/**
 * Attention of new tokens over keys and values in a pool, each at a place of its own: what answering needs. Runs of
 * tokens of any length lie side by side without padding.
 */
import { assert, ShapeError } from '../../core/index.ts';
import type { DeviceTensor, OpContext } from '../../ggml/index.ts';
import { apply, type Op, type Tensor } from '../tensor.ts';

/** A run of new tokens, and what its last one sees; each token before sees one place less. */
export interface AttentionSegment {
  /** Among the new tokens; segments follow one another from 0 on. */
  readonly token: number;
  readonly count: number;
  /** In the order of positions; the segment's own tokens last. */
  readonly places: ArrayLike<number>;
}

interface CachedAttentionAttributes {
  readonly scale: number;
  /** Tokens that a query sees, itself included; 0 for all before it. */
  readonly window: number;
}

export const cachedAttentionOp: Op<CachedAttentionAttributes> = {
  name: 'cachedAttention',
  shape: ([q, k, v]) => {
    const [T, H, D] = q!.shape as [number, number, number];
    const groups = H / (k!.shape[1]! / D);
    if (q!.shape.length !== 3 || k!.shape.join() !== v!.shape.join() || !Number.isInteger(groups)) {
      throw new ShapeError(`cachedAttention: q [${q!.shape}] does not fit k [${k!.shape}], v [${v!.shape}]`);
    }
    return { shape: [T, H, D], dtype: 'f32' };
  },
  reverse: { nonDifferentiable: 'answering only; training attends to what it computes itself' },
  lower: (context, [q, k, v, , places, mask], { scale }) => {
    assert(places && mask, 'cachedAttention: no own kernel here, and no mask given');
    const [T, H, D] = q!.shape as [number, number, number];
    const queries = context.permute(context.reshape(context.contiguous(q!), [1, T, H, D]), [0, 2, 1, 3]);
    const seen = [k!, v!].map((pool) => gathered(context, pool, places, D)) as [DeviceTensor, DeviceTensor];
    const attended = context.flashAttention(queries, ...seen, context.cast(mask, 'f16'), scale);
    return context.reshape(attended, [T, H, D]);
  },
  native: {
    name: 'cached_attention',
    inputs: (inputs) => inputs.slice(0, 4),
    accepts: () => true,
    parameters: ([q, k], { scale, window }, encode) => {
      const [T, H, D] = q!.shape as [number, number, number];
      return [T, H, k!.shape[1]! / D, D, window, encode(scale)];
    },
  },
  indices: ([, k, , plan, places]) => ({
    indices: places ?? plan!,
    below: places ? k!.shape[0]! : Number.POSITIVE_INFINITY,
  }),
};

/** [N, Hkv · D] at some places, as [1, Hkv, S, D]. */
function gathered(context: OpContext, pool: DeviceTensor, places: DeviceTensor, D: number): DeviceTensor {
  const rows = context.getRows(pool, places);
  const [S, width] = rows.shape as [number, number];
  return context.permute(context.reshape(rows, [1, S, width / D, D]), [0, 2, 1, 3]);
}

/**
 * softmax(q kᵀ · scale) v of each token over what its segment lists.
 * @param q [T, H, D]
 * @param pool k and v [N, Hkv · D]
 * @param plan i32, see `segmentPlan`: what the own kernel reads
 * @param masked what devices without that kernel read, see `segmentMask`: places i32 [S], mask f32 [1, 1, T, S]
 * @returns [T, H, D]; of tokens in no segment, anything finite
 */
export function cachedAttention(
  q: Tensor,
  pool: { k: Tensor; v: Tensor },
  { plan, masked }: { plan: Tensor; masked?: { places: Tensor; mask: Tensor } | undefined },
  attributes: CachedAttentionAttributes,
): Tensor {
  const inputs = [q, pool.k, pool.v, plan, ...(masked ? [masked.places, masked.mask] : [])];
  return apply(cachedAttentionOp, inputs, attributes);
}

const HEAD = 1;
const SEGMENT = 4;

/** Whole numbers that a plan of these segments takes. */
export function segmentPlanSize(segments: readonly AttentionSegment[]): number {
  return segments.reduce((sum, { places }) => sum + SEGMENT + places.length, HEAD);
}

/** How many there are; of each its first token, its tokens, where its list begins and how long it is; the lists. */
export function segmentPlan(segments: readonly AttentionSegment[], size: number): Int32Array {
  const plan = new Int32Array(size);
  plan[0] = segments.length;
  let begin = HEAD + SEGMENT * segments.length;
  for (const [index, { token, count, places }] of segments.entries()) {
    plan.set([token, count, begin, places.length], HEAD + SEGMENT * index);
    plan.set(places, begin);
    begin += places.length;
  }
  return plan;
}

/** Instead of −∞, which makes rows without any visible place NaN. */
const HIDDEN = -1e30;

/** Distinct places of all segments, in the order of their first use. */
export function segmentPlaces(segments: readonly AttentionSegment[]): number[] {
  const places = new Set<number>();
  for (const segment of segments) for (const place of Array.from(segment.places)) places.add(place);
  return [...places];
}

/** Which of the places each of T tokens sees: 0 or HIDDEN, [T, S]. Tokens in no segment see the first. */
export function segmentMask(
  segments: readonly AttentionSegment[],
  places: readonly number[],
  { T, S, window }: { T: number; S: number; window: number },
): Float32Array {
  const columns = new Map(places.map((place, column) => [place, column]));
  const mask = new Float32Array(T * S).fill(HIDDEN);
  let covered = 0;
  for (const { token, count, places: seen } of segments) {
    for (let t = 0; t < count; t++) {
      const last = seen.length - count + t;
      const first = window > 0 ? Math.max(0, last + 1 - window) : 0;
      for (let key = first; key <= last; key++) mask[(token + t) * S + columns.get(seen[key]!)!] = 0;
    }
    covered = token + count;
  }
  for (let t = covered; t < T; t++) mask[t * S] = 0;
  return mask;
}
