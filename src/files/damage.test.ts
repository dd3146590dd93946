/** Damaged files of both formats: each opens and reads, or fails with a TunesmithError; neither crash nor excess. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TunesmithError } from '../core/index.ts';
import { type MetadataValue, openGguf, openSafetensors, type TensorSource } from './index.ts';

const RUNS = 400;
const GOLDEN = join(import.meta.dirname, '../../test/golden/files');
const FORMATS = [
  { name: 'all-dtypes.safetensors', headBytes: 1400, open: openSafetensors },
  { name: 'all-types.gguf', headBytes: 1728, open: openGguf },
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function check(name: string, open: (path: string) => TensorSource, bytes: Uint8Array): void {
  const path = join(folder, name);
  rewrite(path, bytes);
  try {
    using source = open(path);
    expect(memoryBytes(source)).toBeLessThanOrEqual(bytes.length);
    for (const tensor of source.tensors.values())
      source.read(tensor.name, 0, new Uint8Array(tensor.sizeBytes));
  } catch (error) {
    expect(error).toBeInstanceOf(TunesmithError);
  }
}

/** Removed first: some file systems wait for the disk when a file is cut and written again. */
function rewrite(path: string, bytes: Uint8Array): void {
  rmSync(path, { force: true });
  writeFileSync(path, bytes);
}

/** What a reader of everything allocates: arrays of numbers, texts of one byte a letter at least, tensors. */
function memoryBytes(source: TensorSource): number {
  const ofValue = (value: MetadataValue): number => {
    if (typeof value === 'string') return value.length;
    if (typeof value !== 'object') return 1;
    return 'byteLength' in value
      ? value.byteLength
      : value.reduce<number>((sum, item) => sum + ofValue(item), 0);
  };
  const tensors = [...source.tensors.values()].reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
  return tensors + [...source.metadata.values()].reduce((sum: number, value) => sum + ofValue(value), 0);
}

const flips = (length: number) =>
  fc.array(fc.record({ at: fc.nat(length - 1), bits: fc.integer({ min: 1, max: 255 }) }), {
    minLength: 1,
    maxLength: 4,
  });

test.each(FORMATS)('$name with flipped bits in its head', ({ name, headBytes, open }) => {
  const golden = readFileSync(join(GOLDEN, name));
  fc.assert(
    fc.property(flips(headBytes), (changes) => {
      const bytes = Uint8Array.from(golden);
      for (const { at, bits } of changes) bytes[at]! ^= bits;
      check(name, open, bytes);
    }),
    { numRuns: RUNS, seed: 4 },
  );
});

test.each(FORMATS)(
  '$name with an integer of its head replaced by an extreme one',
  ({ name, headBytes, open }) => {
    const golden = readFileSync(join(GOLDEN, name));
    const extreme = fc.constantFrom(
      0n,
      1n,
      2n ** 31n,
      2n ** 32n - 1n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 1n,
    );
    fc.assert(
      fc.property(fc.nat(headBytes - 8), extreme, (at, value) => {
        const bytes = Buffer.from(golden);
        bytes.writeBigUInt64LE(value, at);
        check(name, open, bytes);
      }),
      { numRuns: RUNS, seed: 4 },
    );
  },
);

test.each(FORMATS)('$name cut off anywhere never opens', ({ name, open }) => {
  const golden = readFileSync(join(GOLDEN, name));
  const path = join(folder, name);
  // The last tensor of the GGUF file is followed by padding that nobody needs.
  const needed = name.endsWith('.gguf') ? 5644 : golden.length;
  fc.assert(
    fc.property(fc.nat(needed - 1), (length) => {
      rewrite(path, golden.subarray(0, length));
      expect(() => open(path)).toThrow(TunesmithError);
    }),
    { numRuns: RUNS, seed: 4 },
  );
});

test.each(FORMATS)('$name made of random bytes', ({ name, open }) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, keepStart) => {
      const golden = readFileSync(join(GOLDEN, name));
      check(name, open, keepStart ? Buffer.concat([golden.subarray(0, 24), bytes]) : bytes);
    }),
    { numRuns: RUNS, seed: 4 },
  );
});
