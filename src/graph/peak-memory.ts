/** What a graph's intermediate values will take at most, found without placing it on a device. */
import { sizeInBytes } from '../core/index.ts';
import { nativeKernels, physicalCores } from '../ggml/index.ts';
import { input } from './ops/leaf.ts';
import { type Op, type Tensor, topological } from './tensor.ts';

/** Operations that only look at their first input's memory, or write into it. */
const VIEWS = new Set([
  'reshape',
  'permute',
  'slice',
  'assign',
  'accumulate',
  'accumulateOuter',
  'setRows',
  'adamw',
]);
/** Operations that ggml's allocator lets write over an input that nobody reads afterwards. */
const IN_PLACE = new Set([
  'scale',
  'add',
  'sub',
  'mul',
  'div',
  'sqr',
  'sqrt',
  'log',
  'exp',
  'tanh',
  'sigmoid',
  'silu',
  'rope',
  'rmsNorm',
  'softmax',
]);
const LEAVES = new Set(['input', 'variable']);
const BYTES_PER_FLOAT = 4;

interface Machine {
  /** Whether own kernels compute; else what they stand for takes memory on the way. */
  readonly native: boolean;
  readonly threads: number;
}

/**
 * Bytes of intermediate values at the worst moment, when each is kept from its operation to its last use.
 * Leaves are not counted. An estimate: allocators leave gaps, and some operations need a copy of an input.
 */
export function peakMemory(
  outputs: readonly Tensor[],
  machine: Machine = { native: nativeKernels() !== undefined, threads: physicalCores() },
): number {
  const order = topological(outputs);
  const owner = new Map<Tensor, Tensor>();
  const lastUse = new Map<Tensor, number>();
  for (const [index, tensor] of order.entries()) {
    const first = tensor.inputs[0];
    const shares = VIEWS.has(nameOf(tensor)) || (nameOf(tensor) === 'contiguous' && !isPermuted(first!));
    owner.set(tensor, shares ? owner.get(first!)! : tensor);
    for (const source of tensor.inputs) lastUse.set(owner.get(source)!, index);
  }
  for (const output of outputs) lastUse.set(owner.get(output)!, order.length);
  const ending = new Map<number, Tensor[]>();
  for (const [tensor, index] of lastUse) {
    if (!LEAVES.has(nameOf(tensor))) ending.set(index, [...(ending.get(index) ?? []), tensor]);
  }
  let live = 0;
  let peak = 0;
  for (const [index, tensor] of order.entries()) {
    const owns = owner.get(tensor) === tensor && !LEAVES.has(nameOf(tensor));
    const bytes = owns ? bytesOf(tensor) : 0;
    const done = ending.get(index) ?? [];
    const reuses =
      IN_PLACE.has(nameOf(tensor)) &&
      !usesKernel(tensor, machine) &&
      done.some((one) => bytesOf(one) === bytes && tensor.inputs.some((source) => owner.get(source) === one));
    peak = Math.max(peak, live + (reuses ? 0 : bytes) + workspaceBytes(tensor, bytes, machine));
    live += bytes - done.reduce((sum, one) => sum + bytesOf(one), 0);
  }
  return peak;
}

/** What an operation takes beside its inputs and its result. */
function workspaceBytes(tensor: Tensor, ownBytes: number, machine: Machine): number {
  const { inputs, attributes } = tensor;
  const { native, compose } = tensor.op as Op<unknown>;
  if (usesKernel(tensor, machine)) {
    return BYTES_PER_FLOAT * (native!.workspace?.(inputs, attributes, machine.threads) ?? 0);
  }
  if (!compose) return 0;
  const leaves = inputs.map(({ shape, dtype }) => input('', shape, dtype));
  return peakMemory([compose(leaves, attributes)], machine) - ownBytes;
}

function usesKernel({ op, inputs, attributes }: Tensor, machine: Machine): boolean {
  const { native } = op as Op<unknown>;
  return machine.native && (native?.accepts(inputs, attributes) ?? false);
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
