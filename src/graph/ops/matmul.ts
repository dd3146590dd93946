/** Matrix products. One form only, x wᵀ: what every device has, with both operands read along rows. */
import { ShapeError } from '../../core/index.ts';
import { apply, type Op, type Tensor } from '../tensor.ts';
import { reshape, transposed } from './layout.ts';

/** Below this, dot products are too short to pay: sums of outer products are several times faster. */
const SHORT_CONTRACTION = 32;

export const matmulTOp: Op = {
  name: 'matmulT',
  shape: ([x, w]) => {
    const outer = x!.shape.slice(0, -2);
    const outerW = w!.shape.slice(0, -2);
    const fits =
      x!.shape.length >= 2 &&
      x!.shape.at(-1) === w!.shape.at(-1) &&
      outer.length === outerW.length &&
      outer.every((size, axis) => size % outerW[axis]! === 0);
    if (!fits) throw new ShapeError(`matmulT: [${x!.shape}] and [${w!.shape}] do not fit`);
    return { shape: [...outer, x!.shape.at(-2)!, w!.shape.at(-2)!], dtype: 'f32' };
  },
  reverse: ({ inputs: [x, w], gradient, needs }) => [
    needs(0) ? matmulT(gradient, transposed(w!)) : undefined,
    needs(1) ? weightGradient(gradient, x!, w!) : undefined,
  ],
  lower: (context, [x, w]) => {
    const [left, right] = [context.contiguous(x!), context.contiguous(w!)];
    const short = left.shape.at(-1)! <= SHORT_CONTRACTION && left.shape.length === 2 && right.dtype === 'f32';
    if (!short) return context.matmulT(left, right);
    const flip = (matrix: typeof left) => context.contiguous(context.permute(matrix, [1, 0]));
    return context.outerProduct(flip(left), flip(right));
  },
};

/**
 * x wᵀ over the last two axes.
 * @param x [..., T, K]
 * @param w [..., N, K]; each of its outer sizes divides x's: neighbouring groups of x share one w
 * @returns f32 [..., T, N]
 */
export function matmulT(x: Tensor, w: Tensor): Tensor {
  return apply(matmulTOp, [x, w], {});
}

/** gradientᵀ x, summed over the groups of x that share a w. */
function weightGradient(gradient: Tensor, x: Tensor, w: Tensor): Tensor {
  const outer = w.shape.slice(0, -2);
  const shared = x.shape.slice(0, -2).findIndex((size, axis) => size !== outer[axis]);
  if (shared === -1) return matmulT(transposed(gradient), transposed(x));
  // Neighbouring matrices along the last outer axis are rows of one larger matrix.
  if (shared !== outer.length - 1) {
    throw new ShapeError(`matmulT: no gradient for [${w.shape}] shared along axis ${shared} of [${x.shape}]`);
  }
  const folded = (tensor: Tensor) => {
    const rows = (tensor.shape.at(-3)! / outer[shared]!) * tensor.shape.at(-2)!;
    return reshape(tensor, [...outer, rows, tensor.shape.at(-1)!]);
  };
  return matmulT(transposed(folded(gradient)), transposed(folded(x)));
}
