import { describe, expect, it } from 'vitest';
import { DTYPES, isQuantized, sizeInBytes } from '../core/index.ts';
import { fromFloat32, toFloat32 } from './dtypes.ts';

describe('rounding to half precision', () => {
  // To the nearest, ties to even.
  it.each([
    { dtype: 'bf16', value: 1 + 2 ** -8, expected: 1 },
    { dtype: 'bf16', value: 1 + 3 * 2 ** -8, expected: 1 + 2 ** -6 },
    { dtype: 'bf16', value: 1e38, expected: 9.969209968386869e37 },
    { dtype: 'bf16', value: -0.1, expected: -0.10009765625 },
    { dtype: 'f16', value: 1 + 2 ** -11, expected: 1 },
    { dtype: 'f16', value: 1 + 3 * 2 ** -11, expected: 1 + 2 ** -9 },
    { dtype: 'f16', value: 65_504, expected: 65_504 },
    { dtype: 'f16', value: 1e6, expected: Number.POSITIVE_INFINITY },
    { dtype: 'f16', value: 2 ** -24, expected: 2 ** -24 },
    { dtype: 'f32', value: Math.fround(0.1), expected: Math.fround(0.1) },
  ] as const)('$value in $dtype is $expected', ({ dtype, value, expected }) => {
    expect(toFloat32(fromFloat32(Float32Array.of(value), dtype), dtype, 1)).toEqual(
      Float32Array.of(expected),
    );
  });
});

describe('reading as f32', () => {
  it.each(DTYPES.filter(isQuantized))('blocks of zeros in %s are zeros', (dtype) => {
    const bytes = new Uint8Array(sizeInBytes(dtype, [512]));
    expect(toFloat32(bytes, dtype, 512).every((value) => value === 0)).toBe(true);
  });

  // One block: scale 0.5 in f16, then the numbers −16 … 15.
  it('a block of q8_0', () => {
    const bytes = new Uint8Array(34);
    bytes.set([0x00, 0x38]);
    bytes.set(
      Int8Array.from({ length: 32 }, (_, i) => i - 16),
      2,
    );
    expect(toFloat32(bytes, 'q8_0', 32)).toEqual(Float32Array.from({ length: 32 }, (_, i) => (i - 16) / 2));
  });

  it('does not depend on where the bytes lie', () => {
    const bytes = new Uint8Array(13);
    bytes.set(new Uint8Array(Float32Array.of(1, 2, 3).buffer), 1);
    expect(toFloat32(bytes.subarray(1), 'f32', 3)).toEqual(Float32Array.of(1, 2, 3));
  });

  it.each([
    { dtype: 'f32', bytes: 7, elements: 2 },
    { dtype: 'q4_0', bytes: 18, elements: 31 },
    { dtype: 'q6_k', bytes: 210, elements: 512 },
    { dtype: 'i64', bytes: 8, elements: 1 },
  ] as const)('refuses $bytes bytes as $elements elements of $dtype', ({ dtype, bytes, elements }) => {
    expect(() => toFloat32(new Uint8Array(bytes), dtype, elements)).toThrow(
      expect.objectContaining({ code: 'shape' }),
    );
  });
});
