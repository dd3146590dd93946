/** What a graph under construction is made of: descriptions of its operations, and the memory that they look at. */
import type { Dtype } from '../core/index.ts';
import type { Device } from './device.ts';
import { ggml } from './library.ts';
import { Lifetime } from './lifetime.ts';
import { NativeCalls } from './native-calls.ts';
import type { Pointer } from './signatures.ts';
import { DeviceTensor } from './tensor.ts';

/** Of a result: f32 and row-major where not said otherwise. */
export interface Layout {
  readonly shape: readonly number[];
  readonly dtype?: Dtype;
  readonly strides?: readonly number[];
}

/** Operations whose descriptions are allocated together. */
const BLOCK_OPERATIONS = 256;

export class GraphBuilder implements Disposable {
  readonly device: Device;
  /** Of all memory that the graph reads or writes, its own descriptions included. */
  readonly lifetimes = new Set<Lifetime>();
  /** What native kernels are told; to be bound once the graph has its place in memory. */
  readonly nativeCalls = new NativeCalls();
  readonly #lifetime = new Lifetime('a compiled graph');
  readonly #blocks: Pointer[] = [];
  readonly #leaves = new Set<DeviceTensor>();
  #operationBlock: Pointer = null;
  #operations = 0;

  constructor(device: Device) {
    this.device = device;
    this.lifetimes.add(this.#lifetime);
    device.count(1, 0);
  }

  /** A ggml context with room for one more operation. */
  next(): Pointer {
    if (this.#operations++ % BLOCK_OPERATIONS === 0) {
      this.#operationBlock = this.#allocate(BLOCK_OPERATIONS * Number(ggml().ggml_tensor_overhead()));
    }
    return this.#operationBlock;
  }

  /** An input of the next operation. */
  use(tensor: DeviceTensor): Pointer {
    this.#lifetime.check();
    this.lifetimes.add(tensor.lifetime);
    if (tensor.lifetime !== this.#lifetime) this.#leaves.add(tensor);
    return tensor.pointer;
  }

  /** The result of an operation; a view where `layout` is a tensor that shares its memory. */
  tensor(pointer: Pointer, { shape, dtype = 'f32', strides }: Layout): DeviceTensor {
    return new DeviceTensor(this.#lifetime, pointer, strides ? { shape, dtype, strides } : { shape, dtype });
  }

  /** The ggml graph of what is to be computed, in this order. No operation may follow. */
  finish(outputs: readonly DeviceTensor[]): Pointer {
    const pointers = outputs.map((tensor) => this.use(tensor));
    const capacity = this.#operations + this.#leaves.size;
    const block = this.#allocate(Number(ggml().ggml_graph_overhead_custom(capacity, false)));
    const graph = ggml().ggml_new_graph_custom(block, capacity, false);
    for (const pointer of pointers) {
      ggml().ggml_set_output(pointer);
      ggml().ggml_build_forward_expand(graph, pointer);
    }
    return graph;
  }

  [Symbol.dispose](): void {
    if (!this.#lifetime.end()) return;
    this.device.count(-1, 0);
    this.device.whenIdle(() => {
      for (const block of this.#blocks.splice(0)) ggml().ggml_free(block);
      this.nativeCalls[Symbol.dispose]();
    });
  }

  #allocate(bytes: number): Pointer {
    this.#lifetime.check();
    const block = ggml().ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
    this.#blocks.push(block);
    return block;
  }
}
