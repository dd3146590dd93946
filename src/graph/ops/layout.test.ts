import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compute, filled, testDevice, testGolden, testOps } from '../../../test/support/op-checks.ts';
import { elementCount, type Shape, type Tensor } from '../tensor.ts';
import { scale } from './arithmetic.ts';
import * as ops from './layout.ts';

const { concat, contiguous, pad, permute, reshape, slice, transposed } = ops;
const cpu = testDevice();

testGolden(cpu, 'concat', ([a, b], { axis }) => concat(a!, b!, axis as number));
testGolden(cpu, 'slice', ([x], { axis, start, end }) =>
  slice(x!, axis as number, start as number, (end as number) - (start as number)),
);
testGolden(cpu, 'permute', ([x], { axes }) => permute(x!, axes as number[]));
testGolden(cpu, 'reshape', ([x], { shape }) => reshape(x!, shape as number[]));

testOps(cpu, ops, {
  permute: [
    { name: 'two axes', leaves: ({ T, C }) => [[T, C]], build: ([x]) => permute(x!, [1, 0]) },
    {
      name: 'a cycle of three',
      leaves: ({ B, T, C }) => [[B, T, C]],
      build: ([x]) => permute(x!, [1, 2, 0]),
    },
    {
      name: 'a cycle of four',
      leaves: ({ B, H, T, C }) => [[B, H, T, C]],
      build: ([x]) => permute(x!, [3, 0, 1, 2]),
    },
    {
      name: 'twice',
      leaves: ({ B, T, C }) => [[B, T, C]],
      build: ([x]) => permute(permute(x!, [2, 0, 1]), [0, 2, 1]),
    },
  ],
  contiguous: [
    {
      name: 'after permute',
      leaves: ({ B, T, C }) => [[B, T, C]],
      build: ([x]) => contiguous(permute(x!, [2, 1, 0])),
    },
    { name: 'transposed', leaves: ({ B, T, C }) => [[B, T, C]], build: ([x]) => transposed(x!) },
  ],
  reshape: [
    {
      name: 'all into one row',
      leaves: ({ B, T, C }) => [[B, T, C]],
      build: ([x], { B, T, C }) => reshape(x!, [1, B * T * C]),
    },
    {
      name: 'of a permuted view',
      leaves: ({ B, T, C }) => [[B, T, C]],
      build: ([x], { B, T, C }) => reshape(permute(x!, [1, 0, 2]), [T * B, C, 1]),
    },
  ],
  slice: [
    {
      name: 'the start of the outer axis',
      leaves: ({ T, C }) => [[T + 1, C]],
      build: ([x], { T }) => slice(x!, 0, 0, T),
    },
    {
      name: 'the end of the outer axis',
      leaves: ({ T, C }) => [[T + 2, C]],
      build: ([x], { T }) => slice(x!, 0, 2, T),
    },
    {
      name: 'the start of the inner axis',
      leaves: ({ T, C }) => [[T, C + 2]],
      build: ([x], { C }) => slice(x!, 1, 0, C),
    },
    {
      name: 'the end of the inner axis',
      leaves: ({ T, C }) => [[T, C + 2]],
      build: ([x], { C }) => slice(x!, 1, 2, C),
    },
    {
      name: 'the middle of a middle axis',
      leaves: ({ B, T, S, C }) => [[B, T + 2, S, C]],
      build: ([x], { T }) => slice(x!, 1, 1, T),
    },
    {
      name: 'of a slice of a permuted view',
      leaves: ({ B, T, C }) => [[B, T + 2, C + 1]],
      build: ([x], { T, C }) => slice(slice(permute(x!, [1, 2, 0]), 0, 1, T), 1, 0, C),
    },
  ],
  concat: [
    {
      name: 'outer axis',
      leaves: ({ B, T, C }) => [
        [B, C],
        [T, C],
      ],
      build: ([x, y]) => concat(x!, y!, 0),
    },
    {
      name: 'inner axis',
      leaves: ({ T, S, C }) => [
        [T, S],
        [T, C],
      ],
      build: ([x, y]) => concat(x!, y!, 1),
    },
    {
      name: 'a middle axis',
      leaves: ({ B, T, S, C }) => [
        [B, T, C],
        [B, S, C],
      ],
      build: ([x, y]) => concat(x!, y!, 1),
    },
    {
      name: 'four axes',
      leaves: ({ B, H, T, S, C }) => [
        [B, H, T, S],
        [B, H, T, C],
      ],
      build: ([x, y]) => concat(x!, y!, 3),
    },
    { name: 'a tensor with itself', leaves: ({ T, C }) => [[T, C]], build: ([x]) => concat(x!, x!, 0) },
    {
      name: 'permuted views',
      leaves: ({ T, S, C }) => [
        [T, C],
        [S, C],
      ],
      build: ([x, y]) => concat(permute(x!, [1, 0]), permute(y!, [1, 0]), 1),
    },
  ],
  pad: [
    {
      name: 'before',
      leaves: ({ T, C }) => [[T, C]],
      build: ([x]) => pad(x!, { axis: 0, before: 2, after: 0 }),
    },
    {
      name: 'after',
      leaves: ({ T, C }) => [[T, C]],
      build: ([x]) => pad(x!, { axis: 1, before: 0, after: 3 }),
    },
    {
      name: 'both ends of a middle axis',
      leaves: ({ B, T, C }) => [[B, T, C]],
      build: ([x]) => pad(x!, { axis: 1, before: 1, after: 1 }),
    },
    {
      name: 'a permuted view',
      leaves: ({ T, C }) => [[T, C]],
      build: ([x]) => pad(permute(x!, [1, 0]), { axis: 1, before: 1, after: 2 }),
    },
  ],
});

