/**
 * Linear layers with frozen weights, alone or with a low-rank adapter, in both directions. Native kernels read one
 * row-major weight for either direction and add the adapter's part on the way.
 */
import { type Dtype, ShapeError } from '../../core/index.ts';
import { composed } from '../compose.ts';
import { apply, ELSEWHERE, type NativeKernel, type Op, type Shape, type Tensor } from '../tensor.ts';
import { add, scale } from './arithmetic.ts';
import { transposed } from './layout.ts';
import { matmulT } from './matmul.ts';

interface LinearAttributes {
  /** x w instead of x wᵀ. */
  readonly reversed: boolean;
}

/** So few rows are bound by reading the weight; more of them pay for packing it. */
const FEW_ROWS = 8;
/** Of an adapter's narrow side: fewer rows than this ggml does as well. */
const MIN_ROWS = 8;

/** Weights that the kernels read, by the numbers that native/quantized.h gives them. */
const STORED: Partial<Record<Dtype, number>> = {
  f32: 0,
  bf16: 1,
  q4_0: 2,
  q4_1: 3,
  q5_0: 4,
  q5_1: 5,
  q8_0: 6,
};

/** Whether own kernels multiply by weights of this type as they are stored. */
export function readsStored(dtype: Dtype): boolean {
  return dtype in STORED;
}

/** Inputs x, w and, where there is an adapter, its narrow side u and wide side v. */
const linearKernel: NativeKernel<LinearAttributes> = {
  name: ([x], { reversed }) => (x!.shape[0]! <= FEW_ROWS && !reversed ? 'linear_few_rows' : 'linear'),
  inputs: (inputs) =>
    inputs.length > 2 ? inputs.slice(0, 4) : [inputs[0]!, inputs[1]!, inputs[0]!, inputs[0]!],
  accepts: ([x, w]) => x!.shape.length === 2 && readsStored(w!.dtype),
  parameters: ([x, w, u], { reversed }) => [
    x!.shape[0]!,
    w!.shape[0]!,
    w!.shape[1]!,
    u ? u.shape[1]! : 0,
    reversed ? 1 : 0,
    STORED[w!.dtype]!,
  ],
};

function linearShape([x, w, u, v]: readonly Tensor[], { reversed }: LinearAttributes) {
  const [N, K] = w!.shape as [number, number];
  const [depth, width] = reversed ? [N, K] : [K, N];
  const wide: Shape | undefined = u && (reversed ? [u.shape[1]!, K] : [N, u.shape[1]!]);
  const fits = x!.shape.length === 2 && x!.shape[1] === depth && (!v || v.shape.join() === wide!.join());
  if (!fits)
    throw new ShapeError(`linear: [${x!.shape}] by [${w!.shape}] with [${u?.shape}] and [${v?.shape}]`);
  return { shape: [x!.shape[0]!, width], dtype: 'f32' as const };
}

const composedLinear = composed<LinearAttributes>(([x, w, u, v], { reversed }) => {
  const y = matmulT(x!, reversed ? transposed(w!) : w!);
  return u && v ? add(y, matmulT(u, reversed ? transposed(v) : v)) : y;
});

export const linearOp: Op<LinearAttributes> = {
  name: 'linear',
  shape: linearShape,
  reverse: ({ inputs: [, w], gradient, attributes: { reversed } }) => [
    apply(linearOp, [gradient, w!], { reversed: !reversed }),
  ],
  ...composedLinear,
  native: linearKernel,
};

/** x wᵀ with a frozen weight. @param x [T, K] @param w [N, K], any dtype @returns [T, N] */
export function linear(x: Tensor, w: Tensor): Tensor {
  return apply(linearOp, [x, w], { reversed: false });
}

export const lowRankLinearOp: Op<LinearAttributes> = {
  name: 'lowRankLinear',
  shape: linearShape,
  reverse: { nonDifferentiable: 'answering only; an adapter that learns is adaptedLinear' },
  ...composedLinear,
  native: linearKernel,
};

