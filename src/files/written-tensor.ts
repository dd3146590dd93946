/** A tensor on its way into a file: its bytes as one array, or made piece by piece when they are too many to hold. */
import { type AtomicFile, assert, type Dtype } from '../core/index.ts';

export interface WrittenTensor {
  readonly name: string;
  readonly dtype: Dtype;
  /** Outermost first. */
  readonly shape: readonly number[];
  /** Raw little-endian bytes; a function is called once, when it is the tensor's turn. */
  readonly data: Uint8Array | (() => Iterable<Uint8Array>);
}

/** Appends the tensor's bytes, which have to be as many as its shape and dtype ask for. */
export function writeTensorData(file: AtomicFile, tensor: WrittenTensor, sizeBytes: number): void {
  let written = 0;
  for (const piece of typeof tensor.data === 'function' ? tensor.data() : [tensor.data]) {
    file.write(piece);
    written += piece.length;
  }
  const { name, shape, dtype } = tensor;
  assert(written === sizeBytes, `${name} [${shape}] of ${dtype} needs ${sizeBytes} bytes and got ${written}`);
}

/** Fills the file by `fill` and gives it its name; nothing stays when that fails. */
export function commitFilled(file: AtomicFile, fill: (file: AtomicFile) => void): void {
  try {
    fill(file);
  } catch (error) {
    file.discard();
    throw error;
  }
  file.commit();
}
