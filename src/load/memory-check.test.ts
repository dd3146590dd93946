import { totalmem } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GOLDEN } from '../../test/support/golden.ts';
import { weightBytes } from '../model/index.ts';
import { availableMemory, checkMemory } from './memory-check.ts';
import { readSpec } from './weight-files.ts';

const spec = readSpec({ kind: 'folder', path: join(GOLDEN, 'models', 'llama') });

describe('memory for weights', () => {
  it.each([
    {
      dtype: 'f32',
      hint: /need .* KiB in f32, but 1000 B of memory are free; set bf16: true, which halves it, or choose/,
    },
    { dtype: 'bf16', hint: /need .* KiB in bf16, but 1000 B of memory are free; choose a smaller model$/ },
  ] as const)('too little for $dtype is said before anything is loaded', ({ dtype, hint }) => {
    expect(() => checkMemory(spec, dtype, 1000)).toThrow(expect.objectContaining({ code: 'memory' }));
    expect(() => checkMemory(spec, dtype, 1000)).toThrow(hint);
  });

  it('just enough is enough', () => {
    expect(() => checkMemory(spec, 'f32', weightBytes(spec, 'f32'))).not.toThrow();
  });

  it('what is free is no more than there is', () => {
    expect(availableMemory()).toBeGreaterThan(0);
    expect(availableMemory()).toBeLessThanOrEqual(totalmem());
  });
});
