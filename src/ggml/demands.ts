/** What ggml demands of tensors, asked before a call that would otherwise end the process. */
import { blockBytes, type Dtype, ShapeError } from '../core/index.ts';
import type { DeviceTensor } from './tensor.ts';

/** @throws ShapeError that shows what was given */
export function need(condition: unknown, op: string, demand: string, ...given: DeviceTensor[]): void {
  if (condition) return;
  const shown = given.map(({ dtype, shape }) => `${dtype} [${shape}]`).join(', ');
  throw new ShapeError(`${op}: needs ${demand}, got ${shown}`);
}

export function isFloat(dtype: Dtype): boolean {
  return dtype === 'f32' || dtype === 'f16' || dtype === 'bf16';
}

export function isPlainF32(x: DeviceTensor): boolean {
  return x.contiguous && x.dtype === 'f32';
}

/** Elements of a row lie side by side. */
export function hasRows(x: DeviceTensor): boolean {
  return x.strides.at(-1) === blockBytes(x.dtype);
}

export function sameShape(x: DeviceTensor, y: DeviceTensor): boolean {
  return x.shape.length === y.shape.length && x.shape.every((size, axis) => size === y.shape[axis]);
}

export function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
