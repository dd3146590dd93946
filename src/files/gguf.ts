/**
 * Opens GGUF files, version 2 and 3: key-values and tensors with checked places. Dimensions are turned to
 * outermost first here, so nobody else sees ggml's order.
 * @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { ModelError, sizeInBytes } from '../core/index.ts';
import { GgufCursor } from './gguf-cursor.ts';
import {
  alignUp,
  GGUF_ALIGNMENT_KEY,
  GGUF_DEFAULT_ALIGNMENT,
  GGUF_MAGIC,
  GGUF_TENSOR_TYPES,
  GGUF_UNSUPPORTED_TENSOR_TYPES,
  GGUF_VERSION,
} from './gguf-types.ts';
import { damaged, RandomAccessFile } from './random-access-file.ts';
import {
  closingOnFailure,
  createTensorSource,
  type MetadataValue,
  type PlacedTensor,
  shown,
  type TensorInfo,
  type TensorSource,
} from './tensor-source.ts';

/** ggml's limit. */
const MAX_DIMENSIONS = 4;

/** Real files use 32 or, for direct reads, a page; more can only be damage. */
const MAX_ALIGNMENT = 1 << 20;

/** The least that a key-value takes (length, type, one byte) and a tensor (length, dimensions, type, offset). */
const LEAST_KEY_VALUE_BYTES = 13;
const LEAST_TENSOR_BYTES = 24;

/** @throws ModelError when the file is broken, not GGUF, one part of several, or holds a type that is not supported */
export function openGguf(path: string): TensorSource {
  return closingOnFailure((files) => {
    const file = new RandomAccessFile(path);
    files.push(file);
    const cursor = new GgufCursor(file);
    checkPreamble(path, cursor);
    const tensorCount = cursor.count('the number of tensors', LEAST_TENSOR_BYTES);
    const metadata = readMetadata(path, cursor);
    const parts = metadata.get('split.count');
    if (typeof parts === 'number' && parts > 1) {
      throw new ModelError(
        `${path}: is one of ${parts} parts of a model; join them by llama-gguf-split --merge first`,
      );
    }
    const tensors = readTensors(file, cursor, tensorCount, alignmentOf(path, metadata));
    return createTensorSource({ path, format: 'gguf', metadata, tensors, files });
  });
}

function checkPreamble(path: string, cursor: GgufCursor): void {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(cursor.u32());
  if (magic.toString('latin1') !== GGUF_MAGIC) {
    throw damaged(path, `is no GGUF file, as it starts with ${shown(magic.toString('latin1'))}`);
  }
  const version = cursor.u32();
  if (version !== 2 && version !== GGUF_VERSION) {
    const kind = version > 0xffff ? 'is a GGUF file for big-endian machines' : `is GGUF version ${version}`;
    throw new ModelError(`${path}: ${kind}, and versions 2 and 3 are supported; convert the model again`);
  }
}

function readMetadata(path: string, cursor: GgufCursor): Map<string, MetadataValue> {
  const metadata = new Map<string, MetadataValue>();
  const count = cursor.count('the number of key-values', LEAST_KEY_VALUE_BYTES);
  for (let i = 0; i < count; i++) {
    const key = cursor.string(`key ${i}`);
    const what = `the value of ${shown(key)}`;
    if (metadata.has(key)) throw damaged(path, `has the key ${shown(key)} twice`);
    metadata.set(key, cursor.value(cursor.valueType(what), what));
  }
  return metadata;
}

function alignmentOf(path: string, metadata: ReadonlyMap<string, MetadataValue>): number {
  const alignment = metadata.get(GGUF_ALIGNMENT_KEY) ?? GGUF_DEFAULT_ALIGNMENT;
  const fits = typeof alignment === 'number' && Number.isInteger(Math.log2(alignment)) && alignment >= 1;
  if (!fits || alignment > MAX_ALIGNMENT) {
    throw damaged(path, `${GGUF_ALIGNMENT_KEY} is no power of two up to ${MAX_ALIGNMENT}`);
  }
  return alignment;
}

function readTensors(
  file: RandomAccessFile,
  cursor: GgufCursor,
  count: number,
  alignment: number,
): Map<string, PlacedTensor> {
  const listed: { info: TensorInfo; offset: number }[] = [];
  for (let i = 0; i < count; i++) listed.push(readTensorInfo(file.path, cursor, i));
  const dataPosition = alignUp(cursor.position, alignment);
  const tensors = new Map<string, PlacedTensor>();
  for (const { info, offset } of listed) {
    if (tensors.has(info.name)) throw damaged(file.path, `has the tensor ${shown(info.name)} twice`);
    if (offset % alignment !== 0) {
      throw damaged(file.path, `${shown(info.name)} lies at offset ${offset}, no multiple of ${alignment}`);
    }
    tensors.set(info.name, { ...info, file, position: dataPosition + offset });
  }
  checkPlaces(file, tensors.values());
  return tensors;
}

function readTensorInfo(
  path: string,
  cursor: GgufCursor,
  index: number,
): { info: TensorInfo; offset: number } {
  const name = cursor.string(`the name of tensor ${index}`);
  const dimensions = cursor.u32();
  if (dimensions > MAX_DIMENSIONS) {
    throw damaged(path, `${shown(name)} has ${dimensions} dimensions, more than ${MAX_DIMENSIONS}`);
  }
  const shape: number[] = [];
  for (let i = 0; i < dimensions; i++) shape.unshift(cursor.u64(`a dimension of ${shown(name)}`));
  const type = cursor.u32();
  const dtype = GGUF_TENSOR_TYPES.get(type);
  if (!dtype) throw unknownType(path, name, type);
  const sizeBytes = sizeInBytes(dtype, shape);
  if (Number.isNaN(sizeBytes))
    throw damaged(path, `${shown(name)} [${shape}] has no whole blocks of ${dtype}`);
  return { info: { name, dtype, shape, sizeBytes }, offset: cursor.u64(`the offset of ${shown(name)}`) };
}

function unknownType(path: string, name: string, type: number): ModelError {
  const known = GGUF_UNSUPPORTED_TENSOR_TYPES.get(type);
  if (!known) return damaged(path, `${shown(name)} is of type ${type}, which does not exist`);
  return new ModelError(
    `${path}: ${shown(name)} is of type ${known}, which is not supported; use a version in Q4_K_M, Q8_0 or BF16`,
  );
}

function checkPlaces(file: RandomAccessFile, tensors: Iterable<PlacedTensor>): void {
  let end = 0;
  let last = '';
  const sorted = [...tensors].sort((a, b) => a.position - b.position || a.sizeBytes - b.sizeBytes);
  for (const { name, position, sizeBytes } of sorted) {
    if (position < end)
      throw damaged(file.path, `${shown(name)} at byte ${position} overlaps ${shown(last)}`);
    end = position + sizeBytes;
    last = name;
    if (end > file.sizeBytes) {
      throw damaged(file.path, `has ${file.sizeBytes} bytes, but ${shown(name)} ends at byte ${end}`);
    }
  }
}
