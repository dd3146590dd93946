/**
 * A ggml graph, allocated and computed. Programs of one arena share its memory: computing one overwrites what
 * another left there, so read results before the next run.
 */
import { DeviceError, MemoryError } from '../core/index.ts';
import type { Device } from './device.ts';
import { ggml } from './library.ts';
import type { OpContext } from './op-context.ts';
import type { Pointer } from './signatures.ts';
import type { DeviceTensor } from './tensor.ts';

/** Memory for the intermediate values of graphs on one device; grows to the largest of them. */
export class Arena implements Disposable {
  readonly device: Device;
  /** Changes whenever the memory moved: programs placed before have to be built anew. */
  generation = 0;
  readonly #allocator: Pointer;
  #bytes = 0;
  #open = true;

  constructor(device: Device) {
    this.device = device;
    this.#allocator = ggml().ggml_gallocr_new(device.bufferType);
    device.count(1, 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @internal Gives every tensor of a graph its place. */
  place(graph: Pointer): void {
    if (!ggml().ggml_gallocr_alloc_graph(this.#allocator, graph)) {
      throw new MemoryError(
        `graph: ${this.device.name} has too little memory for the intermediate values; ` +
          'lower per_device_train_batch_size or cutoff_len',
      );
    }
    const bytes = Number(ggml().ggml_gallocr_get_buffer_size(this.#allocator, 0));
    if (bytes === this.#bytes) return;
    this.device.count(0, bytes - this.#bytes);
    this.#bytes = bytes;
    this.generation++;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    ggml().ggml_gallocr_free(this.#allocator);
    this.device.count(-1, -this.#bytes);
  }
}

export class Program {
  readonly nodes: number;
  readonly #arena: Arena;
  readonly #graph: Pointer;
  readonly #generation: number;

  /**
   * Places a graph in the arena.
   * @param context holds the tensors; it has to outlive the program
   * @param outputs what will be read; computed in this order
   * @param capacity an upper bound of the number of operations
   */
  constructor(arena: Arena, context: OpContext, outputs: readonly DeviceTensor[], capacity: number) {
    this.#arena = arena;
    this.#graph = ggml().ggml_new_graph_custom(context.pointer, capacity, false);
    for (const { pointer } of outputs) {
      ggml().ggml_set_output(pointer);
      ggml().ggml_build_forward_expand(this.#graph, pointer);
    }
    this.nodes = ggml().ggml_graph_n_nodes(this.#graph);
    arena.place(this.#graph);
    this.#generation = arena.generation;
  }

  /** Bytes that a graph of so many operations needs in its context. */
  static contextBytes(tensors: number, capacity: number): number {
    const overhead = Number(ggml().ggml_tensor_overhead());
    return tensors * overhead + Number(ggml().ggml_graph_overhead_custom(capacity, false));
  }

  /** False when the arena's memory moved since: build the program anew. */
  get valid(): boolean {
    return this.#generation === this.#arena.generation;
  }

  /** Computes on a thread of its own; resolves when all results can be read. */
  compute(): Promise<void> {
    const { device } = this.#arena;
    return new Promise<void>((resolve, reject) => {
      ggml().ggml_backend_graph_compute.async(device.backend, this.#graph, (error, status) => {
        if (error) reject(error);
        else if (status !== 0)
          reject(new DeviceError(`graph: ${device.name} failed with ggml status ${status}`));
        else resolve();
      });
    });
  }
}
