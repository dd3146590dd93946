/**
 * From a symbolic graph to one that runs: lowered once, its inputs given a place of their own, its intermediate
 * values placed in an arena that several graphs share.
 */
import { assert, ShapeError } from '../core/index.ts';
import {
  type Arena,
  type DeviceTensor,
  encodeFloat,
  OpContext,
  Program,
  readTensor,
  Variables,
  writeTensor,
} from '../ggml/index.ts';
import { inputOp } from './ops/leaf.ts';
import { elementCount, type Op, type Tensor, topological } from './tensor.ts';

/** What a run takes: values of an input, by its dtype. */
export type HostArray = Float32Array | Int32Array | BigInt64Array;
/** What a run returns. */
export type HostResult = Float32Array | Int32Array;

const HOST_ARRAYS = { f32: Float32Array, i32: Int32Array, i64: BigInt64Array } as const;

interface Input {
  readonly name: string;
  readonly tensor: DeviceTensor;
  /** Values are indices of rows, of which there are so many. */
  readonly below: number;
}

/** A graph ready to run, for one set of shapes. */
export class Executable implements Disposable {
  readonly #arena: Arena;
  readonly #outputs: readonly Tensor[];
  readonly #order: readonly Tensor[];
  readonly #inputs: ReadonlyMap<Tensor, Input>;
  readonly #inputMemory: Variables | undefined;
  #lowered: { context: OpContext; program: Program; results: DeviceTensor[] } | undefined;
  #open = true;

  /**
   * @param outputs what runs return or change, computed in this order
   */
  constructor(outputs: readonly Tensor[], arena: Arena) {
    this.#arena = arena;
    this.#outputs = outputs;
    this.#order = topological(outputs);
    const inputs = this.#order.filter((tensor) => tensor.op === (inputOp as Op<never>));
    const names = inputs.map((tensor) => (tensor.attributes as { name: string }).name);
    assert(new Set(names).size === names.length, `two inputs are named alike: ${names.join(', ')}`);
    const limits = indexLimits(this.#order);
    const memory = inputs.length > 0 ? new Variables(arena.device, inputs, 'inputs of a graph') : undefined;
    this.#inputMemory = memory;
    this.#inputs = new Map(
      inputs.map((tensor, index) => [
        tensor,
        {
          name: names[index]!,
          tensor: memory!.tensors[index]!,
          below: limits.get(tensor) ?? Number.POSITIVE_INFINITY,
        },
      ]),
    );
  }

  /**
   * Copies the inputs, computes, and reads what is asked for. Runs of one device queue up.
   * @param inputs every input by name, in its shape's row-major order; left unchanged until the run ends
   * @param read indices of outputs to read
   * @returns one array per index, f32 or i32 as the output is
   * @throws ShapeError when an input does not fit
   */
  async run(
    inputs: Readonly<Record<string, HostArray>>,
    read: readonly number[] = [],
  ): Promise<HostResult[]> {
    for (const input of this.#inputs.values()) checkInput(input, inputs[input.name]);
    return this.#arena.device.exclusively(async () => {
      const { program, results } = this.#prepare();
      for (const { name, tensor } of this.#inputs.values()) writeTensor(tensor, inputs[name]!);
      await program.compute();
      return read.map((index) => readHost(results[index]!));
    });
  }

  /** Operations that the device executes. */
  get nodes(): number {
    return this.#prepare().program.nodes;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#lowered?.context[Symbol.dispose]();
    this.#lowered = undefined;
    this.#inputMemory?.[Symbol.dispose]();
  }

  #prepare() {
    assert(this.#open, 'run of a disposed executable; dispose it after its last run has ended');
    if (this.#lowered?.program.valid) return this.#lowered;
    this.#lowered?.context[Symbol.dispose]();
    this.#lowered = undefined;
    const context = new OpContext(this.#arena.device);
    try {
      const lowered = new Map<Tensor, DeviceTensor>();
      for (const tensor of this.#order) lowered.set(tensor, this.#lower(tensor, lowered, context));
      const results = this.#outputs.map((tensor) => context.contiguous(lowered.get(tensor)!));
      const program = new Program(this.#arena, context, results);
      this.#lowered = { context, program, results };
      return this.#lowered;
    } catch (error) {
      context[Symbol.dispose]();
      throw error;
    }
  }

  #lower(tensor: Tensor, lowered: ReadonlyMap<Tensor, DeviceTensor>, context: OpContext): DeviceTensor {
    const given = this.#inputs.get(tensor);
    if (given) return given.tensor;
    const inputs = tensor.inputs.map((input) => lowered.get(input)!);
    const result = lowerOne(tensor, inputs, context);
    assert(result.shape.join() === tensor.shape.join(), `${tensor.op.name}: lowered to [${result.shape}]`);
    return result;
  }
}

/** By the operation's own kernel where there is one that takes these inputs, else by ggml's operations. */
function lowerOne(tensor: Tensor, inputs: readonly DeviceTensor[], context: OpContext): DeviceTensor {
  const { native, ...op } = tensor.op as Op<unknown>;
  if (!native || !context.hasNativeKernels || !native.accepts(tensor.inputs, tensor.attributes)) {
    return op.lower(context, inputs, tensor.attributes);
  }
  const chosen = (native.inputs?.(inputs) ?? inputs).map((input) => context.contiguous(input));
  const parameters = native.parameters(tensor.inputs, tensor.attributes, encodeFloat);
  const { name } = native;
  const kernel = typeof name === 'string' ? name : name(tensor.inputs, tensor.attributes);
  const operation = { kernel, inputs: chosen, parameters };
  if (native.inPlace) return context.native(operation);
  const workspace = native.workspace?.(tensor.inputs, tensor.attributes, context.threads) ?? 0;
  if (workspace === 0) return context.native({ ...operation, shape: tensor.shape });
  const [size] = tensor.shape as [number];
  return context.slice(context.native({ ...operation, shape: [size + workspace] }), 0, 0, size);
}

/** @see Executable */
export function compile(outputs: readonly Tensor[], arena: Arena): Executable {
  return new Executable(outputs, arena);
}

/** What values of inputs have to stay below, because a device would end the process over an index too large. */
function indexLimits(order: readonly Tensor[]): Map<Tensor, number> {
  const limits = new Map<Tensor, number>();
  for (const { op, inputs } of order) {
    const picked = op.indices?.(inputs);
    if (picked)
      limits.set(picked.indices, Math.min(picked.below, limits.get(picked.indices) ?? picked.below));
  }
  return limits;
}

function checkInput({ name, tensor: { dtype, shape }, below }: Input, values: HostArray | undefined): void {
  const kind = HOST_ARRAYS[dtype as keyof typeof HOST_ARRAYS];
  if (!(values instanceof kind) || values.length !== elementCount(shape)) {
    const given = values ? `a ${values.constructor.name} of ${values.length}` : 'nothing';
    throw new ShapeError(`run: input ${name} needs ${dtype} [${shape}], got ${given}`);
  }
  if (below === Number.POSITIVE_INFINITY) return;
  for (const value of values) {
    if (!(value >= 0 && value < below)) {
      throw new ShapeError(`run: input ${name} holds ${value}, which is no index of ${below} rows`);
    }
  }
}

function readHost(tensor: DeviceTensor): HostResult {
  const values =
    tensor.dtype === 'i32'
      ? new Int32Array(elementCount(tensor.shape))
      : new Float32Array(elementCount(tensor.shape));
  readTensor(tensor, values);
  return values;
}
