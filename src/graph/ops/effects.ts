/** Operations that change variables. They are no part of a differentiated graph; order them by data, or last. */
import { ShapeError } from '../../core/index.ts';
import { composed } from '../compose.ts';
import { apply, elementCount, type Op, type Tensor } from '../tensor.ts';
import { outerSumOp } from './linear.ts';

const EFFECT = { nonDifferentiable: 'it changes a variable' } as const;

function sameCount(name: string, [target, value]: readonly Tensor[]) {
  if (elementCount(target!.shape) !== elementCount(value!.shape)) {
    throw new ShapeError(`${name}: [${value!.shape}] into [${target!.shape}]`);
  }
  return target!;
}

export const assignOp: Op = {
  name: 'assign',
  shape: (inputs) => sameCount('assign', inputs),
  reverse: EFFECT,
  lower: (context, [target, value]) => context.copyInto(value!, target!),
};

/** Overwrites a variable, or a slice of one. The result is the variable as it then is. */
export function assign(target: Tensor, value: Tensor): Tensor {
  return apply(assignOp, [target, value], {});
}

export const accumulateOp: Op = {
  name: 'accumulate',
  shape: (inputs) => sameCount('accumulate', inputs),
  reverse: EFFECT,
  lower: (context, [target, value]) => context.addInto(target!, context.contiguous(value!)),
};

/** Adds to a variable, or to a slice of one. */
export function accumulate(target: Tensor, value: Tensor): Tensor {
  // A sum of outer products is added as it is computed, instead of being stored first.
  if (value.op === (outerSumOp as Op<never>)) return apply(accumulateOuterOp, [target, ...value.inputs], {});
  return apply(accumulateOp, [target, value], {});
}

export const accumulateOuterOp: Op = {
  name: 'accumulateOuter',
  shape: ([target]) => target!,
  reverse: EFFECT,
  ...composed(([target, u, x]) => apply(accumulateOp, [target!, apply(outerSumOp, [u!, x!], {})], {})),
  native: {
    name: 'add_outer',
    inPlace: true,
    accepts: () => true,
    parameters: ([, u, x]) => [u!.shape[0]!, u!.shape[1]!, x!.shape[1]!],
  },
};

export const setRowsOp: Op = {
  name: 'setRows',
  shape: ([table]) => table!,
  reverse: EFFECT,
  lower: (context, [table, values, rows]) => context.setRows(table!, context.contiguous(values!), rows!),
  indices: ([table, , rows]) => ({ indices: rows!, below: table!.shape[0]! }),
};

/**
 * Writes rows of a table; read the table through the result.
 * @param table variable [N, C]
 * @param values f32 [R, C]
 * @param rows i32 or i64 [R]
 */
export function setRows(table: Tensor, values: Tensor, rows: Tensor): Tensor {
  return apply(setRowsOp, [table, values, rows], {});
}

export const adamwOp: Op = {
  name: 'adamw',
  shape: ([parameter]) => parameter!,
  reverse: EFFECT,
  lower: (context, [parameter, gradient, mean, variance, settings]) =>
    context.adamw(
      parameter!,
      { gradient: context.contiguous(gradient!), mean: mean!, variance: variance! },
      settings!,
    ),
};

/**
 * One AdamW update in place, https://arxiv.org/abs/1711.05101.
 * @param state variables, all of the parameter's shape; mean and variance change with it
 * @param settings f32 [7]: rate, β₁, β₂, ε, weight decay, 1/(1−β₁ᵗ), 1/(1−β₂ᵗ)
 */
export function adamw(
  parameter: Tensor,
  { gradient, mean, variance }: { gradient: Tensor; mean: Tensor; variance: Tensor },
  settings: Tensor,
): Tensor {
  return apply(adamwOp, [parameter, gradient, mean, variance, settings], {});
}
