/** ggml's numbers for element types, and conversions of host bytes between them by ggml's own routines. */
import { type Dtype, ShapeError, sizeInBytes } from '../core/index.ts';
import { ggml } from './library.ts';
import type { GgmlFunctions } from './signatures.ts';

/** enum ggml_type. */
const TYPE_NUMBERS: Record<Dtype, number> = {
  f32: 0,
  f16: 1,
  q4_0: 2,
  q4_1: 3,
  q5_0: 6,
  q5_1: 7,
  q8_0: 8,
  q2_k: 10,
  q3_k: 11,
  q4_k: 12,
  q5_k: 13,
  q6_k: 14,
  i8: 24,
  i16: 25,
  i32: 26,
  i64: 27,
  f64: 28,
  bf16: 30,
};

const TO_F32: Partial<
  Record<
    Dtype,
    (keyof GgmlFunctions & `${string}_row_${string}`) | 'ggml_fp16_to_fp32_row' | 'ggml_bf16_to_fp32_row'
  >
> = {
  f16: 'ggml_fp16_to_fp32_row',
  bf16: 'ggml_bf16_to_fp32_row',
  q4_0: 'dequantize_row_q4_0',
  q4_1: 'dequantize_row_q4_1',
  q5_0: 'dequantize_row_q5_0',
  q5_1: 'dequantize_row_q5_1',
  q8_0: 'dequantize_row_q8_0',
  q2_k: 'dequantize_row_q2_K',
  q3_k: 'dequantize_row_q3_K',
  q4_k: 'dequantize_row_q4_K',
  q5_k: 'dequantize_row_q5_K',
  q6_k: 'dequantize_row_q6_K',
};

export function typeNumber(dtype: Dtype): number {
  return TYPE_NUMBERS[dtype];
}

/**
 * Elements as f32.
 * @param bytes whole blocks of `dtype`
 * @throws ShapeError when the byte count is not that of `elements`, or the type has no conversion
 */
export function toFloat32(bytes: Uint8Array, dtype: Dtype, elements: number): Float32Array {
  if (bytes.byteLength !== sizeInBytes(dtype, [elements])) {
    throw new ShapeError(`convert: ${bytes.byteLength} bytes are not ${elements} elements of ${dtype}`);
  }
  if (dtype === 'f32') return new Float32Array(bytes.slice().buffer);
  const name = TO_F32[dtype];
  if (!name) throw new ShapeError(`convert: ${dtype} cannot be read as f32`);
  const result = new Float32Array(elements);
  (ggml()[name] as GgmlFunctions['dequantize_row_q8_0'])(bytes, result, elements);
  return result;
}

/** f32 rounded to nearest even into the wanted float type, as bytes. */
export function fromFloat32(values: Float32Array, dtype: 'f32' | 'f16' | 'bf16'): Uint8Array {
  if (dtype === 'f32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const result = new Uint8Array(values.length * 2);
  const convert = dtype === 'f16' ? ggml().ggml_fp32_to_fp16_row : ggml().ggml_fp32_to_bf16_row_ref;
  convert(values, result, values.length);
  return result;
}
