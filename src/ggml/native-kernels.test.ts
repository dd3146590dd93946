import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { buildKernels } from './native-kernels.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-native-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

async function kernelsWith(wish: string) {
  vi.stubEnv('TUNESMITH_NATIVE', wish);
  vi.resetModules();
  const { nativeKernels } = await import('./native-kernels.ts');
  return nativeKernels();
}

describe('own kernels', () => {
  it('can be switched off', async () => {
    expect(await kernelsWith('off')).toBeUndefined();
  });

  it('of a name that is none are refused with the names that are', async () => {
    await expect(kernelsWith('mmx')).rejects.toThrow(
      'native: TUNESMITH_NATIVE is mmx; set it to auto, off or one of avx512',
    );
  });

  it('a missing compiler is told, and leaves nothing behind', () => {
    expect(buildKernels('avx2', join(folder, 'avx2.so'), 'no-such-compiler')).toMatch(/no-such-compiler/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a compiler that fails is quoted', () => {
    expect(buildKernels('avx2', join(folder, 'avx2.so'), 'false')).toBe('it failed');
    expect(readdirSync(folder)).toEqual([]);
  });
});
