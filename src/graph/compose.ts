/** Lowers an operation by writing it with others: what a native kernel computes at once, any device computes in parts. */
import type { DeviceTensor, OpContext } from '../ggml/index.ts';
import { variable } from './ops/leaf.ts';
import { type Op, type Tensor, topological } from './tensor.ts';

/** @param build the operation in terms of others, given its inputs */
export function lowerAs<A>(
  build: (inputs: readonly Tensor[], attributes: A) => Tensor,
): (context: OpContext, inputs: readonly DeviceTensor[], attributes: A) => DeviceTensor {
  return (context, inputs, attributes) => {
    const leaves = inputs.map(variable);
    const lowered = new Map<Tensor, DeviceTensor>(leaves.map((leaf, index) => [leaf, inputs[index]!]));
    const result = build(leaves, attributes);
    for (const tensor of topological([result])) {
      if (lowered.has(tensor)) continue;
      const parts = tensor.inputs.map((input) => lowered.get(input)!);
      lowered.set(tensor, (tensor.op as Op<unknown>).lower(context, parts, tensor.attributes));
    }
    return lowered.get(result)!;
  };
}
