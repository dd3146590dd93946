/**
 * Element types of tensors, with the byte sizes of their blocks. Quantized types store blocks of several
 * elements; a row must hold whole blocks. Sizes as in ggml and the GGUF specification.
 */

const TABLE = {
  f32: { blockElements: 1, blockBytes: 4 },
  f16: { blockElements: 1, blockBytes: 2 },
  bf16: { blockElements: 1, blockBytes: 2 },
  f64: { blockElements: 1, blockBytes: 8 },
  i8: { blockElements: 1, blockBytes: 1 },
  i16: { blockElements: 1, blockBytes: 2 },
  i32: { blockElements: 1, blockBytes: 4 },
  i64: { blockElements: 1, blockBytes: 8 },
  q4_0: { blockElements: 32, blockBytes: 18 },
  q4_1: { blockElements: 32, blockBytes: 20 },
  q5_0: { blockElements: 32, blockBytes: 22 },
  q5_1: { blockElements: 32, blockBytes: 24 },
  q8_0: { blockElements: 32, blockBytes: 34 },
  q2_k: { blockElements: 256, blockBytes: 84 },
  q3_k: { blockElements: 256, blockBytes: 110 },
  q4_k: { blockElements: 256, blockBytes: 144 },
  q5_k: { blockElements: 256, blockBytes: 176 },
  q6_k: { blockElements: 256, blockBytes: 210 },
} as const;

export type Dtype = keyof typeof TABLE;

export const DTYPES = Object.keys(TABLE) as readonly Dtype[];

/** Elements in one block of the type: 1 for plain types. */
export function blockElements(dtype: Dtype): number {
  return TABLE[dtype].blockElements;
}

/** Bytes of one block. */
export function blockBytes(dtype: Dtype): number {
  return TABLE[dtype].blockBytes;
}

/** Bytes of a contiguous tensor; NaN when a row does not hold whole blocks. */
export function sizeInBytes(dtype: Dtype, shape: readonly number[]): number {
  const elements = shape.reduce((product, size) => product * size, 1);
  const row = shape.at(-1) ?? 1;
  return row % blockElements(dtype) === 0
    ? (elements / blockElements(dtype)) * blockBytes(dtype)
    : Number.NaN;
}

export function isQuantized(dtype: Dtype): boolean {
  return blockElements(dtype) > 1;
}
