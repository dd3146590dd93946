/**
 * Devices and what is allocated on them. A device computes one graph at a time; calls queue up.
 * Buffers are counted, so that a test can see that all of them came back.
 */

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import koffi from 'koffi';
import { assert, DeviceError, formatBytes, MemoryError } from '../core/index.ts';
import { ggml, MAX_THREADS } from './library.ts';
import { Lifetime } from './lifetime.ts';
import { type NativeKernels, nativeKernels } from './native-kernels.ts';
import type { Pointer } from './signatures.ts';

export interface DeviceDescription {
  readonly name: string;
  readonly description: string;
  readonly kind: 'cpu' | 'gpu' | 'other';
}

const KINDS = ['cpu', 'gpu', 'gpu', 'other'] as const;

/** All devices that the loaded libraries offer, in ggml's order. */
export function listDevices(): DeviceDescription[] {
  return devicePointers().map(describe);
}

/** An opened device. Dispose it last, after all that was allocated on it. */
export class Device implements Disposable {
  readonly name: string;
  readonly description: string;
  readonly threads: number;
  /** @internal */
  readonly nativeKernels: NativeKernels | undefined;
  /** @internal */
  readonly bufferType: Pointer;
  readonly #backend: Pointer;
  readonly #endThreads: () => void;
  readonly #lifetime: Lifetime;
  #live = { buffers: 0, bytes: 0 };
  #tail: Promise<unknown> = Promise.resolve();
  #computing = false;
  /** What was disposed while a graph was computing: it may read from there. */
  #toFree: (() => void)[] = [];

