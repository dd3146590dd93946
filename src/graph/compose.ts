/** Lowers an operation by writing it with others: what a native kernel computes at once, any device computes in parts. */
import type { DeviceTensor, OpContext } from '../ggml/index.ts';
import { variable } from './ops/leaf.ts';
import { type Op, type Tensor, topological } from './tensor.ts';

/**
 * The members of an operation that is written with others.
 * @param compose the operation in terms of others, given its inputs
 */
export function composed<A>(
  compose: (inputs: readonly Tensor[], attributes: A) => Tensor,
): Pick<Op<A>, 'lower'> & { readonly compose: typeof compose } {
  const lower = (context: OpContext, inputs: readonly DeviceTensor[], attributes: A): DeviceTensor => {
    const leaves = inputs.map(variable);
    const lowered = new Map<Tensor, DeviceTensor>(leaves.map((leaf, index) => [leaf, inputs[index]!]));
    const result = compose(leaves, attributes);
    for (const tensor of topological([result])) {
      if (lowered.has(tensor)) continue;
      const parts = tensor.inputs.map((input) => lowered.get(input)!);
      lowered.set(tensor, (tensor.op as Op<unknown>).lower(context, parts, tensor.attributes));
    }
    return lowered.get(result)!;
  };
  return { compose, lower };
}
