/** Golden files and how far from them a result may lie. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors } from '../../src/files/index.ts';
import { toFloat32 } from '../../src/graph/index.ts';

export const GOLDEN = join(import.meta.dirname, '..', 'golden');

export function goldenJson<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(GOLDEN, ...path), 'utf8')) as T;
}

/** All tensors of a golden safetensors file as f32. */
export function goldenTensors(
  ...path: string[]
): Map<string, { shape: readonly number[]; values: Float32Array }> {
  using source = openSafetensors(join(GOLDEN, ...path));
  const result = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const { name, dtype, shape, sizeBytes } of source.tensors.values()) {
    const bytes = new Uint8Array(sizeBytes);
    source.read(name, 0, bytes);
    const elements = shape.reduce((product, size) => product * size, 1);
    result.set(name, { shape, values: toFloat32(bytes, dtype, elements) });
  }
  return result;
}

/** ‖actual − expected‖ / ‖expected‖ */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}
