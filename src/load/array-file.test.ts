import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../files/index.ts';
import { readArrays, writeArrays } from './array-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-arrays-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('arrays', () => {
  it('come back as they were written, with what was noted', () => {
    const path = join(folder, 'state.safetensors');
    const file = {
      arrays: { mean: Float32Array.of(1, -2.5, 3e-30), variance: Float32Array.of(0) },
      metadata: { updates: '7' },
    };
    writeArrays(path, file);
    expect(readArrays(path)).toEqual(file);
  });

  it('that are not there are undefined', () => {
    expect(readArrays(join(folder, 'none'))).toBeUndefined();
  });

  it.each([
    { dtype: 'f32', shape: [1, 2], bytes: 8 },
    { dtype: 'f16', shape: [2], bytes: 4 },
  ] as const)('refuse $dtype [$shape]', ({ dtype, shape, bytes }) => {
    const path = join(folder, `${dtype}.safetensors`);
    writeSafetensors(path, [{ name: 'a', dtype, shape, data: new Uint8Array(bytes) }]);
    expect(() => readArrays(path)).toThrow(expect.objectContaining({ code: 'model' }));
  });
});
