import { describe, expect, it } from 'vitest';
import {
  compute,
  filled,
  type ReverseCase,
  testDevice,
  testGolden,
  testOps,
} from '../../../test/support/op-checks.ts';
import type { Tensor } from '../tensor.ts';
import * as ops from './arithmetic.ts';
import { permute, reshape } from './layout.ts';

const { add, div, mul, repeat, scale, sub, sumLast, sumTo } = ops;
const cpu = testDevice();

/** Leading axes of size 1, as NumPy adds them by itself. */
function ranked(x: Tensor, rank: number): Tensor {
  return reshape(x, [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]);
}

for (const [name, op] of Object.entries({ add, sub, mul, div })) {
  testGolden(cpu, name, ([a, b]) => op(a!, ranked(b!, a!.shape.length)));
}
testGolden(cpu, 'scale', ([x], { scale: factor }) => scale(x!, factor as number));
const total = (x: Tensor) => reshape(sumLast(reshape(x, [1, x.shape.reduce((a, b) => a * b)])), [1]);
testGolden(cpu, 'sum', ([x], { axis }) => (axis === -1 ? sumLast(x!) : total(x!)));
testGolden(cpu, 'mean', ([x], { axis }) =>
  axis === -1 ? scale(sumLast(x!), 1 / x!.shape.at(-1)!) : scale(total(x!), 1 / 12),
);

const binary = (op: (x: Tensor, y: Tensor) => Tensor): ReverseCase[] => [
  {
    name: 'equal shapes',
    leaves: ({ T, C }) => [
      [T, C],
      [T, C],
    ],
    build: ([x, y]) => op(x!, y!),
    positive: true,
  },
  {
    name: 'a row',
    leaves: ({ B, T, C }) => [
      [B, T, C],
      [1, 1, C],
    ],
    build: ([x, y]) => op(x!, y!),
    positive: true,
  },
  {
    name: 'a column',
    leaves: ({ T, C }) => [
      [T, C],
      [T, 1],
    ],
    build: ([x, y]) => op(x!, y!),
    positive: true,
  },
  {
    name: 'a number',
    leaves: ({ T, C }) => [
      [T, C],
      [1, 1],
    ],
    build: ([x, y]) => op(x!, y!),
    positive: true,
  },
  {
    name: 'middle axes',
    leaves: ({ B, T, S, C }) => [
      [B, T, S, C],
      [B, 1, 1, C],
    ],
    build: ([x, y]) => op(x!, y!),
    positive: true,
  },
  {
    name: 'the same tensor twice',
    leaves: ({ T, C }) => [[T, C]],
    build: ([x]) => op(x!, x!),
    positive: true,
  },
  {
    name: 'permuted views of both',
    leaves: ({ T, C }) => [
      [T, C],
      [T, C],
    ],
    build: ([x, y]) => op(permute(x!, [1, 0]), permute(y!, [1, 0])),
    positive: true,
  },
];

testOps(cpu, ops, {
  add: binary(add),
  sub: binary(sub),
  mul: binary(mul),
  div: binary(div),
  scale: [
    { name: 'with a bias', leaves: ({ T, C }) => [[T, C]], build: ([x]) => scale(x!, -1.5, 2) },
    {
      name: 'of a permuted view',
      leaves: ({ T, C }) => [[T, C]],
      build: ([x]) => scale(permute(x!, [1, 0]), 3),
    },
  ],
  sumLast: [
    { name: 'rows', leaves: ({ B, T, C }) => [[B, T, C]], build: ([x]) => sumLast(x!) },
    { name: 'columns', leaves: ({ T, C }) => [[T, C]], build: ([x]) => sumLast(permute(x!, [1, 0])) },
  ],
  repeat: [
    { name: 'one axis', leaves: ({ T }) => [[T, 1]], build: ([x], { T, C }) => repeat(x!, [T, C]) },
    { name: 'all axes', leaves: () => [[1, 1, 1]], build: ([x], { B, T, C }) => repeat(x!, [B, T, C]) },
    {
      name: 'outer and inner axis',
      leaves: ({ T }) => [[1, T, 1]],
      build: ([x], { B, T, C }) => repeat(x!, [B, T, C]),
    },
    {
      name: 'of a permuted view',
      leaves: ({ T, C }) => [[T, 1, C]],
      build: ([x], { B, T, C }) => repeat(permute(x!, [2, 1, 0]), [C, B, T]),
    },
  ],
});

describe('sumTo', () => {
  it.each([
    { shape: [2, 3], sums: [0, 1, 2, 3, 4, 5] },
    { shape: [1, 3], sums: [3, 5, 7] },
    { shape: [2, 1], sums: [3, 12] },
    { shape: [1, 1], sums: [15] },
  ])('adds 0 … 5 up to [$shape]', async ({ shape, sums }) => {
    const x = filled([0, 1, 2, 3, 4, 5], [2, 3]);
    const [values] = await compute(cpu.arena, [scale(sumTo(x.tensor, shape), 1)], [x]);
    expect([...values!]).toEqual(sums);
  });
});

describe('shapes that do not fit', () => {
  const { tensor: x } = filled(new Float32Array(6), [2, 3]);
  const { tensor: y } = filled(new Float32Array(2), [2]);
  it.each([
    ['a lower rank', () => add(x, y)],
    ['a size that is not 1', () => mul(x, reshape(y, [1, 2]))],
    ['a larger second operand', () => sub(reshape(y, [2, 1]), x)],
    ['a repeat that is none', () => repeat(x, [4, 3])],
  ])('refuses %s', (_, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
