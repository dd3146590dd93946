import { describe, expect, it } from 'vitest';
import { relativeError } from '../../../test/support/golden.ts';
import { compute, filled, NOT_DIFFERENTIABLE, testDevice, testOps } from '../../../test/support/op-checks.ts';
import { Random } from '../../core/index.ts';
import * as ops from './inference.ts';
import { contiguous, permute, transposed } from './layout.ts';
import { matmulT } from './matmul.ts';
import { softmax } from './normalization.ts';

const { argmax, flashAttention } = ops;
const cpu = testDevice();

testOps(cpu, ops, { flashAttention: NOT_DIFFERENTIABLE, argmax: NOT_DIFFERENTIABLE });

describe('argmax', () => {
  it.each([
    { rows: [[1, 3, 2]], expected: [1] },
    {
      rows: [
        [-5, -7],
        [0, 0.5],
        [2, 1],
      ],
      expected: [0, 1, 0],
    },
    { rows: [[4], [-4]], expected: [0, 0] },
  ])('of $rows is $expected', async ({ rows, expected }) => {
    const x = filled(rows.flat(), [rows.length, rows[0]!.length]);
    const [values] = await compute(cpu.arena, [argmax(x.tensor)], [x]);
    expect(values).toEqual(Int32Array.from(expected));
  });

  it('of a permuted view', async () => {
    const x = filled([1, 5, 3, 4, 2, 6], [3, 2]);
    const [values] = await compute(cpu.arena, [argmax(permute(x.tensor, [1, 0]))], [x]);
    expect(values).toEqual(Int32Array.of(1, 2));
  });
});

describe('flashAttention', () => {
  /** Its exponentials and running sums against softmax over stored scores, both f32. */
  const TOLERANCE = 1e-5;
  const D = 16;

  it.each([
    { name: 'one token, one head', B: 1, H: 1, Hkv: 1, T: 1, S: 5 },
    { name: 'grouped heads', B: 1, H: 4, Hkv: 2, T: 3, S: 7 },
    { name: 'rows with masks of their own', B: 3, H: 4, Hkv: 1, T: 2, S: 40 },
  ])('$name: as softmax over the scores', async ({ B, H, Hkv, T, S }) => {
    const random = new Random(B + T + S);
    const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
    const q = filled(normal(B * H * T * D), [B, H, T, D]);
    // Keys and values as a cache holds them: [B, S, Hkv, D], seen through a permutation.
    const [k, v] = [1, 2].map(() => filled(normal(B * S * Hkv * D), [B, S, Hkv, D]));
    const hidden = Float32Array.from({ length: B * T * S }, (_, i) =>
      i % S === 0 || random.uniform() < 0.6 ? 0 : -1e30,
    );
    const mask = filled(hidden, [B, 1, T, S]);
    const [keys, values] = [k!, v!].map(({ tensor }) => permute(tensor, [0, 2, 1, 3]));
    const scale = 1 / Math.sqrt(D);
    const flash = flashAttention(q.tensor, { k: keys!, v: values!, mask: mask.tensor }, scale);
    const shares = softmax(matmulT(q.tensor, contiguous(keys!)), mask.tensor, scale);
    const stored = permute(matmulT(shares, transposed(contiguous(values!))), [0, 2, 1, 3]);
    const [found, expected] = await compute(cpu.arena, [flash, stored], [q, k!, v!, mask]);
    expect(relativeError(found!, expected!)).toBeLessThan(TOLERANCE);
  });

  it('refuses heads of another size', () => {
    const { tensor: q } = filled(new Float32Array(8), [1, 1, 2, 4]);
    const { tensor: k } = filled(new Float32Array(6), [1, 1, 2, 3]);
    const { tensor: mask } = filled(new Float32Array(4), [1, 1, 2, 2]);
    expect(() => flashAttention(q, { k, v: k, mask }, 1)).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
