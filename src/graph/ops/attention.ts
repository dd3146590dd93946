/**
 * Causal attention of a batch whose rows begin alike: the prefix [P] is computed once, and every row sees it and
 * itself. Exact, forward and reverse. Tokens lie flat: the prefix, then rows of any length right behind each other.
 */
import { ShapeError } from '../../core/index.ts';
import { composed } from '../compose.ts';
import { gradients } from '../gradients.ts';
import { apply, elementCount, type Op, type Tensor } from '../tensor.ts';
import { add, repeat } from './arithmetic.ts';
import { concat, contiguous, permute, reshape, slice, transposed } from './layout.ts';
import { matmulT } from './matmul.ts';
import { softmax } from './normalization.ts';
import { selectRows } from './rows.ts';

export interface SharedPrefixShape {
  /** P, tokens that all rows share; may be 0. */
  readonly prefix: number;
  /** B */
  readonly rows: number;
  /** L: no row is longer. */
  readonly longest: number;
  /** T, tokens of the prefix and of all rows. */
  readonly tokens: number;
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

function checkShapes(inputs: readonly Tensor[], { prefix, rows, tokens }: AttentionAttributes): Sizes {
  const [q, k, v, starts] = inputs;
  const { T, H, Hkv, D } = sizesOf(inputs);
  const fits = T === tokens && H % Hkv === 0 && k!.shape.join() === v!.shape.join();
  if (!fits || k!.shape[0] !== T || k!.shape[2] !== D || starts!.shape[0] !== rows + 1) {
    throw new ShapeError(
      `attention: q [${q!.shape}], k [${k!.shape}] and v [${v!.shape}] do not fit ${tokens} tokens: ${prefix} and ${rows} rows`,
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
  const { prefix, rows, longest, window, scale } = attributes;
  return [prefix, rows, longest, H, Hkv, D, window, encode(scale)];
};

/** Attended values [T, H · D], flat. The kernel leaves the log of each query's sum [T, H] behind them for its reverse. */
export const attentionOp: Op<AttentionAttributes> = {
  name: 'attention',
  shape: (inputs, attributes) => {
    const { T, H, D } = checkShapes(inputs, attributes);
    return { shape: [T * H * D], dtype: 'f32' };
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
    return reshape(compose(inputs, attributes), [T * H * D]);
  }),
  native: {
    name: 'attention_forward',
    workspace: (inputs) => {
      const { T, H } = sizesOf(inputs);
      return T * H;
    },
    inputs: (inputs) => inputs.slice(0, 4),
    accepts: () => true,
    parameters: kernelParameters,
  },
  indices: ([, k, , starts]) => ({ indices: starts!, below: k!.shape[0]! + 1 }),
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
    const gradient = reshape(inputs.at(-1)!, [T, H * D]);
    const parts = gradients(compose(inputs, attributes), gradient, inputs.slice(0, 3));
    return parts
      .map((part) => reshape(part!, [elementCount(part!.shape)]))
      .reduce((flat, part) => concat(flat, part, 0));
  }),
  native: {
    name: 'attention_reverse',
    workspace: (inputs, { prefix, longest }, threads) => {
      const { Hkv, D } = sizesOf(inputs);
      return (Hkv + threads - 1) * 2 * (prefix + longest) * D;
    },
    inputs: (inputs) => [...inputs.slice(0, 4), ...inputs.slice(-2)],
    accepts: () => true,
    parameters: kernelParameters,
  },
};

/** Where rows lie: inputs of the graph, for which `rowPlaces` has the values. All but `starts` serve padded rows. */
export interface RowPlaces {
  /** i32 [B + 1]: the first token of each row, then T. */
  readonly starts: Tensor;
  /** i32 [B · L]: which of the rows' tokens stands at each place; the first at the padding, where nobody looks. */
  readonly sources: Tensor;
  /** i32 [B · L]: the same, T − P at the padding, which is none. */
  readonly targets: Tensor;
  /** i32 [T − P]: the place of each of the rows' tokens. */
  readonly places: Tensor;
}

/** @param lengths of the rows; together T − P */
export function rowPlaces(
  { prefix: P, rows: B, longest: L, tokens: T }: SharedPrefixShape,
  lengths: ArrayLike<number>,
): Record<keyof RowPlaces, Int32Array> {
  const starts = new Int32Array(B + 1);
  const sources = new Int32Array(B * L);
  const targets = new Int32Array(B * L).fill(T - P);
  const places = new Int32Array(T - P);
  let token = 0;
  for (let row = 0; row < B; row++) {
    starts[row] = P + token;
    for (let l = 0; l < lengths[row]!; l++, token++) {
      const place = row * L + l;
      places[token] = place;
      sources[place] = token;
      targets[place] = token;
    }
  }
  starts[B] = T;
  return { starts, sources, targets, places };
}

