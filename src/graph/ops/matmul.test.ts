import { describe, expect, it } from 'vitest';
import { relativeError } from '../../../test/support/golden.ts';
import { compute, filled, testDevice, testGolden, testOps } from '../../../test/support/op-checks.ts';
import { Random } from '../../core/index.ts';
import { fromFloat32, toFloat32, Variables, writeTensor } from '../../ggml/index.ts';
import { gradients } from '../gradients.ts';
import { permute, reshape, slice, transposed } from './layout.ts';
import { variable } from './leaf.ts';
import * as ops from './matmul.ts';

const { matmulT } = ops;
const cpu = testDevice();

testGolden(cpu, 'linear', ([x, weight]) => {
  const rows = reshape(x!, [x!.shape.slice(0, -1).reduce((a, b) => a * b), x!.shape.at(-1)!]);
  return reshape(matmulT(rows, weight!), [...x!.shape.slice(0, -1), weight!.shape[0]!]);
});
testGolden(cpu, 'matmul', ([a, b], { transposeB }) => matmulT(a!, transposeB ? b! : transposed(b!)));
testGolden(cpu, 'attention_scores', ([q, k]) => matmulT(q!, k!));
testGolden(cpu, 'attention_values', ([p, v]) => matmulT(p!, transposed(v!)));

/** Above the length from which dot products are taken instead of outer products. */
const LONG = 33;

testOps(cpu, ops, {
  matmulT: [
    {
      name: 'short rows',
      leaves: ({ T, S, C }) => [
        [T, C],
        [S, C],
      ],
      build: ([x, w]) => matmulT(x!, w!),
    },
    {
      name: 'long rows',
      leaves: ({ T, S }) => [
        [T, LONG],
        [S, LONG],
      ],
      build: ([x, w]) => matmulT(x!, w!),
    },
    {
      name: 'a batch',
      leaves: ({ B, T, S, C }) => [
        [B, T, C],
        [B, S, C],
      ],
      build: ([x, w]) => matmulT(x!, w!),
    },
    {
      name: 'grouped heads',
      leaves: ({ H, T, S, C }) => [
        [2 * H, T, C],
        [H, S, C],
      ],
      build: ([q, k]) => matmulT(q!, k!),
    },
    {
      name: 'one head for all',
      leaves: ({ H, T, S, C }) => [
        [H, T, C],
        [1, S, C],
      ],
      build: ([q, k]) => matmulT(q!, k!),
    },
    {
      name: 'grouped heads in a batch',
      leaves: ({ B, H, T, S, C }) => [
        [B, 3 * H, T, C],
        [B, H, S, C],
      ],
      build: ([q, k]) => matmulT(q!, k!),
    },
    { name: 'a matrix with itself', leaves: ({ T, C }) => [[T, C]], build: ([x]) => matmulT(x!, x!) },
    {
      name: 'permuted views',
      leaves: ({ B, T, S, C }) => [
        [T, B, C],
        [B, C, S],
      ],
      build: ([x, w]) => matmulT(permute(x!, [1, 0, 2]), permute(w!, [0, 2, 1])),
    },
    {
      name: 'slices of one flat buffer, as adapters are',
      leaves: ({ T, S, C }) => [[T, C], [S * C + C * S]],
      build: ([x, flat], { S, C }) => {
        const a = reshape(slice(flat!, 0, 0, S * C), [S, C]);
        const b = reshape(slice(flat!, 0, S * C, C * S), [C, S]);
        return matmulT(matmulT(x!, a), b);
      },
    },
  ],
});

describe('weights in half precision', () => {
  const random = new Random(3);
  const [T, N, K] = [5, 7, 64];
  const x = filled(
    Float32Array.from({ length: T * K }, () => random.normal()),
    [T, K],
  );
  const weight = Float32Array.from({ length: N * K }, () => random.normal());
  const seed = filled(
    Float32Array.from({ length: T * N }, () => random.normal()),
    [T, N],
  );

  // What f32 operands are rounded to before they are multiplied: 8 bits of mantissa for bf16, 11 for f16.
  it.each([
    { dtype: 'bf16', tolerance: 4e-3 },
    { dtype: 'f16', tolerance: 5e-4 },
  ] as const)('$dtype gives the product and its reverse', async ({ dtype, tolerance }) => {
    const bytes = fromFloat32(weight, dtype);
    const rounded = toFloat32(bytes, dtype, weight.length);
    using memory = new Variables(cpu.device, [{ shape: [N, K], dtype }], 'a weight');
    writeTensor(memory.tensors[0]!, bytes);
    const y = matmulT(x.tensor, variable(memory.tensors[0]!));
    const [dx] = gradients(y, seed.tensor, [x.tensor]);
    const [values, slopes] = await compute(cpu.arena, [y, dx!], [x, seed]);
    const [xs, gs] = [x.values as Float32Array, seed.values as Float32Array];
    const product = Float64Array.from({ length: T * N }, (_, i) => {
      const [t, n] = [Math.floor(i / N), i % N];
      let sum = 0;
      for (let k = 0; k < K; k++) sum += xs[t * K + k]! * rounded[n * K + k]!;
      return sum;
    });
    const reverse = Float64Array.from({ length: T * K }, (_, i) => {
      const [t, k] = [Math.floor(i / K), i % K];
      let sum = 0;
      for (let n = 0; n < N; n++) sum += gs[t * N + n]! * rounded[n * K + k]!;
      return sum;
    });
    expect(relativeError(values!, product)).toBeLessThan(tolerance);
    expect(relativeError(slopes!, reverse)).toBeLessThan(tolerance);
  });
});

describe('shapes that do not fit', () => {
  const { tensor: x } = filled(new Float32Array(24), [4, 2, 3]);
  const { tensor: w } = filled(new Float32Array(6), [2, 3]);
  it.each([
    ['another row length', () => matmulT(w, permute(w, [1, 0]))],
    ['another rank', () => matmulT(x, w)],
    ['outer sizes that do not divide', () => matmulT(x, slice(x, 0, 0, 3))],
    ['vectors', () => matmulT(reshape(w, [6]), reshape(w, [6]))],
  ])('refuses %s', (_, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'shape' }));
  });

  it('refuses the gradient of weights that an outer batch axis shares', () => {
    const { tensor: many } = filled(new Float32Array(24), [2, 2, 2, 3]);
    const { tensor: shared } = filled(new Float32Array(12), [1, 2, 2, 3]);
    const y = matmulT(many, shared);
    expect(() => gradients(y, y, [shared])).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
