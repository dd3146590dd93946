/**
 * Causal attention of a batch whose rows begin alike: the prefix [P] is computed once, and every row of [B, L] sees
 * it and itself. Exact, forward and reverse. Tokens lie flat: the prefix, then the rows one after the other.
 */
import { ShapeError } from '../../core/index.ts';
import { composed } from '../compose.ts';
import { gradients } from '../gradients.ts';
import { apply, elementCount, type Op, type Tensor } from '../tensor.ts';
import { add, repeat } from './arithmetic.ts';
import { concat, contiguous, pad, permute, reshape, slice, transposed } from './layout.ts';
import { matmulT } from './matmul.ts';
import { softmax } from './normalization.ts';

export interface SharedPrefixShape {
  /** P, tokens that all rows share; may be 0. */
  readonly prefix: number;
  /** B */
  readonly rows: number;
  /** L, tokens of a row, padding at its end included. */
  readonly rowLength: number;
}

interface AttentionAttributes extends SharedPrefixShape {
  readonly scale: number;
  /** Tokens that a query sees, itself included; 0 for all before it. */
  readonly window: number;
}

interface Sizes {
  readonly T: number;
  readonly H: number;
  readonly Hkv: number;
  readonly D: number;
}

function sizesOf([q, k]: readonly Tensor[]): Sizes {
  const [T, H, D] = q!.shape as [number, number, number];
  return { T, H, D, Hkv: k!.shape[1]! };
}

function checkShapes(inputs: readonly Tensor[], { prefix, rows, rowLength }: AttentionAttributes): Sizes {
  const [q, k, v] = inputs;
  const { T, H, Hkv, D } = sizesOf(inputs);
  const fits = T === prefix + rows * rowLength && H % Hkv === 0 && k!.shape.join() === v!.shape.join();
  if (!fits || k!.shape[0] !== T || k!.shape[2] !== D) {
    throw new ShapeError(
      `attention: q [${q!.shape}], k [${k!.shape}] and v [${v!.shape}] do not fit ${prefix} + ${rows} x ${rowLength}`,
    );
  }
  return { T, H, Hkv, D };
}

const kernelParameters = (
  inputs: readonly Tensor[],
  attributes: AttentionAttributes,
  encode: (value: number) => number,
) => {
  const { H, Hkv, D } = sizesOf(inputs);
  const { prefix, rows, rowLength, window, scale } = attributes;
  return [prefix, rows, rowLength, H, Hkv, D, window, encode(scale)];
};

/** Attended values [T, H · D], then, for the reverse kernel, the log of each query's sum [T, H]: one flat result. */
export const attentionOp: Op<AttentionAttributes> = {
  name: 'attention',
  shape: (inputs, attributes) => {
    const { T, H, D } = checkShapes(inputs, attributes);
    return { shape: [T * H * D + T * H], dtype: 'f32' };
  },
  reverse: ({ inputs, output, gradient, attributes }) => {
    const [q, k, v] = inputs;
    const flat = apply(attentionReverseOp, [...inputs, output, gradient], attributes);
    const starts = [0, elementCount(q!.shape), elementCount(q!.shape) + elementCount(k!.shape)];
    return [q!, k!, v!].map((x, index) =>
      reshape(slice(flat, 0, starts[index]!, elementCount(x.shape)), x.shape),
    );
  },
  ...composed((inputs, attributes) => {
    const { T, H, D } = sizesOf(inputs);
    const values = reshape(compose(inputs, attributes), [T * H * D]);
    return pad(values, { axis: 0, before: 0, after: T * H });
  }),
  native: {
    name: 'attention_forward',
    inputs: (inputs) => inputs.slice(0, 3),
    accepts: () => true,
    parameters: kernelParameters,
  },
};

/** Gradients of q, k and v, flat one after the other. */
export const attentionReverseOp: Op<AttentionAttributes> = {
  name: 'attentionReverse',
  shape: (inputs, attributes) => {
    const { T, H, Hkv, D } = checkShapes(inputs, attributes);
    return { shape: [T * H * D + 2 * T * Hkv * D], dtype: 'f32' };
  },
  reverse: { nonDifferentiable: 'a gradient itself' },
  // Computes the probabilities once more instead of keeping them.
  ...composed((inputs, attributes) => {
    const { T, H, D } = sizesOf(inputs);
    const gradient = reshape(slice(inputs.at(-1)!, 0, 0, T * H * D), [T, H * D]);
    const parts = gradients(compose(inputs, attributes), gradient, inputs.slice(0, 3));
    return parts
      .map((part) => reshape(part!, [elementCount(part!.shape)]))
      .reduce((flat, part) => concat(flat, part, 0));
  }),
  native: {
    name: 'attention_reverse',
    workspace: (inputs, { prefix, rowLength }, threads) => {
      const { Hkv, D } = sizesOf(inputs);
      return (Hkv + threads - 1) * 2 * (prefix + rowLength) * D;
    },
    inputs: (inputs) => [...inputs.slice(0, 3), ...inputs.slice(-2)],
    accepts: () => true,
    parameters: kernelParameters,
  },
};

