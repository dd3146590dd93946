/** Cross entropy of a linear head, without a one-hot matrix and without logits that wait for the reverse direction. */
import { assert, ShapeError } from '../../core/index.ts';
import { composed } from '../compose.ts';
import { apply, type Op, type Tensor } from '../tensor.ts';
import { exp, log } from './activations.ts';
import { mul, scale } from './arithmetic.ts';
import { setRows } from './effects.ts';
import { concat, reshape, slice } from './layout.ts';
import { linear, linearReversed } from './linear.ts';
import { softmax } from './normalization.ts';
import { embedding } from './rows.ts';

interface CrossEntropyAttributes {
  /** Slopes by x are computed along with the losses, so that logits need not be kept or computed again. */
  readonly withSlopes: boolean;
}

/** ggml addresses elements of the flat probabilities by 32-bit numbers. */
const MAX_PROBABILITIES = 2 ** 31 - 1;
/** The smallest normal f32: −log of it is 87.3, the largest loss that the lowering gives. */
const SMALLEST_PROBABILITY = 1.1754944e-38;
/** Logits that exist at once: many rows make reading the head worth its while. */
const BLOCK_BYTES = 96 * 2 ** 20;
/** Rows of a block are a multiple of this where there are more than one block. */
const BLOCK_STEP = 12;

function blockRows([x, head]: readonly Tensor[]): number {
  const rows = Math.floor(BLOCK_BYTES / 4 / head!.shape[0]! / BLOCK_STEP) * BLOCK_STEP;
  return Math.min(x!.shape[0]!, Math.max(rows, BLOCK_STEP));
}

/** Losses [R], then slopes of each loss by its row of x, [R, C], where wanted: one flat result. */
export const crossEntropyOp: Op<CrossEntropyAttributes> = {
  name: 'crossEntropy',
  shape: ([x, head, places], { withSlopes }) => {
    const [R, C] = x!.shape as [number, number];
    const [V, width] = head!.shape as [number, number];
    if (places!.shape.join() !== `${R}` || width !== C) {
      throw new ShapeError(`crossEntropy: [${x!.shape}] by [${head!.shape}] with ${places!.shape} labels`);
    }
    if (R * V > MAX_PROBABILITIES) {
      throw new ShapeError(
        `crossEntropy: ${R} labels over ${V} tokens are too many at once; lower the batch size`,
      );
    }
    return { shape: [withSlopes ? R + R * C : R], dtype: 'f32' };
  },
  reverse: ({ inputs: [x], output, gradient, attributes: { withSlopes } }) => {
    assert(withSlopes, 'crossEntropy: differentiated, but built without slopes');
    const [R, C] = x!.shape as [number, number];
    const slopes = reshape(slice(output, 0, R, R * C), [R, C]);
    return [mul(slopes, reshape(slice(gradient, 0, 0, R), [R, 1]))];
  },
  // d loss / d x = (p − onehot) · head. The label's p − 1 is set before the product: rounding p to the head's precision
  // there would leave nothing of it where p ≈ 1. It is written over p, which by then nobody else reads.
  ...composed(([x, head, places], { withSlopes }) => {
    const [R, C] = x!.shape as [number, number];
    const V = head!.shape[0]!;
    const probabilities = reshape(softmax(linear(x!, head!)), [R * V, 1]);
    const losses = scale(log(scale(embedding(probabilities, places!), 1, SMALLEST_PROBABILITY)), -1);
    if (!withSlopes) return reshape(losses, [R]);
    const right = scale(exp(scale(losses, -1)), 1, -1);
    const slopes = reshape(setRows(probabilities, right, places!), [R, V]);
    return concat(reshape(losses, [R]), reshape(linearReversed(slopes, head!), [R * C]), 0);
  }),
  native: {
    name: 'cross_entropy',
    accepts: ([, head]) => head!.dtype === 'bf16' || head!.dtype === 'f32',
    parameters: (inputs, { withSlopes }) => {
      const [x, head] = inputs;
      const flags = [withSlopes ? 1 : 0, head!.dtype === 'bf16' ? 1 : 0];
      return [...x!.shape, head!.shape[0]!, ...flags, blockRows(inputs)];
    },
    workspace: (inputs) => blockRows(inputs) * (inputs[1]!.shape[0]! + 1),
  },
  indices: ([x, head, places]) => ({ indices: places!, below: x!.shape[0]! * head!.shape[0]! }),
};

/**
 * −log softmax(x headᵀ)[label] per row; the head itself gets no gradient.
 * @param x [R, C]
 * @param head [V, C]
 * @param places i32 [R]: r · V + label
 * @param attributes what is differentiated needs slopes; they cost as much as the losses
 * @returns [R, 1]
 */
export function crossEntropy(
  x: Tensor,
  head: Tensor,
  places: Tensor,
  attributes: CrossEntropyAttributes = { withSlopes: true },
): Tensor {
  const R = x.shape[0]!;
  return reshape(slice(apply(crossEntropyOp, [x, head, places], attributes), 0, 0, R), [R, 1]);
}
