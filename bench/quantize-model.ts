/**
 * A GGUF file once more with the weights of a loaded model, its matrices in Q4_0, what llama.cpp is fastest with, and
 * the embedding in Q8_0, as llama.cpp's own quantizer has it for such widths. All else in the file, its tokenizer above
 * all, is taken over as it stands.
 */

import { GgufCursor } from '../src/files/gguf-cursor.ts';
import type { GgufValueType } from '../src/files/gguf-types.ts';
import { type GgufField, openGguf, type WrittenTensor, writeGguf } from '../src/files/index.ts';
import { RandomAccessFile } from '../src/files/random-access-file.ts';
import { elementCount, fromFloat32, readTensor } from '../src/graph/index.ts';
import { huggingFaceName } from '../src/load/gguf-model.ts';
import type { LoadedModel } from '../src/load/index.ts';
import { familyOf } from '../src/model/index.ts';

const BLOCK = 32;
/** Read as the head too, which rounding would harm most. */
const EMBEDDING = ['token_embd.weight', 'output.weight'];
const PREAMBLE_BYTES = 8;
/** As files call themselves: mostly Q4_0. */
const FILE_TYPE = ['general.file_type', { type: 'u32', value: 2 }] as const;
const LEAST = { tensor: 24, keyValue: 13 };

/** @param model of the GGUF file `from`, with whatever was merged into it; its weights in f32 */
export function writeQuantized(model: LoadedModel, from: string, to: string): void {
  using source = openGguf(from);
  const family = familyOf('ggufArchitecture', source.metadata.get('general.architecture'));
  const tensors = [...source.tensors.values()].map(({ name, shape, ...stored }): WrittenTensor => {
    const known = huggingFaceName(name, family);
    if (known === undefined) {
      const bytes = new Uint8Array(stored.sizeBytes);
      source.read(name, 0, bytes);
      return { name, shape, dtype: stored.dtype, data: bytes };
    }
    const dtype = shape.length === 1 ? 'f32' : EMBEDDING.includes(name) ? 'q8_0' : 'q4_0';
    const data = function* () {
      const values = weightOf(model, known);
      const isInterleaved = family.ggufInterleavesHeads && /\.[qk]_proj\./.test(known);
      const ordered = isInterleaved ? pairsFromHalves(values, model.spec.headDim, shape[1]!) : values;
      yield dtype === 'f32' ? fromFloat32(ordered, 'f32') : QUANTIZERS[dtype](ordered);
    };
    return { name, shape, dtype, data };
  });
  writeGguf(to, new Map([...readFields(from), FILE_TYPE]), tensors);
}

function weightOf({ weights }: LoadedModel, name: string): Float32Array {
  const { attributes, shape } = weights.get(name);
  const { tensor } = attributes as { tensor: Parameters<typeof readTensor>[0] };
  const values = new Float32Array(elementCount(shape));
  readTensor(tensor, values);
  return values;
}

/** Rows of each head from halves (i, i + D/2) to pairs (2i, 2i + 1), as llama.cpp has them. */
function pairsFromHalves(values: Float32Array, headDim: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row * columns < values.length; row++) {
    const place = row % headDim;
    const half = headDim / 2;
    const target = row - place + (place < half ? 2 * place : 2 * (place - half) + 1);
    result.set(values.subarray(row * columns, (row + 1) * columns), target * columns);
  }
  return result;
}

const QUANTIZERS = { q4_0: quantizeQ4, q8_0: quantizeQ8 } as const;

/**
 * Blocks of 32 values as d (q − 8): d (f16) such that the value of the largest magnitude is −8 d, then q of the first 16
 * values in the lower halves of 16 bytes, and of the others in the upper ones.
 * @see https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c quantize_row_q4_0_ref
 */
function quantizeQ4(values: Float32Array): Uint8Array {
  return inBlocks(values, { bytes: 16, scaleOf: (largest) => largest / -8 }, (level, out) => {
    const nibble = (i: number) => Math.min(15, Math.floor(level(i) + 8.5));
    for (let i = 0; i < 16; i++) out[i] = nibble(i) | (nibble(i + 16) << 4);
  });
}

/** Blocks of 32 values as d q: d (f16) such that the value of the largest magnitude is ±127 d, then q as bytes. */
function quantizeQ8(values: Float32Array): Uint8Array {
  return inBlocks(values, { bytes: 32, scaleOf: (largest) => Math.abs(largest) / 127 }, (level, out) => {
    for (let i = 0; i < BLOCK; i++) out[i] = Math.round(level(i));
  });
}

/** @param fill writes a block; `level` is a value by the block's scale */
function inBlocks(
  values: Float32Array,
  { bytes, scaleOf }: { bytes: number; scaleOf(largest: number): number },
  fill: (level: (i: number) => number, out: Uint8Array) => void,
): Uint8Array {
  const scales = Float32Array.from({ length: values.length / BLOCK }, (_, block) => {
    let largest = 0;
    for (let i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
      if (Math.abs(values[i]!) > Math.abs(largest)) largest = values[i]!;
    }
    return scaleOf(largest);
  });
  const halves = fromFloat32(scales, 'f16');
  const result = new Uint8Array(scales.length * (2 + bytes));
  for (const [block, scale] of scales.entries()) {
    const inverse = scale === 0 ? 0 : 1 / scale;
    const place = block * (2 + bytes);
    result.set(halves.subarray(2 * block, 2 * block + 2), place);
    fill((i) => values[block * BLOCK + i]! * inverse, result.subarray(place + 2, place + 2 + bytes));
  }
  return result;
}

/** Key-values with their types, which a reader of models does not need. */
function readFields(path: string): Map<string, GgufField> {
  const file = new RandomAccessFile(path);
  try {
    const cursor = new GgufCursor(file);
    for (let at = 0; at < PREAMBLE_BYTES; at += 4) cursor.u32();
    cursor.count('the number of tensors', LEAST.tensor);
    const count = cursor.count('the number of key-values', LEAST.keyValue);
    const fields = Array.from({ length: count }, (): [string, GgufField] => {
      const key = cursor.string('a key');
      const type = cursor.valueType(key);
      const value = cursor.value(type, key) as GgufField['value'];
      return [key, { type: type === 'array' ? itemType(value) : type, value }];
    });
    return new Map(fields);
  } finally {
    file.close();
  }
}

function itemType(value: GgufField['value']): GgufField['type'] {
  const types: Readonly<Record<string, Exclude<GgufValueType, 'array'>>> = {
    Uint8Array: 'u8',
    Int8Array: 'i8',
    Uint16Array: 'u16',
    Int16Array: 'i16',
    Uint32Array: 'u32',
    Int32Array: 'i32',
    Float32Array: 'f32',
    Float64Array: 'f64',
  };
  const [first] = Array.isArray(value) ? (value as unknown[]) : [];
  return types[value.constructor.name] ?? (typeof first === 'boolean' ? 'bool' : 'string');
}
