import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dtype, ModelError } from '../core/index.ts';
import { type GgufField, openGguf, writeGguf } from './index.ts';

const GOLDEN = join(import.meta.dirname, '../../test/golden/files/all-types.gguf');

const VALUES: Readonly<Record<GgufField['type'], number | boolean | string>> = {
  u8: 200,
  i8: -100,
  u16: 60000,
  i16: -30000,
  u32: 4000000000,
  i32: -2000000000,
  f32: Math.fround(0.1),
  f64: 0.1,
  u64: Number.MAX_SAFE_INTEGER,
  i64: Number.MIN_SAFE_INTEGER,
  bool: true,
  string: '中文 🎵 \n',
};

const TENSORS: [name: string, dtype: Dtype, shape: number[]][] = [
  ['plain.f32', 'f32', [2, 3]],
  ['plain.f16', 'f16', [2, 3, 4]],
  ['plain.i32', 'i32', [4]],
  ['blocks.Q4_0', 'q4_0', [2, 64]],
  ['blocks.Q4_1', 'q4_1', [2, 64]],
  ['blocks.Q5_0', 'q5_0', [2, 64]],
  ['blocks.Q5_1', 'q5_1', [2, 64]],
  ['blocks.Q8_0', 'q8_0', [2, 64]],
  ['blocks.Q2_K', 'q2_k', [2, 512]],
  ['blocks.Q3_K', 'q3_k', [2, 512]],
  ['blocks.Q4_K', 'q4_k', [2, 512]],
  ['blocks.Q5_K', 'q5_k', [2, 512]],
  ['blocks.Q6_K', 'q6_k', [2, 512]],
  ['plain.bf16', 'bf16', [2, 3]],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gguf-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('reads every type of value', () => {
  using source = openGguf(GOLDEN);
  expect(source.metadata.get('general.architecture')).toBe('llama');
  for (const [type, value] of Object.entries(VALUES)) {
    expect(source.metadata.get(`value.${type}`), type).toBe(value);
    expect([...(source.metadata.get(`array.${type}`) as never[])], type).toEqual([value, value, value]);
  }
  expect(source.metadata.get('array.u16')).toBeInstanceOf(Uint16Array);
});

test('reads every type of tensor, outermost dimension first', () => {
  using source = openGguf(GOLDEN);
  expect([...source.tensors.values()].map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual(TENSORS);
  for (const { name, sizeBytes } of source.tensors.values()) {
    const bytes = new Uint8Array(sizeBytes);
    source.read(name, 0, bytes);
    if (name.startsWith('blocks')) expect(bytes).toEqual(bytes.map((_, i) => i % 251));
  }
  const halves = new Uint16Array(24);
  source.read('plain.f16', 0, new Uint8Array(halves.buffer));
  expect([...halves.subarray(0, 4)]).toEqual([0, 0x3c00, 0x4000, 0x4200]);
});

test("writes what it read, byte for byte as ggml's own library does", () => {
  using source = openGguf(GOLDEN);
  const metadata = new Map<string, GgufField>([['general.architecture', { type: 'string', value: 'llama' }]]);
  for (const type of Object.keys(VALUES) as GgufField['type'][]) {
    metadata.set(`value.${type}`, { type, value: VALUES[type] });
    metadata.set(`array.${type}`, { type, value: [VALUES[type], VALUES[type], VALUES[type]] });
  }
  // Last, as the library writes it.
  metadata.set('general.alignment', { type: 'u32', value: 64 });
  const tensors = [...source.tensors.values()].map((tensor) => {
    const data = new Uint8Array(tensor.sizeBytes);
    source.read(tensor.name, 0, data);
    return { ...tensor, data };
  });
  const path = join(folder, 'copy.gguf');
  writeGguf(path, metadata, tensors);
  expect(readFileSync(path)).toEqual(readFileSync(GOLDEN));
});

test('a file whose writing fails does not appear', () => {
  const tensor = { name: 'x', dtype: 'f32', shape: [2], data: new Uint8Array(4) } as const;
  expect(() => writeGguf(join(folder, 'half.gguf'), new Map(), [tensor])).toThrow('needs 8 bytes and got 4');
  expect(readdirSync(folder).filter((name) => name.includes('half'))).toEqual([]);
});

const VOCABULARY = 262_144;
/** Measured 30 to 110 ms; the best of three, as other tests may be using the processor. */
const VOCABULARY_LIMIT_MS = 300;

test('a vocabulary of 262,144 texts opens at once', () => {
  const tokens = Array.from({ length: VOCABULARY }, (_, i) => (i % 3 === 0 ? `词${i}` : `▁token${i}`));
  const path = join(folder, 'vocabulary.gguf');
  writeGguf(path, new Map([['tokens', { type: 'string', value: tokens }]]), []);
  const timesMs = [1, 2, 3].map(() => {
    const startMs = performance.now();
    using source = openGguf(path);
    expect(source.metadata.get('tokens')).toHaveLength(VOCABULARY);
    return performance.now() - startMs;
  });
  expect(Math.min(...timesMs)).toBeLessThan(VOCABULARY_LIMIT_MS);
  using source = openGguf(path);
  expect(source.metadata.get('tokens')).toEqual(tokens);
});

/** Writes a small sound file, changed by `change` at the place that follows the first `key` in it. */
function written(key: string, change: (bytes: Buffer, at: number) => void): string {
  const path = join(folder, 'case.gguf');
  const metadata = new Map<string, GgufField>([
    ['a.string', { type: 'string', value: 'text' }],
    ['a.bool', { type: 'bool', value: true }],
    ['a.u64', { type: 'u64', value: 5 }],
    ['a.i64', { type: 'i64', value: -5 }],
    ['a.list', { type: 'i32', value: [1, 2] }],
    ['general.alignment', { type: 'u32', value: 32 }],
    ['split.count', { type: 'u16', value: 1 }],
  ]);
  writeGguf(path, metadata, [
    { name: 'one', dtype: 'f32', shape: [2, 8], data: new Uint8Array(64) },
    { name: 'two', dtype: 'q8_0', shape: [2, 32], data: new Uint8Array(68) },
  ]);
  const bytes = readFileSync(path);
  const found = bytes.indexOf(key);
  if (found < 0) throw new Error(`the test looks for ${key} in vain`);
  change(bytes, found + key.length);
  writeFileSync(path, bytes);
  return path;
}

const u32 = (value: number, skip: number) => (bytes: Buffer, at: number) =>
  bytes.writeUInt32LE(value, at + skip);
const u64 = (value: bigint, skip: number) => (bytes: Buffer, at: number) =>
  bytes.writeBigUInt64LE(value, at + skip);
const letters = (text: string, skip: number) => (bytes: Buffer, at: number) =>
  bytes.write(text, at + skip, 'latin1');

// After a key: its type (4 bytes), then the value; a list has the type of its items (4) and their number (8) first.
// After a tensor's name: number of dimensions (4), dimensions (8 each, two here), type (4), offset (8).
test.each<[problem: string, key: string, change: (bytes: Buffer, at: number) => void, message: string]>([
  ['another format', 'GGUF', letters('GGML', -4), 'is no GGUF file, as it starts with "GGML"'],
  ['version 1', 'GGUF', u32(1, 0), 'is GGUF version 1, and versions 2 and 3 are supported'],
  ['version 4', 'GGUF', u32(4, 0), 'is GGUF version 4'],
  ['the other byte order', 'GGUF', u32(0x03000000, 0), 'for big-endian machines'],
  ['too many tensors', 'GGUF', u64(99999999n, 4), 'the number of tensors is 99999999, but only'],
  ['more tensors than listed', 'GGUF', u64(4n, 4), 'has the tensor "" twice'],
  ['too many key-values', 'GGUF', u64(2n ** 52n, 12), 'the number of key-values is 4503599627370496'],
  [
    'a count beyond 2^53',
    'GGUF',
    u64(2n ** 64n - 1n, 12),
    'the number of key-values is a 64-bit integer beyond',
  ],
  ['a key that is too long', 'GGUF', u64(5000n, 20), 'the length of key 0 is 5000, but only'],
  ['a value of no type', 'a.string', u32(13, 0), 'value of "a.string" is of type 13, which does not exist'],
  [
    'a text that is too long',
    'a.string',
    u64(2n ** 40n, 4),
    'length of the value of "a.string" is 1099511627776',
  ],
  ['a text that is no UTF-8', 'a.string', letters('\xff', 12), 'value of "a.string" is no UTF-8 text'],
  ['a key twice', 'a.i64', letters('a.u64', -5), 'has the key "a.u64" twice'],
  ['a bool of 2', 'a.bool', letters('\x02', 4), 'neither true nor false but 2'],
  [
    'an unsigned integer beyond 2^53',
    'a.u64',
    u64(2n ** 53n, 4),
    'value of "a.u64" is a 64-bit integer beyond',
  ],
  ['a signed integer beyond 2^53', 'a.i64', u64(2n ** 63n, 4), 'value of "a.i64" is a 64-bit integer beyond'],
  ['a list that is too long', 'a.list', u64(2n ** 30n, 8), 'value of "a.list" is 1073741824, but only'],
  ['a list of no type', 'a.list', u32(77, 4), 'is of type 77'],
  ['an alignment of 0', 'general.alignment', u32(0, 4), 'general.alignment is no power of two'],
  ['an alignment of 48', 'general.alignment', u32(48, 4), 'general.alignment is no power of two'],
  ['an alignment of 2^30', 'general.alignment', u32(2 ** 30, 4), 'general.alignment is no power of two'],
  ['an alignment of another type', 'general.alignment', u32(7, 0), 'neither true nor false|no power of two'],
  ['several parts', 'split.count', letters('\x03', 4), 'is one of 3 parts of a model; join them'],
  ['a tensor twice', 'two', letters('one', -3), 'has the tensor "one" twice'],
  ['5 dimensions', 'one', u32(5, 0), '"one" has 5 dimensions, more than 4'],
  ['a dimension beyond 2^53', 'one', u64(2n ** 60n, 4), 'a dimension of "one" is a 64-bit integer'],
  ['a tensor beyond the file', 'one', u64(2n ** 50n, 12), 'but "one" ends at byte|overlaps "one"'],
  ['half a block', 'two', u64(48n, 4), '"two" [2,48] has no whole blocks of q8_0'],
  ['a type that we cannot read', 'two', u32(23, 20), '"two" is of type IQ4_XS, which is not supported'],
  ['a type that never was', 'two', u32(99, 20), '"two" is of type 99, which does not exist'],
  ['an offset between alignments', 'two', u64(65n, 24), '"two" lies at offset 65, no multiple of 32'],
  ['an offset outside the file', 'two', u64(640n, 24), 'but "two" ends at byte'],
  ['an overlap', 'two', u64(32n, 24), 'overlaps "one"'],
])('refuses a file with %s', (_problem, key, change, message) => {
  const path = written(key, change);
  expect(() => openGguf(path)).toThrow(ModelError);
  expect(() => openGguf(path)).toThrow(new RegExp(message.replace(/[[\]^.()]/g, '\\$&')));
});

test('version 2 is read like version 3', () => {
  using source = openGguf(written('GGUF', u32(2, 0)));
  expect([...source.tensors.keys()]).toEqual(['one', 'two']);
  expect(source.metadata.get('a.i64')).toBe(-5);
});
