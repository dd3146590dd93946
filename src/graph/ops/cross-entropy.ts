/** Cross entropy of a linear head, without a one-hot matrix and without stored logit gradients. */
import { ShapeError } from '../../core/index.ts';
import { apply, type Op, type Tensor } from '../tensor.ts';
import { mul, sub } from './arithmetic.ts';
import { transposed } from './layout.ts';
import { matmulT } from './matmul.ts';
import { softmax } from './normalization.ts';
import { embedding } from './rows.ts';

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
  // d loss / d x = (p − onehot) · head. The subtraction stays out of the product: where p ≈ 1, rounding p to the
  // head's precision would leave nothing of it.
  reverse: ({ inputs: [, head, probabilities, labels], gradient }) => [
    mul(sub(matmulT(probabilities!, transposed(head!)), embedding(head!, labels!)), gradient),
  ],
  lower: (context, [, , probabilities, , places]) => {
    const [R, V] = probabilities!.shape;
    const flat = context.reshape(probabilities!, [R! * V!, 1]);
    const picked = context.clampInPlace(context.getRows(flat, places!), SMALLEST_PROBABILITY, 1);
    return context.scale(context.unary('log', picked), -1);
  },
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
  const probabilities = softmax(matmulT(x, head));
  return apply(crossEntropyOp, [x, head, probabilities, labels, places], {});
}
