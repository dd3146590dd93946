/** Elementwise functions of one tensor, and the gated units of feed-forward layers. All f32. */
import { ShapeError } from '../../core/index.ts';
import type { DeviceTensor, OpContext } from '../../ggml/index.ts';
import { composed } from '../compose.ts';
import { apply, elementCount, type NativeKernel, type Op, type Tensor } from '../tensor.ts';
import { add, div, mul, scale, sub } from './arithmetic.ts';
import { concat, reshape, slice } from './layout.ts';

type UnaryName = 'sqr' | 'sqrt' | 'log' | 'exp' | 'tanh' | 'sigmoid' | 'silu';

function unary(name: UnaryName, derivative: (x: Tensor, y: Tensor, gradient: Tensor) => Tensor): Op {
  return {
    name,
    shape: ([x]) => x!,
    reverse: ({ inputs: [x], output, gradient }) => [derivative(x!, output, gradient)],
    lower: (context, [x]) => context.unary(name, context.contiguous(x!)),
  };
}

export const sqrOp = unary('sqr', (x, _, gradient) => scale(mul(gradient, x), 2));
export const sqrtOp = unary('sqrt', (_, y, gradient) => scale(div(gradient, y), 0.5));
export const logOp = unary('log', (x, _, gradient) => div(gradient, x));
export const expOp = unary('exp', (_, y, gradient) => mul(gradient, y));
export const tanhOp = unary('tanh', (_, y, gradient) => mul(gradient, scale(sqr(y), -1, 1)));
export const sigmoidOp = unary('sigmoid', (_, y, gradient) => mul(gradient, sub(y, sqr(y))));
/** x σ(x); its slope is σ + y − y σ. */
export const siluOp = unary('silu', (x, y, gradient) => mul(gradient, siluSlope(sigmoid(x), y)));

export const sqr = (x: Tensor): Tensor => apply(sqrOp, [x], {});
export const sqrt = (x: Tensor): Tensor => apply(sqrtOp, [x], {});
export const log = (x: Tensor): Tensor => apply(logOp, [x], {});
export const exp = (x: Tensor): Tensor => apply(expOp, [x], {});
export const tanh = (x: Tensor): Tensor => apply(tanhOp, [x], {});
export const sigmoid = (x: Tensor): Tensor => apply(sigmoidOp, [x], {});
export const silu = (x: Tensor): Tensor => apply(siluOp, [x], {});

function siluSlope(sigma: Tensor, y: Tensor): Tensor {
  return add(sigma, sub(y, mul(y, sigma)));
}

function gatedShape(name: string, [gate, up]: readonly Tensor[]) {
  if (gate!.shape.join() !== up!.shape.join()) {
    throw new ShapeError(`${name}: gate [${gate!.shape}] and up [${up!.shape}] differ`);
  }
  return gate!;
}

/** Gradients of gate and up, one behind the other in a flat result. */
function gatedReverse(
  name: 'swiglu' | 'geglu',
  slopes: (gate: Tensor, up: Tensor, gradient: Tensor) => Tensor[],
): Op {
  return {
    name: `${name}Reverse`,
    shape: ([gate]) => ({ shape: [2 * elementCount(gate!.shape)], dtype: 'f32' }),
    reverse: { nonDifferentiable: 'a gradient itself' },
    ...composed(([gate, up, gradient]) => {
      const [toGate, toUp] = slopes(gate!, up!, gradient!).map((part) =>
        reshape(part, [elementCount(part.shape)]),
      );
      return concat(toGate!, toUp!, 0);
    }),
    native: gatedKernel(`${name}_reverse`),
  };
}

function gatedKernel(name: string): NativeKernel<object> {
  return { name, accepts: () => true, parameters: ([gate]) => [elementCount(gate!.shape)] };
}

function splitGradient(op: Op, [gate, up]: readonly Tensor[], gradient: Tensor): Tensor[] {
  const flat = apply(op, [gate!, up!, gradient], {});
  const count = elementCount(gate!.shape);
  return [0, count].map((start) => reshape(slice(flat, 0, start, count), gate!.shape));
}

export const swigluReverseOp = gatedReverse('swiglu', (gate, up, gradient) => {
  const activated = silu(gate);
  return [mul(mul(gradient, up), siluSlope(sigmoid(gate), activated)), mul(gradient, activated)];
});

export const swigluOp: Op = {
  name: 'swiglu',
  shape: (inputs) => gatedShape('swiglu', inputs),
  reverse: ({ inputs, gradient }) => splitGradient(swigluReverseOp, inputs, gradient),
  lower: (context, [gate, up]) => context.swiglu(context.contiguous(gate!), context.contiguous(up!)),
  native: gatedKernel('swiglu_forward'),
  recomputed: true,
};

/** silu(gate) · up, https://arxiv.org/abs/2002.05202; recomputes silu in reverse instead of keeping it. */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  return apply(swigluOp, [gate, up], {});
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

export const gegluReverseOp = gatedReverse('geglu', (x, up, gradient) => {
  // y = x h with h = (1 + t) / 2; y' = h + x h'; h' = (1 − t²) u' / 2; u' = s (1 + 3 c x²).
  const squared = sqr(x);
  const t = tanh(mul(x, scale(squared, GELU_SCALE * GELU_CUBIC, GELU_SCALE)));
  const half = scale(t, 0.5, 0.5);
  const inner = scale(squared, 1.5 * GELU_SCALE * GELU_CUBIC, 0.5 * GELU_SCALE);
  const slope = add(half, mul(mul(x, scale(sqr(t), -1, 1)), inner));
  return [mul(mul(gradient, up), slope), mul(gradient, mul(x, half))];
});

export const gegluOp: Op = {
  name: 'geglu',
  shape: (inputs) => gatedShape('geglu', inputs),
  reverse: ({ inputs, gradient }) => splitGradient(gegluReverseOp, inputs, gradient),
  lower: (context, [gate, up]) => context.mul(geluTanh(context, context.contiguous(gate!)), up!),
  native: gatedKernel('geglu_forward'),
  recomputed: true,
};

/** gelu(gate) · up with the tanh form of GELU, https://arxiv.org/abs/1606.08415. */
export function geglu(gate: Tensor, up: Tensor): Tensor {
  return apply(gegluOp, [gate, up], {});
}

/** ggml's own GELU looks values up in half precision on the CPU: composed instead. */
function geluTanh(context: OpContext, x: DeviceTensor): DeviceTensor {
  const inner = context.scale(context.unary('sqr', x), GELU_SCALE * GELU_CUBIC, GELU_SCALE);
  const t = context.unary('tanh', context.mul(x, inner));
  return context.mul(x, context.scale(t, 0.5, 0.5));
}
