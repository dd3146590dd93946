/** Where graphs begin: inputs that every run fills, and variables that live on the device. */
import { assert, type Dtype } from '../../core/index.ts';
import type { DeviceTensor } from '../../ggml/index.ts';
import { apply, type Op, type Shape, type Tensor } from '../tensor.ts';

export const inputOp: Op<{ name: string; shape: Shape; dtype: Dtype }> = {
  name: 'input',
  shape: (_, { shape, dtype }) => ({ shape, dtype }),
  reverse: { nonDifferentiable: 'an input has no inputs of its own' },
  lower: () => assert(false, 'compile() provides inputs') as never,
};

/** A value that each run provides under this name. */
export function input(name: string, shape: Shape, dtype: Dtype = 'f32'): Tensor {
  return apply(inputOp, [], { name, shape, dtype });
}

export const variableOp: Op<{ tensor: DeviceTensor }> = {
  name: 'variable',
  shape: (_, { tensor: { shape, dtype } }) => ({ shape, dtype }),
  reverse: { nonDifferentiable: 'a variable has no inputs of its own' },
  lower: (_, __, { tensor }) => tensor,
};

/** A tensor that lies on the device before the graph runs, and after. */
export function variable(tensor: DeviceTensor): Tensor {
  return apply(variableOp, [], { tensor });
}
