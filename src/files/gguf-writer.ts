/**
 * Writes GGUF version 3. Types of values are said by the caller, as a reader takes a whole number of the wrong
 * type for damage.
 */
import { AtomicFile, assert, sizeInBytes } from '../core/index.ts';
import {
  alignUp,
  GGUF_ALIGNMENT_KEY,
  GGUF_DEFAULT_ALIGNMENT,
  GGUF_MAGIC,
  GGUF_TENSOR_TYPES,
  GGUF_VALUE_BYTES,
  GGUF_VALUE_TYPES,
  GGUF_VERSION,
  type GgufValueType,
} from './gguf-types.ts';
import { commitFilled, type WrittenTensor, writeTensorData } from './written-tensor.ts';

type Scalar = number | boolean | string;

/** A value and its type in the file; a list becomes an array of that type. */
export interface GgufField {
  readonly type: Exclude<GgufValueType, 'array'>;
  readonly value: Scalar | ArrayLike<Scalar>;
}

/** Writes a whole file, which appears under its name only when complete; keys and tensors keep their order. */
export function writeGguf(
  path: string,
  metadata: ReadonlyMap<string, GgufField>,
  tensors: Iterable<WrittenTensor>,
): void {
  const listed = [...tensors];
  const alignment = Number(metadata.get(GGUF_ALIGNMENT_KEY)?.value ?? GGUF_DEFAULT_ALIGNMENT);
  const head = [
    ...preamble(listed.length, metadata.size),
    ...keyValues(metadata),
    ...infos(listed, alignment),
  ];
  const headBytes = Buffer.concat(head);
  commitFilled(new AtomicFile(path), (file) => {
    file.write(headBytes);
    file.write(padding(headBytes.length, alignment));
    for (const tensor of listed) {
      const sizeBytes = sizeInBytes(tensor.dtype, tensor.shape);
      writeTensorData(file, tensor, sizeBytes);
      file.write(padding(sizeBytes, alignment));
    }
  });
}

function preamble(tensorCount: number, keyCount: number): Buffer[] {
  return [
    Buffer.from(GGUF_MAGIC),
    scalar('u32', GGUF_VERSION),
    scalar('u64', tensorCount),
    scalar('u64', keyCount),
  ];
}

function keyValues(metadata: ReadonlyMap<string, GgufField>): Buffer[] {
  return [...metadata].flatMap(([key, { type, value }]) => {
    if (!isList(value)) return [scalar('string', key), typeNumber(type), scalar(type, value)];
    const count = scalar('u64', value.length);
    const items = Array.from(value, (item) => scalar(type, item));
    return [scalar('string', key), typeNumber('array'), typeNumber(type), count, ...items];
  });
}

function infos(tensors: readonly WrittenTensor[], alignment: number): Buffer[] {
  const types = [...GGUF_TENSOR_TYPES];
  let offset = 0;
  return tensors.flatMap(({ name, dtype, shape }) => {
    const sizeBytes = sizeInBytes(dtype, shape);
    const type = types.find(([, known]) => known === dtype)![0];
    const dimensions = shape.toReversed().map((size) => scalar('u64', size));
    assert(!Number.isNaN(sizeBytes), `${name} [${shape}] has no whole blocks of ${dtype}`);
    const place = scalar('u64', offset);
    offset += alignUp(sizeBytes, alignment);
    return [scalar('string', name), scalar('u32', shape.length), ...dimensions, scalar('u32', type), place];
  });
}

function padding(length: number, alignment: number): Buffer {
  return Buffer.alloc(alignUp(length, alignment) - length);
}

function typeNumber(type: GgufValueType): Buffer {
  return scalar('u32', GGUF_VALUE_TYPES.indexOf(type));
}

function scalar(type: GgufField['type'], value: Scalar): Buffer {
  if (type === 'string') {
    const text = Buffer.from(String(value));
    return Buffer.concat([scalar('u64', text.length), text]);
  }
  const bytes = Buffer.alloc(GGUF_VALUE_BYTES[type]);
  const number = Number(value);
  if (type === 'f32') bytes.writeFloatLE(number);
  else if (type === 'f64') bytes.writeDoubleLE(number);
  else if (type === 'u64') bytes.writeBigUInt64LE(BigInt(number));
  else if (type === 'i64') bytes.writeBigInt64LE(BigInt(number));
  else if (type.startsWith('i')) bytes.writeIntLE(number, 0, bytes.length);
  else bytes.writeUIntLE(number, 0, bytes.length);
  return bytes;
}

function isList(value: Scalar | ArrayLike<Scalar>): value is ArrayLike<Scalar> {
  return typeof value === 'object';
}
