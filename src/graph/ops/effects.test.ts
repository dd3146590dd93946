import { afterAll, describe, expect, it } from 'vitest';
import { goldenJson } from '../../../test/support/golden.ts';
import { compute, filled, NOT_DIFFERENTIABLE, testDevice, testOps } from '../../../test/support/op-checks.ts';
import { readTensor, Variables, writeTensor } from '../../ggml/index.ts';
import { apply } from '../tensor.ts';
import { scale } from './arithmetic.ts';
import * as ops from './effects.ts';
import { permute, reshape, slice } from './layout.ts';
import { variable } from './leaf.ts';
import { outerSumOp } from './linear.ts';

const { accumulate, adamw, assign, setRows } = ops;
const cpu = testDevice();

testOps(cpu, ops, {
  assign: NOT_DIFFERENTIABLE,
  accumulate: NOT_DIFFERENTIABLE,
  accumulateOuter: NOT_DIFFERENTIABLE,
  setRows: NOT_DIFFERENTIABLE,
  adamw: NOT_DIFFERENTIABLE,
});

describe('variables change', () => {
  const memory = new Variables(cpu.device, [{ shape: [3, 2], dtype: 'f32' }], 'a variable');
  const [tensor] = memory.tensors;
  const target = variable(tensor!);
  const [a, b] = [filled([1, 2, 3, 4, 5, 6], [3, 2]), filled([10, 20], [1, 2])];
  const rows = { i32: filled([2, 0], [2], 'i32'), i64: filled([2, 0], [2], 'i64') };
  const pair = filled([10, 20, 30, 40], [2, 2]);
  afterAll(() => memory[Symbol.dispose]());

  it.each([
    { name: 'assign all', effect: assign(target, a.tensor), inputs: [a], after: [1, 2, 3, 4, 5, 6] },
    {
      name: 'assign a row',
      effect: assign(slice(target, 0, 1, 1), b.tensor),
      inputs: [b],
      after: [7, 7, 10, 20, 7, 7],
    },
    {
      name: 'assign a column, which lies in strides',
      effect: assign(slice(target, 1, 1, 1), reshape(slice(a.tensor, 1, 0, 1), [3, 1])),
      inputs: [a],
      after: [7, 1, 7, 3, 7, 5],
    },
    {
      name: 'assign what is permuted',
      effect: assign(target, permute(reshape(a.tensor, [2, 3]), [1, 0])),
      inputs: [a],
      after: [1, 4, 2, 5, 3, 6],
    },
    {
      name: 'accumulate all',
      effect: accumulate(target, a.tensor),
      inputs: [a],
      after: [8, 9, 10, 11, 12, 13],
    },
    {
      name: 'accumulate into a row of another shape',
      effect: accumulate(reshape(slice(target, 0, 2, 1), [2, 1]), reshape(b.tensor, [2, 1])),
      inputs: [b],
      after: [7, 7, 7, 7, 17, 27],
    },
    {
      name: 'accumulate into a column',
      effect: accumulate(slice(target, 1, 0, 1), reshape(slice(a.tensor, 1, 0, 1), [3, 1])),
      inputs: [a],
      after: [8, 7, 10, 7, 12, 7],
    },
    {
      name: 'setRows at i64',
      effect: setRows(target, pair.tensor, rows.i64.tensor),
      inputs: [pair, rows.i64],
      after: [30, 40, 7, 7, 10, 20],
    },
    {
      name: 'setRows at i32',
      effect: setRows(target, pair.tensor, rows.i32.tensor),
      inputs: [pair, rows.i32],
      after: [30, 40, 7, 7, 10, 20],
    },
  ])('$name, and the result is the variable as it then is', async ({ effect, inputs, after }) => {
    writeTensor(tensor!, new Float32Array(6).fill(7));
    const [result] = await compute(cpu.arena, [effect], inputs);
    const values = new Float32Array(6);
    readTensor(tensor!, values);
    expect([...values]).toEqual(after);
    expect(result!.every((value) => after.includes(value))).toBe(true);
  });

  it('in the order of the outputs', async () => {
    writeTensor(tensor!, new Float32Array(6).fill(1));
    const doubled = assign(target, scale(target, 2));
    await compute(cpu.arena, [doubled, accumulate(doubled, a.tensor)], [a]);
    const values = new Float32Array(6);
    readTensor(tensor!, values);
    expect([...values]).toEqual([3, 4, 5, 6, 7, 8]);
  });
});

