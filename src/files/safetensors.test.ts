import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelError } from '../core/index.ts';
import { openSafetensors, openShardedSafetensors, writeSafetensors } from './index.ts';

const GOLDEN = join(import.meta.dirname, '../../test/golden');
const ALL_DTYPES = join(GOLDEN, 'files/all-dtypes.safetensors');
const SHARDED = join(GOLDEN, 'models/qwen3');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file of a header, as text or value, and as many data bytes. */
function write(header: unknown, dataBytes: number, headerLength?: number): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerLength ?? json.length));
  const path = join(folder, 'case.safetensors');
  writeFileSync(path, Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
  return path;
}

const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

test('reads every dtype that the reference library writes', () => {
  using source = openSafetensors(ALL_DTYPES);
  const shapes = Object.fromEntries(
    [...source.tensors.values()].map((t) => [t.name, `${t.dtype}[${t.shape}]`]),
  );
  expect(shapes).toEqual({
    Ω: 'f32[]',
    empty: 'f32[0,4]',
    '9': 'f32[1]',
    '10': 'f32[1]',
    ...Object.fromEntries(
      Object.entries({ float32: 'f32', float16: 'f16', bfloat16: 'bf16', float64: 'f64' }).flatMap(both),
    ),
    ...Object.fromEntries(
      Object.entries({ int8: 'i8', int16: 'i16', int32: 'i32', int64: 'i64' }).flatMap(both),
    ),
  });
  expect(source.metadata).toEqual(new Map([['format', 'pt']]));
  const values = new Float32Array(6);
  source.read('matrix.float32', 0, new Uint8Array(values.buffer));
  expect([...values]).toEqual([0, 1, 2, 3, 4, 5]);
  const longs = new BigInt64Array(2);
  source.read('a.int64', 0, new Uint8Array(longs.buffer));
  expect([...longs]).toEqual([0n, 1n]);
});

const both = ([long, short]: [string, string]) => [
  [`matrix.${long}`, `${short}[2,3]`],
  [`a.${long}`, `${short}[2]`],
];

test('writes what it read, byte for byte as the reference library does', () => {
  using source = openSafetensors(ALL_DTYPES);
  const tensors = [...source.tensors.values()].reverse().map((tensor) => {
    const data = new Uint8Array(tensor.sizeBytes);
    source.read(tensor.name, 0, data);
    return { ...tensor, data };
  });
  const path = join(folder, 'copy.safetensors');
  writeSafetensors(path, tensors, { format: 'pt' });
  expect(readFileSync(path)).toEqual(readFileSync(ALL_DTYPES));
});

test('reads a tensor in pieces, and nothing outside of it', () => {
  using source = openSafetensors(ALL_DTYPES);
  const piece = new Uint8Array(4);
  source.read('matrix.float32', 8, piece);
  expect(new Float32Array(piece.buffer)[0]).toBe(2);
  expect(() => source.read('matrix.float32', 22, piece)).toThrow('bytes 22 to 26 of matrix.float32');
  expect(() => source.read('matrix.float32', -1, piece)).toThrow(ModelError);
  expect(() => source.read('matrix', 0, piece)).toThrow('has no tensor "matrix"');
  source.close();
  expect(() => source.read('matrix.float32', 0, piece)).toThrow('after it was closed');
});

test('reads beyond 4 GiB', () => {
  const sizeBytes = 5 * 2 ** 30;
  const path = write({ a: entry(0, sizeBytes, [sizeBytes], 'I8') }, 0);
  const descriptor = openSync(path, 'r+');
  const fileBytes = fstatSync(descriptor).size + sizeBytes;
  // A file with a hole in it, which takes no room on the disk.
  ftruncateSync(descriptor, fileBytes);
  writeSync(descriptor, Uint8Array.of(7), 0, 1, fileBytes - 1);
  closeSync(descriptor);
  using source = openSafetensors(path);
  const piece = new Uint8Array(2);
  source.read('a', sizeBytes - 2, piece);
  expect([...piece]).toEqual([0, 7]);
  rmSync(path);
});