/**
 * softmax(q kᵀ · scale) v for each token over what it sees.
 * @param q [T, H, D] with T = P + B · L
 * @param k [T, Hkv, D]
 * @param v [T, Hkv, D]
 * @param masks what `sharedPrefixMasks` gives for this shape and window, for devices without the kernel
 * @returns [T, H · D]
 */
export function sharedPrefixAttention(
  [q, k, v]: readonly [Tensor, Tensor, Tensor],
  masks: { rows: Tensor; prefix: Tensor | undefined },
  attributes: AttentionAttributes,
): Tensor {
  const inputs = [q, k, v, masks.rows, ...(masks.prefix ? [masks.prefix] : [])];
  const [T, H, D] = q.shape as [number, number, number];
  return reshape(slice(apply(attentionOp, inputs, attributes), 0, 0, T * H * D), [T, H * D]);
}

/** Instead of −∞, which makes rows without any visible token NaN. */
const HIDDEN = -1e30;

/** A causal mask [T, before + T]: query t sees keys up to before + t, of these only the nearest `window`. */
export function causalMask(T: number, before: number, window: number): Float32Array {
  const S = before + T;
  const values = new Float32Array(T * S);
  for (let t = 0; t < T; t++) {
    const at = before + t;
    for (let s = 0; s < S; s++) if (s > at || (window > 0 && s <= at - window)) values[t * S + s] = HIDDEN;
  }
  return values;
}

/** The attention in terms of other operations: [T, H · D]. */
function compose(
  [q, k, v, rowsMask, prefixMask]: readonly Tensor[],
  attributes: AttentionAttributes,
): Tensor {
  const { prefix: P, scale } = attributes;
  const { T, H, D } = sizesOf([q!, k!]);
  if (P === 0) return attendRows([q!, k!, v!], rowsMask!, attributes);
  const headsFirst = (x: Tensor) => contiguous(permute(slice(x, 0, 0, P), [1, 0, 2])); // [H or Hkv, P, D]
  const prefix = { k: headsFirst(k!), v: headsFirst(v!) };
  const own = ([q!, k!, v!] as const).map((x) => slice(x, 0, P, T - P)) as [Tensor, Tensor, Tensor];
  const rows = attendRows(own, rowsMask!, attributes, prefix);
  const probabilities = softmax(matmulT(headsFirst(q!), prefix.k), prefixMask!, scale); // [H, P, P]
  const attended = contiguous(permute(matmulT(probabilities, transposed(prefix.v)), [1, 0, 2]));
  return concat(reshape(attended, [P, H * D]), rows, 0);
}

/** @param prefix k and v [Hkv, P, D] that every row sees */
function attendRows(
  [q, k, v]: readonly [Tensor, Tensor, Tensor],
  mask: Tensor,
  { prefix: P, rows: B, rowLength: L, scale }: AttentionAttributes,
  prefix?: { k: Tensor; v: Tensor },
): Tensor {
  const { H, D } = sizesOf([q, k]);
  // [B · L, heads, D] to [heads, B, L, D]
  const split = (x: Tensor) =>
    contiguous(permute(reshape(contiguous(x), [B, L, x.shape[1]!, D]), [2, 0, 1, 3]));
  const merge = (x: Tensor) => reshape(contiguous(permute(x, [1, 2, 0, 3])), [B * L, H * D]);
  const qRows = split(q);
  const vRows = expandHeads(split(v), H);
  const ownScores = matmulT(qRows, expandHeads(split(k), H)); // [H, B, L, L]
  if (!prefix) return merge(matmulT(softmax(ownScores, mask, scale), transposed(vRows)));
  // All rows' queries of a head against the prefix's keys in one product.
  const prefixScores = reshape(matmulT(reshape(qRows, [H, B * L, D]), prefix.k), [H, B, L, P]);
  const probabilities = softmax(concat(prefixScores, ownScores, 3), mask, scale);
  const toPrefix = reshape(contiguous(slice(probabilities, 3, 0, P)), [H, B * L, P]);
  const fromPrefix = reshape(matmulT(toPrefix, transposed(prefix.v)), [H, B, L, D]);
  const fromRows = matmulT(contiguous(slice(probabilities, 3, P, L)), transposed(vRows));
  return merge(add(fromRows, fromPrefix));
}

/** [Hkv, B, L, D] to [H, B, L, D]: each key head serves a group of query heads. */
function expandHeads(x: Tensor, H: number): Tensor {
  const [Hkv, B, L, D] = x.shape as [number, number, number, number];
  if (H === Hkv) return x;
  const group = H / Hkv;
  const elements = B * L * D;
  return reshape(repeat(reshape(x, [Hkv, 1, elements]), [Hkv, group, elements]), [H, B, L, D]);
}
