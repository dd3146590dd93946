import { describe, expect, it } from 'vitest';
import {
  filled,
  type ReverseCase,
  testDevice,
  testGolden,
  testKernels,
  testOps,
} from '../../../test/support/op-checks.ts';
import { gradients } from '../gradients.ts';
import { concat, permute, reshape, slice } from './layout.ts';
import * as ops from './rope.ts';

const { rope } = ops;
const cpu = testDevice();

testGolden(cpu, 'rope', ([x, positions], attributes, constant) => {
  const {
    base,
    dims,
    sign = 1,
    factor = 1,
    divisors,
  } = attributes as Record<string, number> & { divisors?: number[] };
  const settings = { base: base!, frequencyScale: sign * factor };
  const factors = divisors && constant(divisors, [divisors.length]);
  const [H, D] = x!.shape.slice(-2);
  if (x!.shape.length === 4) {
    // A batch is more tokens.
    const [B, T] = x!.shape;
    const repeated = Array.from({ length: B! * T! }, (_, i) => i % T!);
    const turned = rope(
      reshape(x!, [B! * T!, H!, D!]),
      constant(repeated, [B! * T!], 'i32'),
      settings,
      factors,
    );
    return reshape(turned, x!.shape);
  }
  if (dims === D) return rope(x!, positions!, settings, factors);
  const rest = slice(x!, 2, dims!, D! - dims!);
  return concat(rope(slice(x!, 2, 0, dims!), positions!, settings, factors), rest, 2);
});

/** ggml multiplies an angle up from feature to feature: at position 1,000 it is off by some 1e-4. */
const ITERATED_ANGLES = 2e-4;
const SETTINGS = { base: 10_000, frequencyScale: 1 };

const cases = {
  rope: [
    {
      name: 'positions in any order',
      leaves: ({ T, H, C }) => [[T, H, 2 * C]],
      build: ([x], { T }, constant, random) =>
        rope(
          x!,
          constant(
            Array.from({ length: T }, () => random.integer(1000)),
            [T],
            'i32',
          ),
          SETTINGS,
        ),
    },
    {
      name: 'linear scaling',
      leaves: ({ T, H, C }) => [[T, H, 2 * C]],
      build: ([x], { T }, constant) =>
        rope(x!, constant([...new Array(T).keys()], [T], 'i32'), { base: 1e6, frequencyScale: 0.125 }),
    },
    {
      name: 'a negative frequency scale',
      leaves: ({ T, H, C }) => [[T, H, 2 * C]],
      build: ([x], { T }, constant) =>
        rope(x!, constant([...new Array(T).keys()], [T], 'i32'), { base: 100, frequencyScale: -0.5 }),
    },
    {
      name: 'frequency factors',
      leaves: ({ T, H, C }) => [[T, H, 2 * C]],
      build: ([x], { T, C }, constant, random) => {
        const factors = Float32Array.from({ length: C }, () => 1 + 7 * random.uniform());
        return rope(x!, constant([...new Array(T).keys()], [T], 'i32'), SETTINGS, constant(factors, [C]));
      },
    },
    {
      name: 'a permuted view',
      leaves: ({ T, H, C }) => [[H, T, 2 * C]],
      build: ([x], { T }, constant) =>
        rope(permute(x!, [1, 0, 2]), constant([...new Array(T).keys()], [T], 'i32'), SETTINGS),
    },
  ],
} satisfies Record<string, ReverseCase[]>;

testOps(cpu, ops, { ...cases });
testKernels(cpu, cases.rope, ITERATED_ANGLES);

describe('what does not fit', () => {
  const { tensor: x } = filled(new Float32Array(16), [2, 2, 4]);
  const { tensor: positions } = filled([0, 1], [2], 'i32');
  const { tensor: three } = filled([0, 1, 2], [3], 'i32');
  const { tensor: odd } = filled(new Float32Array(12), [2, 2, 3]);
  const { tensor: factors } = filled([1, 2, 3], [3]);
  it.each([
    ['positions of another length', () => rope(x, three, SETTINGS)],
    ['heads of an odd size', () => rope(odd, positions, SETTINGS)],
    ['factors of another length', () => rope(x, positions, SETTINGS, factors)],
    ['a matrix', () => rope(reshape(x, [2, 8]), positions, SETTINGS)],
  ])('refuses %s', (_, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'shape' }));
  });

  it('says that factors have no gradient instead of leaving it out', () => {
    const { tensor: pair } = filled([1, 2], [2]);
    const y = rope(x, positions, SETTINGS, pair);
    expect(() => gradients(y, y, [pair])).toThrow(/rope/);
  });
});
