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
import type { Tensor } from '../tensor.ts';
import * as ops from './activations.ts';
import { permute } from './layout.ts';

const { exp, geglu, log, sigmoid, silu, sqr, sqrt, swiglu, tanh } = ops;
const cpu = testDevice();

for (const [name, op] of Object.entries({ silu, sigmoid, tanh, log, sqrt })) {
  testGolden(cpu, name, ([x]) => op(x!));
}
testGolden(cpu, 'gelu_tanh', ([x], _, constant) =>
  geglu(x!, constant(new Float32Array(32).fill(1), x!.shape)),
);

const unary = (op: (x: Tensor) => Tensor, positive = false): ReverseCase[] => [
  { name: 'a matrix', leaves: ({ T, C }) => [[T, C]], build: ([x]) => op(x!), positive },
  { name: 'four axes', leaves: ({ B, H, T, C }) => [[B, H, T, C]], build: ([x]) => op(x!), positive },
  {
    name: 'a permuted view',
    leaves: ({ T, C }) => [[T, C]],
    build: ([x]) => op(permute(x!, [1, 0])),
    positive,
  },
];

const gated = (op: (gate: Tensor, up: Tensor) => Tensor): ReverseCase[] => [
  {
    name: 'both',
    leaves: ({ T, C }) => [
      [T, C],
      [T, C],
    ],
    build: ([gate, up]) => op(gate!, up!),
  },
  {
    name: 'the gate alone',
    leaves: ({ T, C }) => [[T, C]],
    build: ([gate], { T, C }, constant, random) =>
      op(
        gate!,
        constant(
          Float32Array.from({ length: T * C }, () => random.normal()),
          [T, C],
        ),
      ),
  },
  {
    name: 'the other alone',
    leaves: ({ T, C }) => [[T, C]],
    build: ([up], { T, C }, constant, random) =>
      op(
        constant(
          Float32Array.from({ length: T * C }, () => random.normal()),
          [T, C],
        ),
        up!,
      ),
  },
  {
    name: 'permuted views',
    leaves: ({ T, C }) => [
      [T, C],
      [T, C],
    ],
    build: ([gate, up]) => op(permute(gate!, [1, 0]), permute(up!, [1, 0])),
  },
];

testOps(cpu, ops, {
  sqr: unary(sqr),
  sqrt: unary(sqrt, true),
  log: unary(log, true),
  exp: unary(exp),
  tanh: unary(tanh),
  sigmoid: unary(sigmoid),
  silu: unary(silu),
  swiglu: gated(swiglu),
  geglu: gated(geglu),
  swigluReverse: NOT_DIFFERENTIABLE,
  gegluReverse: NOT_DIFFERENTIABLE,
});
testKernels(cpu, [...gated(swiglu), ...gated(geglu)]);

describe('values', () => {
  const given = [-20, -3, -0.5, 0, 0.5, 3, 20];
  const sigma = (x: number) => 1 / (1 + Math.exp(-x));
  const gelu = (x: number) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  it.each([
    ['sqr', sqr, (x: number) => x * x],
    ['exp', exp, Math.exp],
    ['tanh', tanh, Math.tanh],
    ['sigmoid', sigmoid, sigma],
    ['silu', silu, (x: number) => x * sigma(x)],
    ['swiglu', (x: Tensor) => swiglu(x, x), (x: number) => x * x * sigma(x)],
    ['geglu', (x: Tensor) => geglu(x, x), (x: number) => x * gelu(x)],
  ])('%s of small and large numbers', async (_, op, expected) => {
    const x = filled(given, [given.length]);
    const [values] = await compute(cpu.arena, [op(x.tensor)], [x]);
    for (const [index, value] of given.entries()) {
      const wanted = expected(value);
      expect(Math.abs(values![index]! - wanted)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(wanted)));
    }
  });
});

describe('shapes that do not fit', () => {
  const { tensor: x } = filled(new Float32Array(6), [2, 3]);
  it.each([
    ['swiglu', swiglu],
    ['geglu', geglu],
  ] as const)('%s refuses an up of another shape', (_, op) => {
    expect(() => op(x, permute(x, [1, 0]))).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
