/** Operations that only answering needs. */
import { ShapeError } from '../../core/index.ts';
import { apply, type Op, type Tensor } from '../tensor.ts';

export const flashAttentionOp: Op<{ scale: number }> = {
  name: 'flashAttention',
  shape: ([q, k]) => {
    if (q!.shape.length !== 4 || k!.shape.length !== 4 || q!.shape[3] !== k!.shape[3]) {
      throw new ShapeError(`flashAttention: q [${q!.shape}] and k [${k!.shape}] do not fit`);
    }
    const [B, H, T, D] = q!.shape;
    return { shape: [B!, T!, H!, D!], dtype: 'f32' };
  },
  reverse: { nonDifferentiable: 'no device has its reverse; training computes the scores' },
  lower: (context, [q, k, v, mask], { scale }) =>
    context.flashAttention(q!, k!, v!, context.cast(mask!, 'f16'), scale),
};

/**
 * softmax(q kᵀ · scale + mask) v without stored scores.
 * @param q [B, H, T, D]
 * @param k [B, Hkv, S, D], may be a permuted view
 * @param v like k
 * @param mask f32 [B or 1, 1, T, S]
 * @returns [B, T, H, D]
 */
export function flashAttention(
  q: Tensor,
  { k, v, mask }: { k: Tensor; v: Tensor; mask: Tensor },
  scale: number,
): Tensor {
  return apply(flashAttentionOp, [q, k, v, mask], { scale });
}

export const argmaxOp: Op = {
  name: 'argmax',
  shape: ([x]) => ({ shape: [x!.shape[0]!], dtype: 'i32' }),
  reverse: { nonDifferentiable: 'an index has no slope' },
  lower: (context, [x]) => context.argmax(context.contiguous(x!)),
};

/** Index of the largest of each row: [R, C] to i32 [R]. */
export function argmax(x: Tensor): Tensor {
  return apply(argmaxOp, [x], {});
}
