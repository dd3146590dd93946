/**
 * Elementwise arithmetic of two tensors, and the two operations that broadcasting needs: `repeat` and sums.
 * They are each other's reverse rules, hence one file.
 */
import { ShapeError } from '../../core/index.ts';
import { apply, elementCount, type Op, type Shape, type Tensor } from '../tensor.ts';
import { contiguous, permute, reshape } from './layout.ts';

/** The second operand repeats along axes where its size is 1; ranks are equal. */
function binaryShape(name: string, [x, y]: readonly Tensor[]) {
  const fits = x!.shape.length === y!.shape.length && y!.shape.every((n, i) => n === 1 || n === x!.shape[i]);
  if (!fits) throw new ShapeError(`${name}: [${y!.shape}] does not repeat to [${x!.shape}]`);
  return { shape: x!.shape, dtype: x!.dtype };
}

export const addOp: Op = {
  name: 'add',
  shape: (inputs) => binaryShape('add', inputs),
  reverse: ({ inputs: [, y], gradient, needs }) => [
    gradient,
    needs(1) ? sumTo(gradient, y!.shape) : undefined,
  ],
  lower: (context, [x, y]) => context.add(context.contiguousRows(x!), y!),
};

export function add(x: Tensor, y: Tensor): Tensor {
  return apply(addOp, [x, y], {});
}

export const subOp: Op = {
  name: 'sub',
  shape: (inputs) => binaryShape('sub', inputs),
  reverse: ({ inputs: [, y], gradient, needs }) => [
    gradient,
    needs(1) ? scale(sumTo(gradient, y!.shape), -1) : undefined,
  ],
  lower: (context, [x, y]) => context.sub(context.contiguousRows(x!), y!),
};

export function sub(x: Tensor, y: Tensor): Tensor {
  return apply(subOp, [x, y], {});
}

export const mulOp: Op = {
  name: 'mul',
  shape: (inputs) => binaryShape('mul', inputs),
  reverse: ({ inputs: [x, y], gradient, needs }) => [
    needs(0) ? mul(gradient, y!) : undefined,
    needs(1) ? sumTo(mul(gradient, x!), y!.shape) : undefined,
  ],
  lower: (context, [x, y]) => context.mul(context.contiguousRows(x!), y!),
};

export function mul(x: Tensor, y: Tensor): Tensor {
  return apply(mulOp, [x, y], {});
}

export const divOp: Op = {
  name: 'div',
  shape: (inputs) => binaryShape('div', inputs),
  reverse: ({ inputs: [, y], output, gradient, needs }) => [
    needs(0) ? div(gradient, y!) : undefined,
    needs(1) ? scale(sumTo(div(mul(gradient, output), y!), y!.shape), -1) : undefined,
  ],
  lower: (context, [x, y]) => context.div(context.contiguousRows(x!), y!),
};

export function div(x: Tensor, y: Tensor): Tensor {
  return apply(divOp, [x, y], {});
}

export const scaleOp: Op<{ factor: number; bias: number }> = {
  name: 'scale',
  shape: ([x]) => x!,
  reverse: ({ gradient, attributes: { factor } }) => [scale(gradient, factor)],
  lower: (context, [x], { factor, bias }) => context.scale(context.contiguous(x!), factor, bias),
};

/** x · factor + bias */
export function scale(x: Tensor, factor: number, bias = 0): Tensor {
  return apply(scaleOp, [x], { factor, bias });
}

export const sumLastOp: Op = {
  name: 'sumLast',
  shape: ([x]) => ({ shape: [...x!.shape.slice(0, -1), 1], dtype: 'f32' }),
  reverse: ({ inputs: [x], gradient }) => [repeat(gradient, x!.shape)],
  lower: (context, [x]) => context.sumLast(context.contiguous(x!)),
};

/** Sum over the last axis, which stays with size 1. */
export function sumLast(x: Tensor): Tensor {
  return apply(sumLastOp, [x], {});
}

export const repeatOp: Op<{ shape: Shape }> = {
  name: 'repeat',
  shape: ([x], { shape }) => {
    const fits =
      x!.shape.length === shape.length && x!.shape.every((size, i) => size === 1 || size === shape[i]);
    if (!fits) throw new ShapeError(`repeat: [${x!.shape}] does not repeat to [${shape}]`);
    return { shape, dtype: x!.dtype };
  },
  reverse: ({ inputs: [x], gradient }) => [sumTo(gradient, x!.shape)],
  lower: (context, [x], { shape }) => context.repeat(context.contiguousRows(x!), shape),
};

/** Repeats axes of size 1 up to the wanted shape. */
export function repeat(x: Tensor, shape: Shape): Tensor {
  return apply(repeatOp, [x], { shape });
}

/** Sums over the axes where `shape` has size 1: the reverse of repeating. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const summed = shape.flatMap((size, axis) => (size === 1 && x.shape[axis] !== 1 ? [axis] : []));
  if (summed.length === 0) return x;
  const kept = shape.map((_, axis) => axis).filter((axis) => !summed.includes(axis));
  const keptSize = elementCount(kept.map((axis) => x.shape[axis]!));
  const moved = contiguous(permute(x, [...kept, ...summed]));
  return reshape(sumLast(reshape(moved, [keptSize, elementCount(x.shape) / keptSize])), shape);
}
