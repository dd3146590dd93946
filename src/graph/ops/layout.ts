/** Operations that move no numbers or only copy them: permute, reshape, slice, concat, contiguous. */
import { ShapeError } from '../../core/index.ts';
import { apply, elementCount, type Op, type Shape, type Tensor } from '../tensor.ts';

export const permuteOp: Op<{ axes: readonly number[] }> = {
  name: 'permute',
  shape: ([x], { axes }) => {
    if (axes.length !== x!.shape.length || axes.toSorted().some((axis, index) => axis !== index)) {
      throw new ShapeError(`permute: [${axes}] is no order of the axes of [${x!.shape}]`);
    }
    return { shape: axes.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
  },
  reverse: ({ gradient, attributes: { axes } }) => [
    permute(
      gradient,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
  lower: (context, [x], { axes }) => context.permute(x!, axes),
};

/** Axes reordered: axis i of the result is axis axes[i] of x. A view: most operations want `contiguous` after it. */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  const same = axes.length === x.shape.length && axes.every((axis, index) => axis === index);
  return same ? x : apply(permuteOp, [x], { axes });
}

export const contiguousOp: Op = {
  name: 'contiguous',
  shape: ([x]) => x!,
  reverse: ({ gradient }) => [gradient],
  lower: (context, [x]) => context.contiguous(x!),
};

/** The same numbers in row-major order. */
export function contiguous(x: Tensor): Tensor {
  return apply(contiguousOp, [x], {});
}

const transposes = new WeakMap<Tensor, Tensor>();

/** The last two axes exchanged, contiguous; made once per tensor. */
export function transposed(x: Tensor): Tensor {
  let result = transposes.get(x);
  if (!result) {
    const axes = x.shape.map((_, axis) => axis);
    axes.push(...axes.splice(-2).reverse());
    result = contiguous(permute(x, axes));
    transposes.set(x, result);
  }
  return result;
}

export const reshapeOp: Op<{ shape: Shape }> = {
  name: 'reshape',
  shape: ([x], { shape }) => {
    if (elementCount(shape) !== elementCount(x!.shape)) {
      throw new ShapeError(`reshape: [${x!.shape}] has not as many elements as [${shape}]`);
    }
    return { shape, dtype: x!.dtype };
  },
  reverse: ({ inputs: [x], gradient }) => [reshape(gradient, x!.shape)],
  lower: (context, [x], { shape }) => context.reshape(context.contiguous(x!), shape),
};

export function reshape(x: Tensor, shape: Shape): Tensor {
  return x.shape.join() === shape.join() ? x : apply(reshapeOp, [x], { shape });
}

export const sliceOp: Op<{ axis: number; start: number; length: number }> = {
  name: 'slice',
  shape: ([x], { axis, start, length }) => {
    if (!(start >= 0 && length >= 1 && start + length <= x!.shape[axis]!)) {
      throw new ShapeError(`slice: [${start}, ${start + length}) lies outside axis ${axis} of [${x!.shape}]`);
    }
    return { shape: x!.shape.map((size, index) => (index === axis ? length : size)), dtype: x!.dtype };
  },
  reverse: ({ inputs: [x], gradient, attributes: { axis, start, length } }) => [
    pad(gradient, { axis, before: start, after: x!.shape[axis]! - start - length }),
  ],
  lower: (context, [x], { axis, start, length }) =>
    context.slice(context.contiguous(x!), axis, start, length),
};

/** `length` entries from `start` on along an axis. A view; what was padded only to be cut off again is not padded. */
export function slice(x: Tensor, axis: number, start: number, length: number): Tensor {
  if (start === 0 && length === x.shape[axis]) return x;
  const padding = x.op === (padOp as Op<never>) && (x.attributes as Padding);
  const source = x.inputs[0];
  if (padding && padding.axis === axis && padding.before === start && source!.shape[axis] === length) {
    return source!;
  }
  return apply(sliceOp, [x], { axis, start, length });
}

export const concatOp: Op<{ axis: number }> = {
  name: 'concat',
  shape: ([x, y], { axis }) => {
    const fits =
      x!.shape.length === y!.shape.length &&
      x!.shape[axis] !== undefined &&
      x!.shape.every((size, index) => index === axis || size === y!.shape[index]);
    if (!fits) {
      throw new ShapeError(`concat: [${x!.shape}] and [${y!.shape}] differ beside axis ${axis}`);
    }
    const shape = x!.shape.map((size, index) => (index === axis ? size + y!.shape[index]! : size));
    return { shape, dtype: x!.dtype };
  },
  reverse: ({ inputs: [x, y], gradient, needs, attributes: { axis } }) => [
    needs(0) ? contiguous(slice(gradient, axis, 0, x!.shape[axis]!)) : undefined,
    needs(1) ? contiguous(slice(gradient, axis, x!.shape[axis]!, y!.shape[axis]!)) : undefined,
  ],
  lower: (context, [x, y], { axis }) => context.concat(context.contiguous(x!), context.contiguous(y!), axis),
};

export function concat(x: Tensor, y: Tensor, axis: number): Tensor {
  return apply(concatOp, [x, y], { axis });
}

interface Padding {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

export const padOp: Op<Padding> = {
  name: 'pad',
  shape: ([x], { axis, before, after }) => {
    if (!(before >= 0 && after >= 0 && x!.shape[axis]! >= 1)) {
      throw new ShapeError(`pad: ${before} before and ${after} after axis ${axis} of [${x!.shape}]`);
    }
    return {
      shape: x!.shape.map((size, index) => (index === axis ? before + size + after : size)),
      dtype: 'f32',
    };
  },
  reverse: ({ inputs: [x], gradient, attributes: { axis, before } }) => [
    contiguous(slice(gradient, axis, before, x!.shape[axis]!)),
  ],
  // ggml's own pad cannot pad in front on every device; zeros are a finite slice times zero.
  lower: (context, [x], { axis, before, after }) => {
    const source = context.contiguous(x!);
    const zero = context.scale(context.contiguous(context.slice(source, axis, 0, 1)), 0);
    const zeros = (length: number) =>
      length === 1
        ? zero
        : context.repeat(
            zero,
            zero.shape.map((size, index) => (index === axis ? length : size)),
          );
    const low = before > 0 ? context.concat(zeros(before), source, axis) : source;
    return after > 0 ? context.concat(low, zeros(after), axis) : low;
  },
};

/** Zeros before and after along an axis. */
export function pad(x: Tensor, padding: Padding): Tensor {
  return apply(padOp, [x], padding);
}
