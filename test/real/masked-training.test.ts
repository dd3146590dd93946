/** A training gives the same losses whatever instructions the processor has: by each set of own kernels, and by none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { runnableVariants } from '../../src/ggml/native-kernels.ts';
import { readTrainerState } from '../../src/runs/index.ts';
import { createCache, tunesmith } from '../support/command-line.ts';
import { tinySettings } from '../support/tiny-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'masked-'));
const cache = createCache(folder);
const runFile = join(folder, 'run.yaml');
writeFileSync(runFile, stringify(tinySettings(folder)));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** Sums in other orders; and in bf16, whether the other operand of a product is rounded too. */
const TOLERANCES = { f32: 1e-4, bf16: 1e-2 } as const;
type Precision = keyof typeof TOLERANCES;

/** Losses of ten steps. @param kernels what TUNESMITH_NATIVE is */
async function losses(kernels: string, precision: Precision): Promise<number[]> {
  vi.stubEnv('TUNESMITH_NATIVE', kernels);
  const out = join(folder, `${kernels}-${precision}`);
  const words = ['train', runFile, `output_dir=${out}`, `bf16=${precision === 'bf16'}`];
  const { code, stdout, stderr } = await tunesmith(words, { cache });
  expect(stdout + stderr).not.toMatch(/no compiler built/);
  expect(code, stderr).toBe(0);
  return readTrainerState(out).log_history.flatMap(({ loss }) => (typeof loss === 'number' ? [loss] : []));
}

describe.each(Object.keys(TOLERANCES) as Precision[])('weights in %s', (precision) => {
  const variants = runnableVariants();
  if (variants.length === 0) console.warn('this processor has no own kernels: nothing is compared');

  it.skipIf(variants.length === 0)('losses are those of ggml alone', async () => {
    const expected = await losses('off', precision);
    expect(expected).toHaveLength(10);
    expect(expected.at(-1)).toBeLessThan(expected[0]!);
    for (const variant of variants) {
      const found = await losses(variant, precision);
      expect(found).toHaveLength(expected.length);
      for (const [step, loss] of found.entries()) {
        const error = Math.abs(loss / expected[step]! - 1);
        expect(error, `${variant}, step ${step + 1}`).toBeLessThan(TOLERANCES[precision]);
      }
    }
  });
});
