import { afterAll, describe, expect, it } from 'vitest';
import { relativeError } from '../../../test/support/golden.ts';
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
import { blockBytes, Random, sizeInBytes } from '../../core/index.ts';
import { type Arena, fromFloat32, toFloat32, Variables, writeTensor } from '../../ggml/index.ts';
import { gradients } from '../gradients.ts';
import { reshape } from './layout.ts';
import { variable } from './leaf.ts';
import * as ops from './linear.ts';

const { adaptedLinear, linear, linearReversed, lowRankDown, lowRankLinear } = ops;
const cpu = testDevice();

testGolden(
  cpu,
  'linear',
  ([x, weight]) => {
    const rows = reshape(x!, [x!.shape.slice(0, -1).reduce((a, b) => a * b), x!.shape.at(-1)!]);
    return reshape(linear(rows, weight!), [...x!.shape.slice(0, -1), weight!.shape[0]!]);
  },
  { without: ['weight'] },
);

const random = (length: number, source: Random) => Float32Array.from({ length }, () => source.normal());

/** Rows in multiples of 8, as own kernels want them. */
const cases = {
  linear: [
    {
      name: 'x wᵀ',
      leaves: ({ T, C }) => [[8 * T, C]],
      build: ([x], { S, C }, constant, source) => linear(x!, constant(random(S * C, source), [S, C])),
    },
    {
      name: 'x w',
      leaves: ({ T, S }) => [[8 * T, S]],
      build: ([x], { S, C }, constant, source) => linearReversed(x!, constant(random(S * C, source), [S, C])),
    },
    {
      name: 'few rows',
      leaves: ({ C }) => [[1, C]],
      build: ([x], { S, C }, constant, source) => linear(x!, constant(random(S * C, source), [S, C])),
    },
  ],
  adaptedLinear: [
    {
      name: 'x, a and b',
      leaves: ({ T, S, C, H }) => [
        [8 * T, C],
        [H, C],
        [S, H],
      ],
      build: ([x, a, b], { S, C }, constant, source) =>
        adaptedLinear(x!, constant(random(S * C, source), [S, C]), { a: a!, b: b!, factor: 0.5 }),
    },
    {
      name: 'the adapter alone',
      leaves: ({ S, C, H }) => [
        [H, C],
        [S, H],
      ],
      build: ([a, b], { T, S, C }, constant, source) =>
        adaptedLinear(
          constant(random(8 * T * C, source), [8 * T, C]),
          constant(random(S * C, source), [S, C]),
          {
            a: a!,
            b: b!,
            factor: 2,
          },
        ),
    },
    {
      name: 'few rows',
      leaves: ({ S, C, H }) => [
        [2, C],
        [H, C],
        [S, H],
      ],
      build: ([x, a, b], { S, C }, constant, source) =>
        adaptedLinear(x!, constant(random(S * C, source), [S, C]), { a: a!, b: b!, factor: 1 }),
    },
  ],
} satisfies Record<string, ReverseCase[]>;

testOps(cpu, ops, {
  ...cases,
  lowRankDown: NOT_DIFFERENTIABLE,
  lowRankLinear: NOT_DIFFERENTIABLE,
  outerSum: NOT_DIFFERENTIABLE,
});
testKernels(cpu, Object.values(cases).flat());

it.each([
  ['ggml', cpu.arena, 9],
  ['own kernels', cpu.nativeArena, 9],
  ['few rows', cpu.nativeArena, 2],
] as const)('a low-rank term that is given is that of an adapter: %s', async (_, arena, T) => {
  const [N, K, r] = [33, 40, 5];
  const source = new Random(3);
  const [x, w, a, b] = [
    filled(random(T * K, source), [T, K]),
    filled(random(N * K, source), [N, K]),
    filled(random(r * K, source), [r, K]),
    filled(random(N * r, source), [N, r]),
  ];
  const given = lowRankLinear(x.tensor, w.tensor, {
    u: lowRankDown(x.tensor, a.tensor, 0.5, false),
    v: b.tensor,
  });
  const whole = adaptedLinear(x.tensor, w.tensor, { a: a.tensor, b: b.tensor, factor: 0.5 });
  const [found, expected] = await compute(arena, [given, whole], [x, w, a, b]);
  expect(relativeError(found!, expected!)).toBeLessThan(1e-6);
});

