import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GOLDEN } from '../../test/support/golden.ts';
import { readSpec } from '../load/index.ts';
import { weightBytes } from '../model/index.ts';
import { modelNeeds } from './model-needs.ts';

test('training takes more than answering, float32 more than bfloat16, and each more than the weights', () => {
  const spec = readSpec({ kind: 'folder', path: join(GOLDEN, 'models', 'llama') });
  const needs = modelNeeds(spec);
  const bytes = (use: string, dtype: string) =>
    needs.find((need) => need.use === use && need.dtype === dtype)!.bytes;
  expect(needs).toHaveLength(6);
  expect(bytes('serve', 'bf16')).toBeGreaterThan(bytes('answer', 'bf16'));
  expect(bytes('train', 'bf16')).toBeGreaterThan(bytes('answer', 'bf16'));
  for (const use of ['train', 'answer']) {
    expect(bytes(use, 'f32')).toBeGreaterThan(bytes(use, 'bf16'));
    expect(bytes(use, 'bf16')).toBeGreaterThan(weightBytes(spec, 'bf16'));
  }
});