  /**
   * Opens the CPU.
   * @param threads compute threads; the number of physical cores when absent
   * @param native whether own kernels may stand in for ggml's operations
   */
  static cpu(threads: number = physicalCores(), { native = true }: { native?: boolean } = {}): Device {
    if (!(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
      throw new DeviceError(`device: ${threads} threads; give a whole number from 1 to ${MAX_THREADS}`);
    }
    const pointer = devicePointers().find((device) => describe(device).kind === 'cpu');
    if (!pointer) throw new DeviceError('device: ggml offers no CPU here; reinstall the package');
    return new Device(pointer, threads, native ? nativeKernels() : undefined);
  }

  private constructor(pointer: Pointer, threads: number, kernels: NativeKernels | undefined) {
    const backend = ggml().ggml_backend_dev_init(pointer, null);
    if (!backend)
      throw new DeviceError(`device: ${describe(pointer).name} cannot be opened; choose another device`);
    const { name, description } = describe(pointer);
    this.name = name;
    this.description = description;
    this.threads = threads;
    this.nativeKernels = kernels;
    this.#backend = backend;
    this.#lifetime = new Lifetime(`device ${name}`);
    this.bufferType = ggml().ggml_backend_get_default_buffer_type(backend);
    this.#endThreads = startThreads(pointer, backend, threads);
  }

  /** Whether own kernels compute here; else ggml's operations do. */
  get hasNativeKernels(): boolean {
    return this.nativeKernels !== undefined;
  }

  /** Buffers, arenas and graphs that are not yet disposed, and bytes that they take here. */
  get live(): { readonly buffers: number; readonly bytes: number } {
    return { ...this.#live };
  }

  /** @internal Allocates all tensors of a context in one buffer that the caller frees. */
  allocate(context: Pointer, purpose: string, expectedBytes: number): DeviceBuffer {
    this.#lifetime.check();
    const pointer = ggml().ggml_backend_alloc_ctx_tensors(context, this.#backend);
    if (!pointer) {
      throw new MemoryError(
        `device: ${this.name} has no ${formatBytes(expectedBytes)} for ${purpose}; ` +
          'use a smaller model or batch, or free memory on the machine',
      );
    }
    const bytes = Number(ggml().ggml_backend_buffer_get_size(pointer));
    this.count(1, bytes);
    return {
      bytes,
      clear: () => ggml().ggml_backend_buffer_clear(pointer, 0),
      free: () => {
        this.count(-1, -bytes);
        this.whenIdle(() => ggml().ggml_backend_buffer_free(pointer));
      },
    };
  }

  /** @internal */
  count(buffers: number, bytes: number): void {
    this.#live.buffers += buffers;
    this.#live.bytes += bytes;
  }

  /** @internal Runs work when all that was asked for before is done. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** @internal Computes a graph on a thread of its own; one at a time, see `exclusively`. */
  async compute(graph: Pointer): Promise<void> {
    this.checkIdle();
    this.#computing = true;
    try {
      const status = await new Promise<number>((resolve, reject) => {
        ggml().ggml_backend_graph_compute.async(this.#backend, graph, (error, result) =>
          error ? reject(error) : resolve(result),
        );
      });
      if (status !== 0) throw new DeviceError(`graph: ${this.name} failed with ggml status ${status}`);
    } finally {
      this.#computing = false;
      for (const free of this.#toFree.splice(0)) free();
    }
  }

  /** @internal @throws when the device is closed, or a graph is computing: its memory must not move */
  checkIdle(): void {
    this.#lifetime.check();
    assert(!this.#computing, 'a graph is placed while another computes; await the run first');
  }

  /** @internal Frees native memory: at once, or when the graph that is computing has ended. */
  whenIdle(free: () => void): void {
    if (this.#computing) this.#toFree.push(free);
    else free();
  }

  [Symbol.dispose](): void {
    if (!this.#lifetime.end()) return;
    this.whenIdle(() => {
      ggml().ggml_backend_free(this.#backend);
      this.#endThreads();
    });
  }
}

/** @internal */
export interface DeviceBuffer {
  readonly bytes: number;
  clear(): void;
  free(): void;
}

/** Cores without hyper-threads where the system tells, else what Node can use. */
export function physicalCores(): number {
  const usable = availableParallelism();
  if (process.platform !== 'linux') return usable;
  try {
    const text = readFileSync('/proc/cpuinfo', 'utf8');
    const cores = new Set<string>();
    for (const block of text.split('\n\n')) {
      const id = block.match(/^core id\s*: (\d+)/m)?.[1];
      if (id !== undefined) cores.add(`${block.match(/^physical id\s*: (\d+)/m)?.[1]} ${id}`);
    }
    return Math.max(1, Math.min(usable, cores.size || usable));
  } catch {
    return Math.max(1, Math.min(usable, cpus().length || 1));
  }
}

function devicePointers(): Pointer[] {
  const count = Number(ggml().ggml_backend_dev_count());
  return Array.from({ length: count }, (_, index) => ggml().ggml_backend_dev_get(index));
}

function describe(device: Pointer): DeviceDescription {
  return {
    name: ggml().ggml_backend_dev_name(device),
    description: ggml().ggml_backend_dev_description(device),
    kind: KINDS[ggml().ggml_backend_dev_type(device)] ?? 'other',
  };
}

/**
 * Gives the CPU compute threads that stay from graph to graph: threads that are born with each graph are often put on
 * one core by the system, and then wait for each other a time slice at every barrier.
 * @returns what ends them
 */
function startThreads(device: Pointer, backend: Pointer, threads: number): () => void {
  const registry = ggml().ggml_backend_dev_backend_reg(device);
  const find = (name: string, result: string, ...parameters: string[]) => {
    const address = ggml().ggml_backend_reg_get_proc_address(registry, name);
    if (!address) throw new DeviceError(`device: ggml's CPU lacks ${name}; use a build of ggml 0.23`);
    return (...values: unknown[]): unknown => koffi.call(address, koffi.proto(result, parameters), ...values);
  };
  find('ggml_backend_set_n_threads', 'void', 'void*', 'int')(backend, threads);
  // Between graphs they sleep: other programs want to work too.
  const settings = { ...ggml().ggml_threadpool_params_default(threads), poll: 0 };
  const pool = find('ggml_threadpool_new', 'void*', 'ggml_threadpool_params*')(settings);
  if (!pool) throw new DeviceError(`device: ${threads} threads cannot be started; use fewer num_threads`);
  find('ggml_backend_cpu_set_threadpool', 'void', 'void*', 'void*')(backend, pool);
  return () => find('ggml_threadpool_free', 'void', 'void*')(pool);
}
