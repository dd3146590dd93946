/**
 * Symbolic tensors: what is to be computed, as a graph of operations. Building one costs nothing on a device.
 * Knows no models and no ggml beyond the calls that an operation lowers to.
 */
import type { Dtype } from '../core/index.ts';
import type { DeviceTensor, OpContext } from '../ggml/index.ts';

export type Shape = readonly number[];

/** Instead of the gradient of an input that is made of the others: it comes through them. */
export const ELSEWHERE = Symbol('elsewhere');

/** The gradient of each input, in order; undefined where none was asked for, or there is none. */
export type Gradients = readonly (Tensor | typeof ELSEWHERE | undefined)[];

export interface ReverseArguments<A> {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attributes: A;
  /** Gradient of the loss with respect to the output. */
  readonly gradient: Tensor;
  /** Whether input i leads to a parameter: gradients of the others are not asked for. */
  needs(input: number): boolean;
}

/** An own kernel of the CPU that can stand in for an operation's lowering, which is its oracle. */
export interface NativeKernel<A> {
  /** In native/; another one for some inputs than for others. */
  readonly name: string | ((inputs: readonly Tensor[], attributes: A) => string);
  /** Whether it computes these inputs; all others are lowered. */
  accepts(inputs: readonly Tensor[], attributes: A): boolean;
  /** What the kernel is told, in its order. @param encode makes a float a whole number */
  parameters(inputs: readonly Tensor[], attributes: A, encode: (value: number) => number): number[];
  /** The inputs that it reads, where these are not all. */
  inputs?<T>(inputs: readonly T[]): readonly T[];
  /** Floats that it needs behind its flat result, for its own use. */
  workspace?(inputs: readonly Tensor[], attributes: A, threads: number): number;
  /** It changes its first input, which is the result. */
  readonly inPlace?: boolean;
}

/** Why an operation has no reverse rule. */
export interface NonDifferentiable {
  readonly nonDifferentiable: string;
}

/** An operation: shape rule, reverse rule, lowering. A missing rule does not compile. */
export interface Op<A = object> {
  readonly name: string;
  /** @throws ShapeError when the inputs do not fit */
  shape(inputs: readonly Tensor[], attributes: A): { readonly shape: Shape; readonly dtype: Dtype };
  /** Written with operations, so that it runs on every device. */
  readonly reverse: ((given: ReverseArguments<A>) => Gradients) | NonDifferentiable;
  lower(context: OpContext, inputs: readonly DeviceTensor[], attributes: A): DeviceTensor;
  readonly native?: NativeKernel<A>;
  /** Reverse rules that read its result get it computed once more, instead of it being kept until then. */
  readonly recomputed?: true;
  /** The operation in terms of others, where it is lowered that way; see `composed`. */
  compose?(inputs: readonly Tensor[], attributes: A): Tensor;
  /** Which input holds indices, and what they have to stay below: checked before a run. */
  indices?(inputs: readonly Tensor[]): { readonly indices: Tensor; readonly below: number };
}

/** A value to be computed. Immutable; equal graphs are equal in the order of creation (`id`). */
export interface Tensor {
  readonly id: number;
  readonly op: Op<never>;
  readonly inputs: readonly Tensor[];
  readonly attributes: unknown;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

let nextId = 0;

/** Adds an operation to the graph; its shape rule checks the inputs. */
export function apply<A>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  const { shape, dtype } = op.shape(inputs, attributes);
  return { id: nextId++, op: op as Op<never>, inputs, attributes, shape, dtype };
}

/** The operations below the given ones, inputs before what uses them. */
export function topological(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  for (const output of outputs) {
    const stack: { tensor: Tensor; next: number }[] = [{ tensor: output, next: 0 }];
    if (seen.has(output)) continue;
    seen.add(output);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = top.tensor.inputs[top.next++];
      if (input === undefined) {
        order.push(top.tensor);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ tensor: input, next: 0 });
      }
    }
  }
  return order;
}

export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