describe('weights in bf16', () => {
  const [T, N, K] = [40, 33, 96];
  const source = new Random(11);
  const bytes = fromFloat32(random(N * K, source), 'bf16');
  const x = filled(random(T * K, source), [T, K]);
  const seed = filled(random(T * N, source), [T, N]);
  const memories: Variables[] = [];
  afterAll(() => {
    for (const memory of memories) memory[Symbol.dispose]();
  });

  async function results(arena: Arena) {
    const memory = new Variables(arena.device, [{ shape: [N, K], dtype: 'bf16' }], 'a weight');
    memories.push(memory);
    writeTensor(memory.tensors[0]!, bytes);
    const y = linear(x.tensor, variable(memory.tensors[0]!));
    const [dx] = gradients(y, seed.tensor, [x.tensor]);
    return compute(arena, [y, dx!], [x, seed]);
  }

  /** Both round the other operand to 8 bits of mantissa; the kernel perhaps not. */
  const TOLERANCE = 4e-3;

  it('own kernels give what ggml gives', async () => {
    const [expected, found] = await Promise.all([results(cpu.arena), results(cpu.nativeArena)]);
    for (const [index, values] of expected!.entries()) {
      expect(relativeError(found![index]!, values)).toBeLessThan(TOLERANCE);
    }
  });
});

describe('weights in quantized blocks', () => {
  const SCALE = { q4_0: 1, q4_1: 2, q5_0: 1, q5_1: 2, q8_0: 1 } as const;
  type Quantized = keyof typeof SCALE;
  /** Blocks of any content, with scales near 1/16 and, behind them, offsets like it. */
  function blocks(dtype: Quantized, elements: number, source: Random): Uint8Array {
    const bytes = Uint8Array.from({ length: sizeInBytes(dtype, [elements]) }, () => source.integer(256));
    const block = blockBytes(dtype);
    for (let at = 0; at < bytes.length; at += block) {
      for (let i = 0; i < SCALE[dtype]; i++) bytes[at + 2 * i + 1] = 0x2c | (source.integer(2) << 7); // f16
    }
    return bytes;
  }

  /** The same weights in either form; only the last digit of a rounding may differ. */
  const TOLERANCE = 1e-4;

  it
    .skipIf(!cpu.nativeArena.device.hasNativeKernels)
    .each(
      (Object.keys(SCALE) as Quantized[]).flatMap((dtype) =>
        [1, 3, 8, 9, 40].map((T) => ({ dtype, T, N: 50, K: T === 9 ? 2080 : 96 })),
      ),
    )('$dtype, $T rows by [$N, $K]: as in bf16', async ({ dtype, T, N, K }) => {
    const source = new Random(T + K);
    const bytes = blocks(dtype, N * K, source);
    const specs = [dtype, 'bf16' as const].map((each) => ({ shape: [N, K], dtype: each }));
    using memory = new Variables(cpu.nativeArena.device, specs, 'a weight');
    writeTensor(memory.tensors[0]!, bytes);
    writeTensor(memory.tensors[1]!, fromFloat32(toFloat32(bytes, dtype, N * K), 'bf16'));
    const [x, u, v] = [
      filled(random(T * K, source), [T, K]),
      filled(random(T * 4, source), [T, 4]),
      filled(random(N * 4, source), [N, 4]),
    ];
    const dy = filled(random(T * N, source), [T, N]);
    const outputs = memory.tensors.flatMap((tensor) => [
      lowRankLinear(x.tensor, variable(tensor), { u: u.tensor, v: v.tensor }),
      linearReversed(dy.tensor, variable(tensor)),
    ]);
    const [y, dx, expectedY, expectedDx] = await compute(cpu.nativeArena, outputs, [x, u, v, dy]);
    expect(relativeError(y!, expectedY!)).toBeLessThan(TOLERANCE);
    expect(relativeError(dx!, expectedDx!)).toBeLessThan(TOLERANCE);
  });
});

describe('what does not fit', () => {
  const { tensor: x } = filled(new Float32Array(6), [2, 3]);
  const { tensor: w } = filled(new Float32Array(12), [4, 3]);
  const { tensor: b } = filled(new Float32Array(4), [4, 1]);
  const { tensor: wide } = filled(new Float32Array(4), [1, 4]);
  const refusal = expect.objectContaining({ code: 'shape' });
  it.each([
    ['rows of another length', () => linearReversed(x, w)],
    ['three axes', () => linear(reshape(x, [1, 2, 3]), w)],
    ['an a of another width', () => adaptedLinear(x, w, { a: wide, b, factor: 1 })],
    ['a b of another height', () => adaptedLinear(x, w, { a: reshape(x, [2, 3]), b, factor: 1 })],
  ])('refuses %s', (_, build) => {
    expect(build).toThrow(refusal);
  });

  it('says that weights have no gradient instead of leaving it out', () => {
    const y = linear(x, w);
    expect(() => gradients(y, y, [w])).toThrow('linear has no gradient for its input 1');
  });
});
