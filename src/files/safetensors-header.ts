/**
 * The JSON header of a safetensors file, checked until nothing in it can mislead: known dtypes, sizes that follow
 * from shapes, byte ranges that fill the file without overlap or hole, no name twice.
 * @see https://github.com/huggingface/safetensors#format
 */
import { type Dtype, ModelError, messageOf, sizeInBytes } from '../core/index.ts';
import { damaged, type RandomAccessFile } from './random-access-file.ts';
import { type PlacedTensor, shown } from './tensor-source.ts';

/** As in the reference implementation: more is a sign of a broken length, not of a real model. */
const MAX_HEADER_BYTES = 100_000_000;

const LENGTH_BYTES = 8;

/** The spelling in files of the dtypes that we know; in the order in which the reference writes them last to first. */
export const SAFETENSORS_DTYPES: ReadonlyMap<string, Dtype> = new Map([
  ['I8', 'i8'],
  ['I16', 'i16'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['I32', 'i32'],
  ['F32', 'f32'],
  ['F64', 'f64'],
  ['I64', 'i64'],
]);

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, PlacedTensor>;
}

/** @throws ModelError at the first thing that is wrong */
export function readSafetensorsHeader(file: RandomAccessFile): SafetensorsHeader {
  const { json, dataPosition } = readJson(file);
  const metadata = new Map<string, string>();
  const tensors = new Map<string, PlacedTensor>();
  for (const [name, entry] of Object.entries(json)) {
    if (name === '__metadata__') {
      for (const [key, value] of metadataEntries(file, entry)) metadata.set(key, value);
    } else {
      tensors.set(name, placedTensor(file, name, entry, dataPosition));
    }
  }
  checkLayout(file, tensors.values(), dataPosition);
  return { metadata, tensors };
}

function readJson(file: RandomAccessFile): { json: object; dataPosition: number } {
  if (file.sizeBytes < LENGTH_BYTES) {
    throw damaged(file.path, `has ${file.sizeBytes} bytes, too few for a safetensors file`);
  }
  const prefix = Buffer.alloc(LENGTH_BYTES);
  file.read(0, prefix);
  const headerBytes = Number(prefix.readBigUInt64LE());
  if (headerBytes > MAX_HEADER_BYTES) {
    throw damaged(file.path, `is no safetensors file, or its header length of ${headerBytes} bytes is wrong`);
  }
  if (headerBytes > file.sizeBytes - LENGTH_BYTES) {
    throw damaged(
      file.path,
      `has ${file.sizeBytes} bytes, fewer than its header of ${headerBytes} bytes needs`,
    );
  }
  const bytes = new Uint8Array(headerBytes);
  file.read(LENGTH_BYTES, bytes);
  return { json: parseHeader(file.path, bytes), dataPosition: LENGTH_BYTES + headerBytes };
}

function parseHeader(path: string, bytes: Uint8Array): object {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(path, `the header is no JSON, ${messageOf(error)}`, error);
  }
  if (!isObject(json)) throw damaged(path, 'the header is no JSON object');
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw damaged(path, `the header has the key ${shown(duplicate)} twice`);
  return json;
}

function metadataEntries(file: RandomAccessFile, entry: unknown): [string, string][] {
  const entries = isObject(entry) ? Object.entries(entry) : [['', undefined]];
  if (!entries.every((pair): pair is [string, string] => typeof pair[1] === 'string')) {
    throw damaged(file.path, '__metadata__ does not map names to texts');
  }
  return entries;
}

function placedTensor(
  file: RandomAccessFile,
  name: string,
  entry: unknown,
  dataPosition: number,
): PlacedTensor {
  const fields: { dtype?: unknown; shape?: unknown; data_offsets?: unknown } = isObject(entry) ? entry : {};
  const dtype = SAFETENSORS_DTYPES.get(String(fields.dtype));
  if (!dtype) throw unknownDtype(file.path, name, fields.dtype);
  const { shape, data_offsets: range } = fields;
  if (!isSizes(shape)) throw damaged(file.path, `the shape of ${shown(name)} is no list of sizes`);
  if (!isSizes(range) || range.length !== 2 || range[0]! > range[1]!) {
    throw damaged(file.path, `the data_offsets of ${shown(name)} are no range`);
  }
  const sizeBytes = range[1]! - range[0]!;
  if (sizeInBytes(dtype, shape) !== sizeBytes) {
    const expected = `[${shape.slice(0, 8)}] of ${dtype} takes ${sizeInBytes(dtype, shape)} bytes`;
    throw damaged(file.path, `${shown(name)} ${expected}, but data_offsets give it ${sizeBytes}`);
  }
  return { name, dtype, shape, sizeBytes, file, position: dataPosition + range[0]! };
}

function unknownDtype(path: string, name: string, dtype: unknown): ModelError {
  if (typeof dtype !== 'string') return damaged(path, `the header has no dtype for ${shown(name)}`);
  const known = [...SAFETENSORS_DTYPES.keys()].join(', ');
  return new ModelError(
    `${path}: ${shown(name)} is of dtype ${shown(dtype)}, which is not supported (${known} are); use a bf16 or f32 version of the model`,
  );
}

/** The ranges, sorted, have to start at the data, follow each other and end with the file. */
function checkLayout(file: RandomAccessFile, tensors: Iterable<PlacedTensor>, dataPosition: number): void {
  let end = dataPosition;
  const sorted = [...tensors].sort((a, b) => a.position - b.position || a.sizeBytes - b.sizeBytes);
  for (const { name, position, sizeBytes } of sorted) {
    if (position !== end) {
      const problem = position < end ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw damaged(file.path, `${shown(name)} at byte ${position} ${problem}, which ends at ${end}`);
    }
    end = position + sizeBytes;
  }
  if (end !== file.sizeBytes) {
    throw damaged(file.path, `its header lists ${end} bytes, but the file has ${file.sizeBytes}`);
  }
}

/** A key that an object of the valid JSON text holds twice: JSON.parse would keep the last and say nothing. */
function duplicateKey(text: string): string | undefined {
  const scopes: (Set<string> | undefined)[] = [];
  let lastString = '';
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (letter === '"') {
      const start = i++;
      while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      lastString = text.slice(start, i + 1);
    } else if (letter === ':') {
      const key: string = JSON.parse(lastString);
      const keys = scopes.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    } else if (letter === '{') {
      scopes.push(new Set());
    } else if (letter === '[') {
      scopes.push(undefined);
    } else if (letter === '}' || letter === ']') {
      scopes.pop();
    }
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
