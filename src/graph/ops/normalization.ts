/** Softmax and root-mean-square normalisation over the last axis. */
import { ShapeError } from '../../core/index.ts';
import { composed } from '../compose.ts';
import { apply, elementCount, type NativeKernel, type Op, type Tensor } from '../tensor.ts';
import { sqr, sqrt } from './activations.ts';
import { div, mul, scale, sub, sumLast, sumTo } from './arithmetic.ts';
import { reshape } from './layout.ts';

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

const normKernel = (name: string): NativeKernel<{ epsilon: number }> => ({
  name,
  accepts: () => true,
  parameters: ([x], { epsilon }, encode) => {
    const C = x!.shape.at(-1)!;
    return [elementCount(x!.shape) / C, C, encode(epsilon)];
  },
});

/** A weight [C] as it repeats over a tensor of any rank. */
function overRows(weight: Tensor, x: Tensor): Tensor {
  return reshape(weight, [...x.shape.slice(1).map(() => 1), weight.shape[0]!]);
}

function weightedShape([x, weight]: readonly Tensor[]) {
  if (weight!.shape.length !== 1 || weight!.shape[0] !== x!.shape.at(-1)) {
    throw new ShapeError(`weightedRmsNorm: weight [${weight!.shape}] for [${x!.shape}]`);
  }
  return x!;
}

export const weightedRmsNormReverseOp: Op<{ epsilon: number }> = {
  name: 'weightedRmsNormReverse',
  shape: weightedShape,
  reverse: { nonDifferentiable: 'a gradient itself' },
  ...composed(([x, weight, gradient], { epsilon }) => {
    // With z = g w, y = x / r: dx = (z − y mean(z y)) / r.
    const share = 1 / x!.shape.at(-1)!;
    const z = mul(gradient!, overRows(weight!, x!));
    const y = rmsNorm(x!, epsilon);
    const r = sqrt(scale(sumLast(sqr(x!)), share, epsilon));
    return div(sub(z, mul(y, scale(sumLast(mul(z, y)), share))), r);
  }),
  native: normKernel('rms_norm_reverse'),
};

export const weightedRmsNormOp: Op<{ epsilon: number }> = {
  name: 'weightedRmsNorm',
  shape: weightedShape,
  reverse: ({ inputs: [x, weight], gradient, attributes }) => [
    apply(weightedRmsNormReverseOp, [x!, weight!, gradient], attributes),
  ],
  ...composed(([x, weight], { epsilon }) => mul(rmsNorm(x!, epsilon), overRows(weight!, x!))),
  native: normKernel('rms_norm_forward'),
  recomputed: true,
};

/** rmsNorm(x) · weight with a frozen weight [C]. */
export function weightedRmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  return apply(weightedRmsNormOp, [x, weight], { epsilon });
}
