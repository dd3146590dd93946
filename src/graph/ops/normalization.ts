/** Softmax and root-mean-square normalisation over the last axis. */
import { apply, type Op, type Tensor } from '../tensor.ts';
import { sqr, sqrt } from './activations.ts';
import { div, mul, scale, sub, sumLast, sumTo } from './arithmetic.ts';

export const softmaxOp: Op<{ scale: number }> = {
  name: 'softmax',
  shape: ([x]) => x!,
  // ggml's own reverse is wrong where its output shares memory with the softmax.
  reverse: ({ inputs: [, mask], output: y, gradient, attributes, needs }) => {
    const slope = mul(y, sub(gradient, sumLast(mul(gradient, y))));
    return [
      needs(0) ? scale(slope, attributes.scale) : undefined,
      needs(1) ? sumTo(slope, mask!.shape) : undefined,
    ];
  },
  lower: (context, [x, mask], attributes) =>
    context.softmax(context.contiguous(x!), mask && context.contiguous(mask), attributes.scale),
};

/**
 * softmax(x · factor + mask) over the last axis.
 * @param x [..., T, S]
 * @param mask f32, same rank, sizes 1 or equal before the last two axes; finite, since a row of −∞ gives NaN
 */
export function softmax(x: Tensor, mask?: Tensor, factor = 1): Tensor {
  return apply(softmaxOp, mask ? [x, mask] : [x], { scale: factor });
}

export const rmsNormOp: Op<{ epsilon: number }> = {
  name: 'rmsNorm',
  shape: ([x]) => x!,
  // With y = x / r: dx = (g − y mean(g y)) / r.
  reverse: ({ inputs: [x], output: y, gradient, attributes: { epsilon } }) => {
    const share = 1 / x!.shape.at(-1)!;
    const r = sqrt(scale(sumLast(sqr(x!)), share, epsilon));
    return [div(sub(gradient, mul(y, scale(sumLast(mul(gradient, y)), share))), r)];
  },
  lower: (context, [x], { epsilon }) => context.rmsNorm(context.contiguous(x!), epsilon),
};

/**
 * x / sqrt(mean(x²) + epsilon) over the last axis, https://arxiv.org/abs/1910.07467; without a weight.
 */
export function rmsNorm(x: Tensor, epsilon: number): Tensor {
  return apply(rmsNormOp, [x], { epsilon });
}