test('pieces that a function makes are written one by one; a wrong number of bytes leaves no file', () => {
  const path = join(folder, 'pieces.safetensors');
  const tensor = (pieces: number) => ({
    name: 'x',
    dtype: 'f32' as const,
    shape: [4],
    data: function* () {
      for (let i = 0; i < pieces; i++) yield Uint8Array.of(i, i, i, i);
    },
  });
  expect(() => writeSafetensors(path, [tensor(3)])).toThrow('needs 16 bytes and got 12');
  expect(readdirSync(folder).filter((name) => name.includes('pieces'))).toEqual([]);
  writeSafetensors(path, [tensor(4)]);
  using source = openSafetensors(path);
  const data = new Uint8Array(16);
  source.read('x', 0, data);
  expect([...data]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
});

test.each<[problem: string, path: () => string, message: string]>([
  ['missing', () => join(folder, 'none.safetensors'), 'no such file'],
  ['a folder', () => folder, 'is a folder or device'],
  ['empty', () => writeRaw(''), 'has 0 bytes, too few'],
  ['shorter than its length', () => writeRaw('1234567'), 'has 7 bytes, too few'],
  ['a header longer than the file', () => write({}, 0, 100), 'fewer than its header of 100 bytes'],
  ['a header of absurd length', () => write({}, 0, 2 ** 52), 'header length of 4503599627370496 bytes'],
  ['something else entirely', () => writeRaw('<!DOCTYPE html><html>…'), 'is no safetensors file'],
  ['no JSON', () => write('{"a": ', 0), 'the header is no JSON'],
  ['no UTF-8', () => write('{"a":"\u00ff"}', 0, 9), 'the header is no JSON'],
  ['a list for a header', () => write([], 0), 'no JSON object'],
  [
    'a key twice',
    () => write('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0061":0}', 0),
    '"a" twice',
  ],
  ['metadata that is no text', () => write({ __metadata__: { a: 1 } }, 0), '__metadata__ does not map'],
  ['metadata that is null', () => write({ __metadata__: null }, 0), '__metadata__ does not map'],
  ['an entry that is no object', () => write({ a: 5 }, 0), 'no dtype for "a"'],
  [
    'an unknown dtype',
    () => write({ a: entry(0, 4, [4], 'F8_E4M3') }, 4),
    '"F8_E4M3", which is not supported (I8',
  ],
  ['no shape', () => write({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4), 'shape of "a" is no list'],
  ['a negative size', () => write({ a: entry(0, 4, [-1]) }, 4), 'shape of "a" is no list'],
  ['a broken size', () => write({ a: entry(0, 6, [1.5]) }, 6), 'shape of "a" is no list'],
  [
    'sizes beyond all numbers',
    () => write({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, 4),
    'but data_offsets give it 4',
  ],
  [
    'one offset',
    () => write({ a: { ...entry(0, 4), data_offsets: [0] } }, 4),
    'data_offsets of "a" are no range',
  ],
  ['offsets backwards', () => write({ a: { ...entry(0, 4), data_offsets: [4, 0] } }, 4), 'are no range'],
  [
    'a shape that does not fit',
    () => write({ a: entry(0, 4, [2]) }, 4),
    'takes 8 bytes, but data_offsets give it 4',
  ],
  ['a range outside the file', () => write({ a: entry(0, 8) }, 4), 'lists 70 bytes, but the file has 66'],
  ['bytes that nobody owns', () => write({ a: entry(0, 4) }, 8), 'but the file has'],
  ['a hole', () => write({ a: entry(0, 4), b: entry(8, 12) }, 12), '"b" at byte 124 leaves a hole'],
  ['an overlap', () => write({ a: entry(0, 8), b: entry(4, 12) }, 12), '"b" at byte 120 overlaps'],
])('refuses a file with %s', (_problem, path, message) => {
  expect(() => openSafetensors(path())).toThrow(ModelError);
  expect(() => openSafetensors(path())).toThrow(message);
});

function writeRaw(content: string): string {
  const path = join(folder, 'raw.safetensors');
  writeFileSync(path, content);
  return path;
}

test('opens the shards that the index of a folder names', () => {
  using source = openShardedSafetensors(SHARDED);
  const index = JSON.parse(readFileSync(join(SHARDED, 'model.safetensors.index.json'), 'utf8'));
  expect([...source.tensors.keys()].sort()).toEqual(Object.keys(index.weight_map).sort());
  expect(new Set(Object.values(index.weight_map)).size).toBe(2);
  expect(source.metadata.get('format')).toBe('pt');
  for (const { name, sizeBytes } of source.tensors.values()) source.read(name, 0, new Uint8Array(sizeBytes));
});

test('a list of shards is the same as their index, and a name in two of them is refused', () => {
  const shards = readdirSync(SHARDED).filter((name) => /^model-.*\.safetensors$/.test(name));
  const paths = shards.map((name) => join(SHARDED, name));
  using source = openSafetensors(paths);
  using indexed = openShardedSafetensors(SHARDED);
  expect(source.tensors.size).toBe(indexed.tensors.size);
  expect(() => openSafetensors([...paths, paths[0]!])).toThrow(/is in .* too/);
  expect(() => openSafetensors([])).toThrow('empty list');
});

test('a single file in a folder is preferred to an index', () => {
  copyFileSync(ALL_DTYPES, join(folder, 'model.safetensors'));
  using source = openShardedSafetensors(folder);
  expect(source.tensors.size).toBe(20);
  rmSync(join(folder, 'model.safetensors'));
});

test.each<[problem: string, index: string | object | undefined, message: string]>([
  ['no weights', undefined, 'has neither model.safetensors nor'],
  ['an index that is no JSON', '{', 'is no JSON'],
  ['an index that is a number', '1', 'weight_map is missing or empty'],
  ['an empty weight_map', { weight_map: {} }, 'weight_map is missing or empty'],
  ['a weight_map without file names', { weight_map: { a: 1 } }, 'gives no file for "a"'],
  ['a shard that is missing', { weight_map: { a: 'none.safetensors' } }, 'there is no such file'],
  [
    'a tensor that its shard lacks',
    { weight_map: { b: 'shard.safetensors' } },
    'shard.safetensors, which does not hold',
  ],
  ['a shard in another folder', { weight_map: { a: '../shard.safetensors' } }, 'no file of this folder'],
  ['an absolute path', { weight_map: { a: '/etc/passwd' } }, 'no file of this folder'],
  ["another system's path", { weight_map: { a: '..\\shard.safetensors' } }, 'no file of this folder'],
  ['the folder itself', { weight_map: { a: '..' } }, 'no file of this folder'],
])('refuses a folder with %s', (_problem, index, message) => {
  const path = join(folder, 'model.safetensors.index.json');
  writeSafetensors(join(folder, 'shard.safetensors'), [
    { name: 'a', dtype: 'i8', shape: [1], data: new Uint8Array(1) },
  ]);
  rmSync(path, { force: true });
  if (index !== undefined) writeFileSync(path, typeof index === 'string' ? index : JSON.stringify(index));
  expect(() => openShardedSafetensors(folder)).toThrow(ModelError);
  expect(() => openShardedSafetensors(folder)).toThrow(message);
});
