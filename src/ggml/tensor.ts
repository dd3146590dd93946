/**
 * A tensor on a device as the rest of the engine sees it: shape (outermost axis first), dtype, and whether its
 * elements lie in row-major order without gaps. The native pointer stays inside this room.
 */
import { assert, blockBytes, blockElements, type Dtype, ShapeError, sizeInBytes } from '../core/index.ts';
import type { Device, DeviceBuffer } from './device.ts';
import { typeNumber } from './dtypes.ts';
import { ggml } from './library.ts';
import { Lifetime } from './lifetime.ts';
import type { Pointer } from './signatures.ts';

/** ggml tensors have at most four axes. */
const MAX_RANK = 4;

interface Layout {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Row-major when absent. */
  readonly strides?: readonly number[];
  readonly trainable?: boolean | undefined;
}

export class DeviceTensor {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Bytes from one entry to the next, per axis; from one block to the next on the last. */
  readonly strides: readonly number[];
  readonly contiguous: boolean;
  /** What an optimizer step may change. */
  readonly trainable: boolean;
  /** @internal whose end ends the tensor */
  readonly lifetime: Lifetime;
  readonly #pointer: Pointer;

  /** @internal */
  constructor(lifetime: Lifetime, pointer: Pointer, { shape, dtype, strides, trainable = false }: Layout) {
    assert(pointer, 'ggml gave no tensor: the context is too small');
    const rowMajor = rowMajorStrides(shape, dtype);
    this.lifetime = lifetime;
    this.#pointer = pointer;
    this.shape = shape;
    this.dtype = dtype;
    this.strides = strides ?? rowMajor;
    // Strict also where an axis has size 1: some operations look at its stride all the same.
    this.contiguous = this.strides.every((stride, axis) => stride === rowMajor[axis]);
    this.trainable = trainable;
  }

  /** @internal for the ggml room only @throws DeviceError when its memory was freed */
  get pointer(): Pointer {
    this.lifetime.check();
    return this.#pointer;
  }
}

function rowMajorStrides(shape: readonly number[], dtype: Dtype): number[] {
  const strides = new Array<number>(shape.length);
  let stride = blockBytes(dtype);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= axis === shape.length - 1 ? shape[axis]! / blockElements(dtype) : shape[axis]!;
  }
  return strides;
}

/** ggml's four sizes, innermost first. */
export function ggmlSizes(shape: readonly number[]): [number, number, number, number] {
  if (
    shape.length < 1 ||
    shape.length > MAX_RANK ||
    shape.some((size) => !Number.isSafeInteger(size) || size < 1)
  ) {
    throw new ShapeError(`tensor: [${shape}] is no shape of one to four positive sizes`);
  }
  const [a = 1, b = 1, c = 1, d = 1] = [...shape].reverse();
  return [a, b, c, d];
}

export interface VariableSpec {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Marks what an optimizer step may change. */
  readonly trainable?: boolean;
}

/** Tensors that outlive graphs, in one buffer: weights, adapters, optimizer state, key/value caches, inputs. */
export class Variables implements Disposable {
  readonly tensors: readonly DeviceTensor[];
  readonly bytes: number;
  readonly #device: Device;
  readonly #context: Pointer;
  readonly #buffer: DeviceBuffer;
  readonly #lifetime: Lifetime;

  /** @param purpose what the memory is for, said when there is not enough of it */
  constructor(device: Device, specs: readonly VariableSpec[], purpose: string) {
    for (const spec of specs) checkSpec(spec);
    this.#device = device;
    this.#lifetime = new Lifetime(`memory for ${purpose}`);
    this.#context = ggml().ggml_init({
      mem_size: (specs.length + 1) * Number(ggml().ggml_tensor_overhead()),
      mem_buffer: null,
      no_alloc: true,
    });
    this.tensors = specs.map((spec) => {
      const pointer = ggml().ggml_new_tensor_4d(
        this.#context,
        typeNumber(spec.dtype),
        ...ggmlSizes(spec.shape),
      );
      if (spec.trainable) ggml().ggml_set_param(pointer);
      return new DeviceTensor(this.#lifetime, pointer, spec);
    });
    const expected = specs.reduce((sum, { shape, dtype }) => sum + sizeInBytes(dtype, shape), 0);
    try {
      this.#buffer = device.allocate(this.#context, purpose, expected);
    } catch (error) {
      ggml().ggml_free(this.#context);
      throw error;
    }
    this.bytes = this.#buffer.bytes;
  }

  /** Sets every byte to zero. */
  clear(): void {
    this.#lifetime.check();
    this.#buffer.clear();
  }

  [Symbol.dispose](): void {
    if (!this.#lifetime.end()) return;
    this.#buffer.free();
    this.#device.whenIdle(() => ggml().ggml_free(this.#context));
  }
}

function checkSpec({ shape, dtype }: VariableSpec): void {
  ggmlSizes(shape);
  const bytes = sizeInBytes(dtype, shape);
  if (Number.isNaN(bytes)) {
    throw new ShapeError(`tensor: rows of ${shape.at(-1)} elements do not fill whole blocks of ${dtype}`);
  }
  if (!Number.isSafeInteger(bytes)) throw new ShapeError(`tensor: ${dtype} [${shape}] has too many bytes`);
}

/** Copies host bytes into a contiguous tensor, from `byteOffset` of it on. */
export function writeTensor(tensor: DeviceTensor, data: ArrayBufferView, byteOffset = 0): void {
  checkRange('write', tensor, data.byteLength, byteOffset);
  ggml().ggml_backend_tensor_set(tensor.pointer, data, byteOffset, data.byteLength);
}

/** Fills host memory from a contiguous tensor, from `byteOffset` of it on. */
export function readTensor(tensor: DeviceTensor, target: ArrayBufferView, byteOffset = 0): void {
  checkRange('read', tensor, target.byteLength, byteOffset);
  ggml().ggml_backend_tensor_get(tensor.pointer, target, byteOffset, target.byteLength);
}

function checkRange(what: string, tensor: DeviceTensor, bytes: number, offset: number): void {
  const size = sizeInBytes(tensor.dtype, tensor.shape);
  assert(tensor.contiguous, `${what} of a tensor that is not contiguous`);
  if (!(offset >= 0 && offset + bytes <= size)) {
    throw new ShapeError(`${what}: ${bytes} bytes at ${offset} do not fit ${tensor.dtype} [${tensor.shape}]`);
  }
}
