/** How many bytes a model takes on a device, before anything is loaded. */
import { elementCount } from '../graph/index.ts';
import type { DecoderSpec } from './spec.ts';
import { weightSpecs } from './weights.ts';

/** Bytes of all weights with matrices in `dtype` and norms in f32. */
export function weightBytes(spec: DecoderSpec, dtype: 'f32' | 'bf16' | 'f16'): number {
  const width = dtype === 'f32' ? 4 : 2;
  return weightSpecs(spec).reduce(
    (sum, { shape, kind }) => sum + elementCount(shape) * (kind === 'norm' ? 4 : width),
    0,
  );
}
