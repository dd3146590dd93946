/**
 * A ggml graph, allocated and computed. Programs of one arena share its memory: computing one overwrites what
 * another left there, so read results before the next run.
 */
import { assert, MemoryError } from '../core/index.ts';
import type { Device } from './device.ts';
import { ggml } from './library.ts';
import { Lifetime } from './lifetime.ts';
import type { OpContext } from './op-context.ts';
import type { Pointer } from './signatures.ts';
import type { DeviceTensor } from './tensor.ts';

/** Memory for the intermediate values of graphs on one device; grows to the largest of them. */
export class Arena implements Disposable {
  readonly device: Device;
  /** Changes whenever the memory moved: programs placed before have to be built anew. */
  generation = 0;
  /** @internal */
  readonly lifetime = new Lifetime('an arena');
  readonly #allocator: Pointer;
  #bytes = 0;

  constructor(device: Device) {
    device.checkIdle();
    this.device = device;
    this.#allocator = ggml().ggml_gallocr_new(device.bufferType);
    device.count(1, 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @internal Gives every tensor of a graph its place. */
  place(graph: Pointer): void {
    this.lifetime.check();
    this.device.checkIdle();
    // Planned anew for each graph: the allocator alone would take another graph's plan where node counts are equal.
    const placed =
      ggml().ggml_gallocr_reserve(this.#allocator, graph) &&
      ggml().ggml_gallocr_alloc_graph(this.#allocator, graph);
    const bytes = Number(ggml().ggml_gallocr_get_buffer_size(this.#allocator, 0));
    if (bytes !== this.#bytes) {
      this.device.count(0, bytes - this.#bytes);
      this.#bytes = bytes;
      this.generation++;
    }
    if (!placed) {
      throw new MemoryError(
        `graph: ${this.device.name} has too little memory for the intermediate values; ` +
          'lower per_device_train_batch_size or cutoff_len',
      );
    }
  }

  [Symbol.dispose](): void {
    if (!this.lifetime.end()) return;
    this.device.count(-1, -this.#bytes);
    this.device.whenIdle(() => ggml().ggml_gallocr_free(this.#allocator));
  }
}

export class Program {
  readonly nodes: number;
  readonly #arena: Arena;
  readonly #context: OpContext;
  readonly #graph: Pointer;
  readonly #generation: number;

  /**
   * Places a graph in the arena.
   * @param context holds the tensors; it has to outlive the program
   * @param outputs what will be read; computed in this order
   */
  constructor(arena: Arena, context: OpContext, outputs: readonly DeviceTensor[]) {
    this.#arena = arena;
    this.#context = context;
    this.#graph = context.builder.finish(outputs);
    this.nodes = ggml().ggml_graph_n_nodes(this.#graph);
    arena.place(this.#graph);
    context.builder.nativeCalls.bind();
    this.#generation = arena.generation;
  }

  /** False when the arena's memory moved since: build the program anew. */
  get valid(): boolean {
    return this.#generation === this.#arena.generation;
  }

  /**
   * Computes on a thread of its own; resolves when all results can be read.
   * @throws DeviceError when memory that the graph uses was disposed
   */
  async compute(): Promise<void> {
    assert(this.valid, 'a program is computed whose memory has moved');
    this.#arena.lifetime.check();
    for (const lifetime of this.#context.builder.lifetimes) lifetime.check();
    await this.#arena.device.compute(this.#graph);
  }
}
