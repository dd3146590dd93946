/**
 * A tensor on a device as the rest of the engine sees it: shape (outermost axis first), dtype, and whether its
 * elements lie in row-major order without gaps. The native pointer stays inside this room.
 */
import { assert, blockBytes, blockElements, type Dtype, ShapeError, sizeInBytes } from '../core/index.ts';
import type { Device, DeviceBuffer } from './device.ts';
import { typeNumber } from './dtypes.ts';
import { ggml } from './library.ts';
import type { Pointer } from './signatures.ts';

/** ggml tensors have at most four axes. */
export const MAX_RANK = 4;

export class DeviceTensor {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Bytes from one entry to the next, per axis. */
  readonly strides: readonly number[];
  readonly contiguous: boolean;
  /** @internal for the ggml room only */
  readonly pointer: Pointer;

  /** @internal */
  constructor(pointer: Pointer, shape: readonly number[], dtype: Dtype, strides?: readonly number[]) {
    assert(pointer, 'ggml gave no tensor: the context is too small');
    const rowMajor = rowMajorStrides(shape, dtype);
    this.pointer = pointer;
    this.shape = shape;
    this.dtype = dtype;
    this.strides = strides ?? rowMajor;
    // Strict also where an axis has size 1: some operations look at its stride all the same.
    this.contiguous = this.strides.every((stride, axis) => stride === rowMajor[axis]);
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
  if (shape.length > MAX_RANK || shape.some((size) => !Number.isSafeInteger(size) || size < 1)) {
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
  readonly #buffer: DeviceBuffer;
  readonly #context: Pointer;
  #open = true;

  /** @param purpose what the memory is for, said when there is not enough of it */
  constructor(device: Device, specs: readonly VariableSpec[], purpose: string) {
    const overhead = Number(ggml().ggml_tensor_overhead());
    this.#context = ggml().ggml_init({
      mem_size: (specs.length + 1) * overhead,
      mem_buffer: null,
      no_alloc: true,
    });
    this.tensors = specs.map(({ shape, dtype, trainable }) => {
      if (Number.isNaN(sizeInBytes(dtype, shape))) {
        throw new ShapeError(`tensor: rows of ${shape.at(-1)} elements do not fill whole blocks of ${dtype}`);
      }
      const pointer = ggml().ggml_new_tensor_4d(this.#context, typeNumber(dtype), ...ggmlSizes(shape));
      if (trainable) ggml().ggml_set_param(pointer);
      return new DeviceTensor(pointer, shape, dtype);
    });
    const expected = specs.reduce((sum, { shape, dtype }) => sum + sizeInBytes(dtype, shape), 0);
    this.#buffer = device.allocate(this.#context, purpose, expected);
    this.bytes = this.#buffer.bytes;
  }

  /** Sets every byte to zero. */
  clear(): void {
    this.#buffer.clear();
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#buffer.free();
    ggml().ggml_free(this.#context);
  }
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
  if (offset < 0 || offset + bytes > size) {
    throw new ShapeError(`${what}: ${bytes} bytes at ${offset} do not fit ${tensor.dtype} [${tensor.shape}]`);
  }
}
