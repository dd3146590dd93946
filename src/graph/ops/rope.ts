/** Rotary position embedding, https://arxiv.org/abs/2104.09864, in GPT-NeoX's pairing. */
import { ShapeError } from '../../core/index.ts';
import { apply, type Op, type Tensor } from '../tensor.ts';

export interface Rope {
  /** θ of the frequencies θ^(−2i/D). */
  readonly base: number;
  /** Multiplies every angle: 1/factor for linear scaling, negative to turn back. */
  readonly frequencyScale: number;
}

export const ropeOp: Op<Rope> = {
  name: 'rope',
  shape: ([x, positions, factors]) => {
    const [T, , D] = x!.shape;
    const fits = x!.shape.length === 3 && positions!.shape.join() === `${T}` && D! % 2 === 0;
    if (!fits || (factors && factors.shape.join() !== `${D! / 2}`)) {
      const given = [positions, factors].map((tensor) => tensor && `[${tensor.shape}]`).join(' and ');
      throw new ShapeError(
        `rope: needs [T, H, D] with [T] and perhaps [D/2], got [${x!.shape}] with ${given}`,
      );
    }
    return x!;
  },
  reverse: ({ inputs: [, positions, factors], gradient, attributes: { base, frequencyScale } }) => [
    rope(gradient, positions!, { base, frequencyScale: -frequencyScale }, factors),
  ],
  lower: (context, [x, positions, factors], { base, frequencyScale }) => {
    const dimensions = x!.shape.at(-1)!;
    return context.rope(context.contiguous(x!), positions!, factors, { dimensions, base, frequencyScale });
  },
  native: {
    name: 'rope',
    accepts: () => true,
    parameters: ([x, , factors], { base, frequencyScale }, encode) => [
      ...x!.shape,
      encode(base),
      encode(frequencyScale),
      factors ? 1 : 0,
    ],
  },
};

/**
 * Turns pairs (i, i + D/2) of every head by position · frequency.
 * @param x [T, H, D]
 * @param positions i32 [T]
 * @param factors f32 [D/2]; each divides its frequency (llama3 scaling)
 */
export function rope(x: Tensor, positions: Tensor, settings: Rope, factors?: Tensor): Tensor {
  return apply(ropeOp, factors ? [x, positions, factors] : [x, positions], settings);
}