describe('a sum of outer products', () => {
  it.each([
    ['ggml', cpu.arena],
    ['own kernels', cpu.nativeArena],
  ] as const)('is added to a slice of a flat buffer by %s', async (_, arena) => {
    using memory = new Variables(arena.device, [{ shape: [10], dtype: 'f32' }], 'a gradient');
    writeTensor(memory.tensors[0]!, new Float32Array(10).fill(1));
    const u = filled([1, 2, 3, 4], [2, 2]);
    const x = filled([1, 0, 2, 0, 1, 3], [2, 3]);
    const target = reshape(slice(variable(memory.tensors[0]!), 0, 2, 6), [2, 3]);
    await compute(arena, [accumulate(target, apply(outerSumOp, [u.tensor, x.tensor], {}))], [u, x]);
    const values = new Float32Array(10);
    readTensor(memory.tensors[0]!, values);
    // uᵀ x = [[1, 3], [2, 4]] [[1, 0, 2], [0, 1, 3]]
    expect([...values]).toEqual([1, 1, 1 + 1, 1 + 3, 1 + 11, 1 + 2, 1 + 4, 1 + 16, 1, 1]);
  });
});

describe('adamw', () => {
  interface Golden {
    options: { beta1: number; beta2: number; epsilon: number; weightDecay: number };
    start: number[];
    steps: {
      learningRate: number;
      gradient: number[];
      parameter: number[];
      firstMoment: number[];
      secondMoment: number[];
    }[];
  }
  /** Of the largest value: ggml takes 1 − β₂ in f32, where 1 − 0.999 is off by 1.3e-5. */
  const TOLERANCE = 2e-5;

  it('takes the steps of PyTorch, moments included', async () => {
    const { adamw: golden } = goldenJson<{ adamw: Golden }>('ops.json');
    const { beta1, beta2, epsilon, weightDecay } = golden.options;
    const one = { shape: [golden.start.length], dtype: 'f32' } as const;
    using memory = new Variables(cpu.device, [{ ...one, trainable: true }, one, one], 'an optimizer');
    memory.clear();
    writeTensor(memory.tensors[0]!, Float32Array.from(golden.start));
    const [parameter, mean, variance] = memory.tensors.map(variable);
    for (const [step, expected] of golden.steps.entries()) {
      const gradient = filled(expected.gradient, one.shape);
      const corrections = [beta1, beta2].map((beta) => 1 / (1 - beta ** (step + 1)));
      const settings = filled(
        [expected.learningRate, beta1, beta2, epsilon, weightDecay, ...corrections],
        [7],
      );
      const state = { gradient: gradient.tensor, mean: mean!, variance: variance! };
      await compute(cpu.arena, [adamw(parameter!, state, settings.tensor)], [gradient, settings]);
      const wanted = [expected.parameter, expected.firstMoment, expected.secondMoment];
      for (const [index, tensor] of memory.tensors.entries()) {
        const values = new Float32Array(one.shape[0]!);
        readTensor(tensor, values);
        const largest = Math.max(...wanted[index]!.map(Math.abs));
        for (const [i, value] of wanted[index]!.entries()) {
          expect(Math.abs(values[i]! - value)).toBeLessThan(TOLERANCE * largest);
        }
      }
    }
  });

  it('refuses what is not trainable', async () => {
    const one = { shape: [4], dtype: 'f32' } as const;
    using memory = new Variables(cpu.device, [one, one, one, one], 'an optimizer');
    const [parameter, gradient, mean, variance] = memory.tensors.map(variable);
    const settings = filled(new Float32Array(7), [7]);
    const state = { gradient: gradient!, mean: mean!, variance: variance! };
    await expect(
      compute(cpu.arena, [adamw(parameter!, state, settings.tensor)], [settings]),
    ).rejects.toMatchObject({
      code: 'shape',
    });
  });
});

describe('what does not fit', () => {
  const { tensor: six } = filled(new Float32Array(6), [2, 3]);
  const { tensor: four } = filled(new Float32Array(4), [2, 2]);
  it.each([
    ['assign of another size', () => assign(six, four)],
    ['accumulate of another size', () => accumulate(six, four)],
  ])('refuses %s', (_, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