/** The values of a row-major array at every index of `shape`, by a function of that index. */
function gathered(shape: Shape, at: (index: number[]) => number): number[] {
  return Array.from({ length: elementCount(shape) }, (_, place) => {
    const index: number[] = [];
    let rest = place;
    for (const size of shape.toReversed()) {
      index.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    return at(index);
  });
}

describe('chains of views', () => {
  type Step =
    | { kind: 'permute'; seed: number }
    | { kind: 'slice'; seed: number }
    | { kind: 'contiguous' | 'copy' };
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constant('permute' as const), seed: fc.nat() }),
    fc.record({ kind: fc.constant('slice' as const), seed: fc.nat() }),
    fc.record({ kind: fc.constantFrom('contiguous' as const, 'copy' as const) }),
  );

  it('give the elements that they should', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.array(step, { maxLength: 6 }),
        async (shape, steps) => {
          const x = filled(
            Float32Array.from({ length: elementCount(shape) }, (_, i) => i),
            shape,
          );
          let tensor: Tensor = x.tensor;
          let expected = [...x.values] as number[];
          for (const one of steps) {
            const before = tensor.shape;
            const strides = before.map((_, axis) => elementCount(before.slice(axis + 1)));
            const old = expected;
            const read = (index: readonly number[]) =>
              old[index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0)]!;
            if (one.kind === 'permute') {
              const axes = before
                .map((_, axis) => axis)
                .sort((a, b) => (((a + 1) * one.seed) % 7) - (((b + 1) * one.seed) % 7));
              tensor = permute(tensor, axes);
              expected = gathered(tensor.shape, (index) =>
                read(axes.map((_, axis) => index[axes.indexOf(axis)]!)),
              );
            } else if (one.kind === 'slice') {
              const axis = one.seed % before.length;
              const start = (one.seed >> 3) % before[axis]!;
              const length = 1 + ((one.seed >> 6) % (before[axis]! - start));
              tensor = slice(tensor, axis, start, length);
              expected = gathered(tensor.shape, (index) => read(index.with(axis, index[axis]! + start)));
            } else {
              tensor = one.kind === 'copy' ? scale(tensor, 1) : contiguous(tensor);
            }
          }
          const [values] = await compute(cpu.arena, [tensor], [x]);
          expect([...values!]).toEqual(expected);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  it('are transposed once, however often they are asked for', () => {
    const { tensor } = filled(new Float32Array(6), [2, 3]);
    expect(transposed(tensor)).toBe(transposed(tensor));
    expect(transposed(tensor).shape).toEqual([3, 2]);
  });
});

describe('shapes that do not fit', () => {
  const { tensor: x } = filled(new Float32Array(6), [2, 3]);
  it.each([
    ['slice beyond the end', () => slice(x, 1, 2, 2)],
    ['slice before the start', () => slice(x, 0, -1, 1)],
    ['slice of nothing', () => slice(x, 0, 0, 0)],
    ['slice of an axis that is not there', () => slice(x, 2, 0, 1)],
    ['reshape to more elements', () => reshape(x, [2, 4])],
    ['concat of another width', () => concat(x, permute(x, [1, 0]), 0)],
    ['concat of another rank', () => concat(x, reshape(x, [1, 2, 3]), 0)],
    ['permute with an axis twice', () => permute(x, [1, 1])],
    ['permute of too few axes', () => permute(x, [1])],
    ['pad of an axis that is not there', () => pad(x, { axis: 2, before: 1, after: 0 })],
    ['pad by less than nothing', () => pad(x, { axis: 0, before: -1, after: 0 })],
  ])('refuses %s', (_, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
