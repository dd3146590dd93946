/** Reverse-mode differentiation: adds the operations that compute gradients, by each operation's own rule. */
import { assert } from '../core/index.ts';
import { add } from './ops/arithmetic.ts';
import { apply, ELSEWHERE, type Gradients, type Op, type Tensor, topological } from './tensor.ts';

/**
 * @param loss of any shape
 * @param seed the gradient of what is minimised with respect to `loss`, same shape
 * @param parameters what to differentiate by; anywhere in the graph
 * @returns one gradient per parameter, undefined where the loss does not depend on it
 */
export function gradients(loss: Tensor, seed: Tensor, parameters: readonly Tensor[]): (Tensor | undefined)[] {
  const order = topological([loss]);
  const leads = new Set<Tensor>(parameters);
  for (const tensor of order) {
    if (tensor.inputs.some((input) => leads.has(input))) leads.add(tensor);
  }
  const sums = new Map<Tensor, Tensor>([[loss, seed]]);
  const wanted = new Set(parameters);
  const again = new Map<Tensor, Tensor>();
  const recomputed = (tensor: Tensor): Tensor => {
    const op = tensor.op as Op<unknown>;
    if (!op.recomputed) return tensor;
    if (!again.has(tensor)) again.set(tensor, apply(op, tensor.inputs, tensor.attributes));
    return again.get(tensor)!;
  };
  for (const output of order.reverse()) {
    const gradient = sums.get(output);
    if (!gradient || !leads.has(output) || wanted.has(output)) continue;
    const op = output.op as Op<unknown>;
    assert(
      typeof op.reverse === 'function',
      `${op.name} stands between a parameter and the loss, but: ${(op.reverse as { nonDifferentiable?: string }).nonDifferentiable}`,
    );
    const { inputs, attributes } = output;
    const needs = (index: number) => leads.has(inputs[index]!);
    const seen = inputs.map(recomputed);
    const results: Gradients = op.reverse({ inputs: seen, output, attributes, gradient, needs });
    inputs.forEach((input, index) => {
      const part = results[index];
      if (part === ELSEWHERE || !leads.has(input)) return;
      assert(part, `${op.name} has no gradient for its input ${index}, which a parameter leads to`);
      assert(
        part.shape.join() === input.shape.join(),
        `${op.name}: gradient [${part.shape}] of [${input.shape}]`,
      );
      const sum = sums.get(input);
      sums.set(input, sum ? add(sum, part) : part);
    });
  }
  return parameters.map((parameter) => sums.get(parameter));
}