/**
 * softmax(q kᵀ · scale) v for each token over what it sees.
 * @param q [T, H, D]
 * @param k [T, Hkv, D]
 * @param v [T, Hkv, D]
 * @param where rows lie, and what `causalMask` gives for a row behind the prefix and for the prefix, for devices
 *   without the kernel: f32 [1, 1, L, P + L] and [1, P, P]
 * @returns [T, H · D]
 */
export function sharedPrefixAttention(
  [q, k, v]: readonly [Tensor, Tensor, Tensor],
  where: RowPlaces & { rowMask: Tensor; prefixMask: Tensor | undefined },
  attributes: AttentionAttributes,
): Tensor {
  const { starts, sources, targets, places, rowMask, prefixMask } = where;
  const inputs = [q, k, v, starts, sources, targets, places, rowMask, ...(prefixMask ? [prefixMask] : [])];
  const [T, H, D] = q.shape as [number, number, number];
  return reshape(apply(attentionOp, inputs, attributes), [T, H * D]);
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

/** The attention in terms of other operations, which need rows of equal length: [T, H · D]. */
function compose(
  [q, k, v, , sources, targets, places, rowMask, prefixMask]: readonly Tensor[],
  attributes: AttentionAttributes,
): Tensor {
  const { prefix: P, rows: B, longest: L, scale } = attributes;
  const { T, H, D } = sizesOf([q!, k!]);
  // [T, heads, D] to [heads, B, L, D]
  const split = (x: Tensor) => {
    const heads = x.shape[1]!;
    const own = selectRows(reshape(slice(x, 0, P, T - P), [T - P, heads * D]), sources!, places!);
    return contiguous(permute(reshape(own, [B, L, heads, D]), [2, 0, 1, 3]));
  };
  const headsFirst = (x: Tensor) => contiguous(permute(slice(x, 0, 0, P), [1, 0, 2])); // [H or Hkv, P, D]
  const prefix = P > 0 ? { k: headsFirst(k!), v: headsFirst(v!) } : undefined;
  const padded = attendRows([split(q!), split(k!), split(v!)], rowMask!, scale, prefix);
  const merged = reshape(contiguous(permute(padded, [1, 2, 0, 3])), [B * L, H * D]);
  const rows = selectRows(merged, places!, targets!);
  if (!prefix) return rows;
  const probabilities = softmax(matmulT(headsFirst(q!), prefix.k), prefixMask!, scale); // [H, P, P]
  const attended = contiguous(permute(matmulT(probabilities, transposed(prefix.v)), [1, 0, 2]));
  return concat(reshape(attended, [P, H * D]), rows, 0);
}

/**
 * @param q [H, B, L, D]
 * @param k and v [Hkv, B, L, D]
 * @param prefix k and v [Hkv, P, D] that every row sees
 * @returns [H, B, L, D]
 */
function attendRows(
  [q, k, v]: readonly [Tensor, Tensor, Tensor],
  mask: Tensor,
  scale: number,
  prefix?: { k: Tensor; v: Tensor },
): Tensor {
  const [H, B, L, D] = q.shape as [number, number, number, number];
  const values = expandHeads(v, H);
  const ownScores = matmulT(q, expandHeads(k, H)); // [H, B, L, L]
  if (!prefix) return matmulT(softmax(ownScores, mask, scale), transposed(values));
  const P = prefix.k.shape[1]!;
  // All rows' queries of a head against the prefix's keys in one product.
  const prefixScores = reshape(matmulT(reshape(q, [H, B * L, D]), prefix.k), [H, B, L, P]);
  const probabilities = softmax(concat(prefixScores, ownScores, 3), mask, scale);
  const toPrefix = reshape(contiguous(slice(probabilities, 3, 0, P)), [H, B * L, P]);
  const fromPrefix = reshape(matmulT(toPrefix, transposed(prefix.v)), [H, B, L, D]);
  const fromRows = matmulT(contiguous(slice(probabilities, 3, P, L)), transposed(values));
  return add(fromRows, fromPrefix);
}

/** [Hkv, B, L, D] to [H, B, L, D]: each key head serves a group of query heads. */
function expandHeads(x: Tensor, H: number): Tensor {
  const [Hkv, B, L, D] = x.shape as [number, number, number, number];
  if (H === Hkv) return x;
  const group = H / Hkv;
  const elements = B * L * D;
  return reshape(repeat(reshape(x, [Hkv, 1, elements]), [Hkv, group, elements]), [H, B, L, D]);
}
