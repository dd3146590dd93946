import { describe, expect, it } from 'vitest';
import {
  compute,
  filled,
  NOT_DIFFERENTIABLE,
  type ReverseCase,
  testDevice,
  testGolden,
  testKernels,
  testOps,
} from '../../../test/support/op-checks.ts';
import { mul } from './arithmetic.ts';
import { permute, reshape } from './layout.ts';
import * as ops from './normalization.ts';

const { rmsNorm, softmax, weightedRmsNorm } = ops;
const cpu = testDevice();

testGolden(cpu, 'softmax', ([x, mask], { scale }) => {
  const outer = x!.shape.slice(0, -2).map(() => 1);
  return softmax(x!, mask && reshape(mask, [...outer, ...mask.shape]), scale as number | undefined);
});
testGolden(cpu, 'rms_norm', ([x, weight], { epsilon }) => {
  const outer = x!.shape.slice(1).map(() => 1);
  return mul(rmsNorm(x!, epsilon as number), reshape(weight!, [...outer, weight!.shape[0]!]));
});

const weighted: ReverseCase[] = [
  {
    name: 'rows',
    leaves: ({ T, C }) => [[T, C]],
    build: ([x], { C }, constant, random) =>
      weightedRmsNorm(
        x!,
        constant(
          Float32Array.from({ length: C }, () => random.normal()),
          [C],
        ),
        1e-2,
      ),
  },
  {
    name: 'heads',
    leaves: ({ T, H, C }) => [[T, H, C]],
    build: ([x], { C }, constant, random) =>
      weightedRmsNorm(
        x!,
        constant(
          Float32Array.from({ length: C }, () => random.normal()),
          [C],
        ),
        0.5,
      ),
  },
];

testOps(cpu, ops, {
  weightedRmsNorm: weighted,
  weightedRmsNormReverse: NOT_DIFFERENTIABLE,
  softmax: [
    { name: 'alone', leaves: ({ T, S }) => [[T, S]], build: ([x]) => softmax(x!) },
    { name: 'scaled', leaves: ({ H, T, S }) => [[H, T, S]], build: ([x]) => softmax(x!, undefined, 0.35) },
    {
      name: 'with a causal mask for all heads',
      leaves: ({ H, T, S }) => [[H, T, S + T]],
      build: ([x], { T, S }, constant) => {
        const hidden = Float32Array.from({ length: T * (S + T) }, (_, i) =>
          i % (S + T) > S + Math.floor(i / (S + T)) ? -1e30 : 0,
        );
        return softmax(x!, constant(hidden, [1, T, S + T]), 0.5);
      },
    },
    {
      name: 'with a mask for each row of a batch, trained too',
      leaves: ({ B, H, T, S }) => [
        [B, H, T, S],
        [B, 1, T, S],
      ],
      build: ([x, mask]) => softmax(x!, mask!, 0.35),
    },
    {
      name: 'of permuted views',
      leaves: ({ T, S }) => [
        [S, T],
        [S, T],
      ],
      build: ([x, mask]) => softmax(permute(x!, [1, 0]), permute(mask!, [1, 0])),
    },
  ],
  rmsNorm: [
    { name: 'rows', leaves: ({ T, C }) => [[T, C + 1]], build: ([x]) => rmsNorm(x!, 1e-5) },
    { name: 'heads', leaves: ({ T, H, C }) => [[T, H, C + 1]], build: ([x]) => rmsNorm(x!, 1e-5) },
    { name: 'an epsilon that counts', leaves: ({ T, C }) => [[T, C]], build: ([x]) => rmsNorm(x!, 0.5) },
    {
      name: 'a permuted view',
      leaves: ({ T, C }) => [[C + 1, T]],
      build: ([x]) => rmsNorm(permute(x!, [1, 0]), 1e-5),
    },
  ],
});

testKernels(cpu, weighted);

describe('softmax', () => {
  it('gives what a finite mask hides exactly nothing, and rows that see nothing equal shares', async () => {
    const x = filled([1, 2, 3, 4], [2, 2]);
    const mask = filled([0, -1e30, -1e30, -1e30], [2, 2]);
    const [values] = await compute(cpu.arena, [softmax(x.tensor, mask.tensor)], [x, mask]);
    expect([...values!]).toEqual([1, 0, 0.5, 0.5]);
  });

  it('refuses a mask of another size', async () => {
    const x = filled(new Float32Array(6), [2, 3]);
    const mask = filled(new Float32Array(3), [1, 3]);
    await expect(compute(cpu.arena, [softmax(x.tensor, mask.tensor)], [x, mask])).rejects.toMatchObject({
      code: 'shape',
    });
  });
});
