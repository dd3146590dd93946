/** What a graph's intermediate values will take at most, found without a device. */
import { sizeInBytes } from '../core/index.ts';
import { type Op, type Tensor, topological } from './tensor.ts';

/** Operations that only look at their first input's memory, or write into it. */
const VIEWS = new Set(['reshape', 'permute', 'slice', 'assign', 'accumulate', 'setRows', 'adamw']);
const LEAVES = new Set(['input', 'variable']);

/**
 * Bytes of intermediate values at the worst moment, when each is kept from its operation to its last use.
 * Leaves are not counted. An estimate: allocators round up, and some operations need a copy of an input.
 */
export function peakMemory(outputs: readonly Tensor[]): number {
  const order = topological(outputs);
  const owner = new Map<Tensor, Tensor>();
  const lastUse = new Map<Tensor, number>();
  for (const [index, tensor] of order.entries()) {
    const first = tensor.inputs[0];
    const shares = VIEWS.has(nameOf(tensor)) || (nameOf(tensor) === 'contiguous' && !isPermuted(first!));
    owner.set(tensor, shares ? owner.get(first!)! : tensor);
    for (const input of tensor.inputs) lastUse.set(owner.get(input)!, index);
  }
  for (const output of outputs) lastUse.set(owner.get(output)!, order.length);
  const freed = new Map<number, Tensor[]>();
  for (const [tensor, index] of lastUse) freed.set(index, [...(freed.get(index) ?? []), tensor]);
  let live = 0;
  let peak = 0;
  for (const [index, tensor] of order.entries()) {
    if (owner.get(tensor) === tensor && !LEAVES.has(nameOf(tensor))) live += bytesOf(tensor);
    peak = Math.max(peak, live);
    for (const done of freed.get(index) ?? []) if (!LEAVES.has(nameOf(done))) live -= bytesOf(done);
  }
  return peak;
}

function nameOf(tensor: Tensor): string {
  return (tensor.op as Op<unknown>).name;
}

function isPermuted(tensor: Tensor): boolean {
  return nameOf(tensor) === 'permute' || nameOf(tensor) === 'slice';
}

function bytesOf({ dtype, shape }: Tensor): number {
  return sizeInBytes(dtype, shape);
}
