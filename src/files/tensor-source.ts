/**
 * What every weight file looks like once opened: named tensors with shape and dtype, and their raw bytes in pieces.
 * Formats hand over checked positions; nothing here knows how a header is written.
 */
import { type Dtype, ModelError } from '../core/index.ts';
import type { RandomAccessFile } from './random-access-file.ts';

export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Long lists of numbers are typed arrays; 64-bit integers are numbers, in a Float64Array when listed. */
export type MetadataValue = number | boolean | string | NumberArray | readonly MetadataValue[];

export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  /** Outermost first, whatever the order in the file. */
  readonly shape: readonly number[];
  readonly sizeBytes: number;
}

/** An opened file, or set of shards. Offsets and sizes were checked at opening against header and file size. */
export interface TensorSource {
  readonly path: string;
  readonly format: 'safetensors' | 'gguf';
  /** GGUF's key-values, or the `__metadata__` of safetensors. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /**
   * Fills `target` with the tensor's raw bytes (little-endian) from `byteOffset` on.
   * @throws ModelError when there is no such tensor or the piece does not lie inside of it
   */
  read(name: string, byteOffset: number, target: Uint8Array): void;
  close(): void;
  [Symbol.dispose](): void;
}

/** Where a tensor lies. */
export interface PlacedTensor extends TensorInfo {
  readonly file: RandomAccessFile;
  readonly position: number;
}

interface Opened {
  readonly path: string;
  readonly format: TensorSource['format'];
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, PlacedTensor>;
  readonly files: readonly RandomAccessFile[];
}

/** Makes the source of what a format found; it owns the files and closes them. */
export function createTensorSource(opened: Opened): TensorSource {
  const { path, format, metadata, tensors, files } = opened;
  const close = () => {
    for (const file of files) file.close();
  };
  const read = (name: string, byteOffset: number, target: Uint8Array) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new ModelError(`${path}: has no tensor ${shown(name)}; check that it fits the model`);
    if (byteOffset < 0 || byteOffset + target.length > tensor.sizeBytes) {
      const piece = `bytes ${byteOffset} to ${byteOffset + target.length}`;
      throw new ModelError(`${path}: ${piece} of ${name} were asked for; it has ${tensor.sizeBytes}`);
    }
    tensor.file.read(tensor.position + byteOffset, target);
  };
  return { path, format, metadata, tensors, read, close, [Symbol.dispose]: close };
}

/** Opens files with `open`, which adds each to the list it is given; closes them again when it fails. */
export function closingOnFailure<T>(open: (files: RandomAccessFile[]) => T): T {
  const files: RandomAccessFile[] = [];
  try {
    return open(files);
  } catch (error) {
    for (const file of files) file.close();
    throw error;
  }
}

/** A name out of a file, quoted for a message: a broken file's may be long or hold anything. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
