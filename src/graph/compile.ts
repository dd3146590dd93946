/**
 * From a symbolic graph to one that runs: lowered once, its inputs given a place of their own, its intermediate
 * values placed in an arena that several graphs share.
 */
import { assert, blockBytes, ShapeError } from '../core/index.ts';
import {
  type Arena,
  type DeviceTensor,
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

/** Most ggml operations that one operation here lowers to, its views and copies included. */
const MAX_LOWERED = 16;

/** A graph ready to run, for one set of shapes. */
export class Executable implements Disposable {
  readonly #arena: Arena;
  readonly #outputs: readonly Tensor[];
  readonly #order: readonly Tensor[];
  readonly #inputs = new Map<string, DeviceTensor>();
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
    if (inputs.length > 0) {
      this.#inputMemory = new Variables(arena.device, inputs, 'inputs of a graph');
      inputs.forEach((tensor, index) => {
        const { name } = tensor.attributes as { name: string };
        assert(!this.#inputs.has(name), `two inputs are named ${name}`);
        this.#inputs.set(name, this.#inputMemory!.tensors[index]!);
      });
    }
  }

  /**
   * Copies the inputs, computes, and reads what is asked for.
   * @param inputs every input by name, in its shape's row-major order
   * @param read indices of outputs to read
   * @returns one array per index, f32 or i32 as the output is
   */
  run(inputs: Readonly<Record<string, HostArray>>, read: readonly number[] = []): Promise<HostResult[]> {
    assert(this.#open, 'run of a disposed executable');
    return this.#arena.device.exclusively(async () => {
      const { program, results } = this.#prepare();
      for (const [name, tensor] of this.#inputs) {
        const values = inputs[name];
        if (values?.byteLength !== elementCount(tensor.shape) * blockBytes(tensor.dtype)) {
          throw new ShapeError(
            `run: input ${name} needs ${tensor.dtype} [${tensor.shape}], got ${values?.length}`,
          );
        }
        writeTensor(tensor, values);
      }
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
    this.#inputMemory?.[Symbol.dispose]();
  }

  #prepare() {
    if (this.#lowered?.program.valid) return this.#lowered;
    this.#lowered?.context[Symbol.dispose]();
    const capacity = this.#order.length * MAX_LOWERED + 16;
    const context = new OpContext(Program.contextBytes(capacity, capacity));
    const lowered = new Map<Tensor, DeviceTensor>();
    for (const tensor of this.#order) lowered.set(tensor, this.#lower(tensor, lowered, context));
    const results = this.#outputs.map((tensor) => lowered.get(tensor)!);
    const program = new Program(this.#arena, context, results, capacity);
    this.#lowered = { context, program, results };
    return this.#lowered;
  }

  #lower(tensor: Tensor, lowered: ReadonlyMap<Tensor, DeviceTensor>, context: OpContext): DeviceTensor {
    if (tensor.op === (inputOp as Op<never>)) {
      return this.#inputs.get((tensor.attributes as { name: string }).name)!;
    }
    const inputs = tensor.inputs.map((input) => lowered.get(input)!);
    const result = (tensor.op as Op<unknown>).lower(context, inputs, tensor.attributes);
    assert(result.shape.join() === tensor.shape.join(), `${tensor.op.name}: lowered to [${result.shape}]`);
    return result;
  }
}

/** @see Executable */
export function compile(outputs: readonly Tensor[], arena: Arena): Executable {
  return new Executable(outputs, arena);
}

function readHost(tensor: DeviceTensor): HostResult {
  const values =
    tensor.dtype === 'i32'
      ? new Int32Array(elementCount(tensor.shape))
      : new Float32Array(elementCount(tensor.shape));
  readTensor(tensor, values);
  return values;
}