/**
 * x wᵀ + u vᵀ: a linear layer with a low-rank term whose narrow side is given.
 * @param x [T, K]
 * @param w [N, K], any dtype
 * @param low u f32 [T, r], v f32 [N, r]
 * @returns [T, N]
 */
export function lowRankLinear(x: Tensor, w: Tensor, { u, v }: { u: Tensor; v: Tensor }): Tensor {
  return apply(lowRankLinearOp, [x, w, u, v], { reversed: false });
}

/** x w with a frozen weight: the reverse of `linear`. @param x [T, N] @param w [N, K] @returns [T, K] */
export function linearReversed(x: Tensor, w: Tensor): Tensor {
  return apply(linearOp, [x, w], { reversed: true });
}

export const lowRankDownOp: Op<{ factor: number; columns: boolean }> = {
  name: 'lowRankDown',
  shape: ([x, a], { columns }) => {
    const [depth, rank] = columns ? a!.shape : [a!.shape[1], a!.shape[0]];
    if (x!.shape[1] !== depth) throw new ShapeError(`lowRankDown: [${x!.shape}] by [${a!.shape}]`);
    return { shape: [x!.shape[0]!, rank!], dtype: 'f32' };
  },
  reverse: { nonDifferentiable: 'a part of adaptedLinear, which has the rule for the whole' },
  ...composed(([x, a], { factor, columns }) => scale(matmulT(x!, columns ? transposed(a!) : a!), factor)),
  native: {
    name: 'low_rank_down',
    accepts: ([x]) => x!.shape[0]! >= MIN_ROWS,
    parameters: ([x, a], { factor, columns }, encode) => [
      x!.shape[0]!,
      x!.shape[1]!,
      columns ? a!.shape[1]! : a!.shape[0]!,
      columns ? 1 : 0,
      encode(factor),
    ],
  },
};

/** factor · x aᵀ, or factor · x a where `columns`; to the adapter's rank. */
export function lowRankDown(x: Tensor, a: Tensor, factor: number, columns: boolean): Tensor {
  return apply(lowRankDownOp, [x, a], { factor, columns });
}

export const outerSumOp: Op = {
  name: 'outerSum',
  shape: ([u, x]) => {
    if (u!.shape[0] !== x!.shape[0])
      throw new ShapeError(`outerSum: [${u!.shape}] and [${x!.shape}] differ in rows`);
    return { shape: [u!.shape[1]!, x!.shape[1]!], dtype: 'f32' };
  },
  reverse: { nonDifferentiable: 'a gradient itself' },
  ...composed(([u, x]) => matmulT(transposed(u!), transposed(x!))),
};

export const adaptedLinearOp: Op<LinearAttributes & { factor: number }> = {
  name: 'adaptedLinear',
  shape: linearShape,
  // With u = s x aᵀ: y = x wᵀ + u bᵀ. In reverse d = s g b; dx = g w + d a; da = dᵀ x; db = gᵀ u.
  reverse: ({ inputs: [x, w, u, b, a], gradient, needs, attributes: { factor } }) => {
    const d = lowRankDown(gradient, b!, factor, true);
    return [
      needs(0) ? apply(linearOp, [gradient, w!, d, a!], { reversed: true }) : undefined,
      undefined,
      ELSEWHERE,
      apply(outerSumOp, [gradient, u!], {}),
      apply(outerSumOp, [d, x!], {}),
    ];
  },
  ...composedLinear,
  native: linearKernel,
};

/**
 * A frozen linear layer with a low-rank adapter: x wᵀ + factor · (x aᵀ) bᵀ, https://arxiv.org/abs/2106.09685.
 * @param x [T, K]
 * @param w [N, K], any dtype
 * @param adapter a f32 [r, K], b f32 [N, r]
 * @returns [T, N]
 */
export function adaptedLinear(
  x: Tensor,
  w: Tensor,
  { a, b, factor }: { a: Tensor; b: Tensor; factor: number },
): Tensor {
  return apply(adaptedLinearOp, [x, w, lowRankDown(x, a, factor, false), b, a], { reversed: false, factor });
}
