/** Cross entropy of a linear head, without a one-hot matrix and without stored logit gradients. */
import { ShapeError } from '../../core/index.ts';
import { apply, ELSEWHERE, elementCount, type Op, type Tensor } from '../tensor.ts';
import { exp } from './activations.ts';
import { mul, scale } from './arithmetic.ts';
import { setRows } from './effects.ts';
import { reshape } from './layout.ts';
import { linear, linearReversed } from './linear.ts';
import { softmax } from './normalization.ts';

/** ggml addresses elements of the flat probabilities by 32-bit numbers. */
const MAX_PROBABILITIES = 2 ** 31 - 1;
/** The smallest normal f32: −log of it is 87.3, the largest loss a row can have. */
const SMALLEST_PROBABILITY = 1.1754944e-38;

export const crossEntropyOp: Op = {
  name: 'crossEntropy',
  shape: ([x, head, probabilities, labels, places]) => {
    const [R, V] = probabilities!.shape;
    if (labels!.shape[0] !== R || places!.shape[0] !== R || head!.shape[0] !== V || x!.shape[0] !== R) {
      throw new ShapeError(`crossEntropy: [${x!.shape}] by [${head!.shape}] with ${labels!.shape[0]} labels`);
    }
    if (R! * V! > MAX_PROBABILITIES) {
      throw new ShapeError(
        `crossEntropy: ${R} labels over ${V} tokens are too many at once; lower the batch size`,
      );
    }
    return { shape: [R!, 1], dtype: 'f32' };
  },
  // d loss / d x = (p − onehot) · head. The label's p − 1 is set before the product: rounding p to the head's precision
  // there would leave nothing of it where p ≈ 1. It is written over p, which by then nobody else reads.
  reverse: ({ inputs: [, head, probabilities, , places], output, gradient }) => {
    const [R, V] = probabilities!.shape as [number, number];
    const right = scale(exp(scale(output, -1)), 1, -1);
    const slopes = reshape(setRows(reshape(probabilities!, [R * V, 1]), right, places!), [R, V]);
    return [mul(linearReversed(slopes, head!), gradient), undefined, ELSEWHERE];
  },
  lower: (context, [, , probabilities, , places]) => {
    const [R, V] = probabilities!.shape;
    const flat = context.reshape(probabilities!, [R! * V!, 1]);
    const picked = context.clampInPlace(context.getRows(flat, places!), SMALLEST_PROBABILITY, 1);
    return context.scale(context.unary('log', picked), -1);
  },
  indices: ([, , probabilities, , places]) => ({
    indices: places!,
    below: elementCount(probabilities!.shape),
  }),
};

/**
 * −log softmax(x headᵀ)[label] per row; the head itself gets no gradient.
 * @param x [R, C]
 * @param head [V, C]
 * @param labels i32 [R]
 * @param places i32 [R]: r · V + labels[r]
 * @returns [R, 1]
 */
export function crossEntropy(x: Tensor, head: Tensor, labels: Tensor, places: Tensor): Tensor {
  const probabilities = softmax(linear(x, head));
  return apply(crossEntropyOp, [x, head, probabilities, labels, places], {});
}
