import { describe, expect, it } from 'vitest';
import { testDevice } from '../../test/support/op-checks.ts';
import { Arena } from '../ggml/index.ts';
import { compile } from './compile.ts';
import { exp, sqr } from './ops/activations.ts';
import { add, scale, sumLast } from './ops/arithmetic.ts';
import { sharedPrefixAttention } from './ops/attention.ts';
import { accumulate, assign } from './ops/effects.ts';
import { contiguous, permute, reshape } from './ops/layout.ts';
import { input } from './ops/leaf.ts';
import { linear, linearReversed } from './ops/linear.ts';
import { peakMemory } from './peak-memory.ts';
import type { Tensor } from './tensor.ts';

const cpu = testDevice();
const GGML = { native: false, threads: 1 };
const OWN = { native: true, threads: 1 };

describe('the worst moment', () => {
  const x = input('x', [256]);
  const y = input('y', [256]);
  const KIB = 1024;

  it.each([
    { name: 'leaves are not counted', outputs: [x], expected: 0 },
    { name: 'one value', outputs: [sumLast(x)], expected: 4 },
    { name: 'a chain writes over itself', outputs: [exp(sqr(scale(x, 2)))], expected: KIB },
    {
      name: 'what is needed again is kept',
      outputs: [add(scale(x, 2), exp(scale(x, 3)))],
      expected: 2 * KIB,
    },
    { name: 'outputs are kept', outputs: [scale(x, 2), scale(x, 3), scale(x, 4)], expected: 3 * KIB },
    { name: 'views take nothing', outputs: [permute(reshape(x, [16, 16]), [1, 0])], expected: 0 },
    {
      name: 'copies of turned views do',
      outputs: [contiguous(permute(reshape(x, [16, 16]), [1, 0]))],
      expected: KIB,
    },
    {
      name: 'effects take what they write',
      outputs: [assign(x, scale(y, 2)), accumulate(x, y)],
      expected: KIB,
    },
  ])('$name', ({ outputs, expected }) => {
    expect(peakMemory(outputs, GGML)).toBe(expected);
  });
});

describe('what an arena takes', () => {
  const [T, B, L, H, D] = [380, 2, 192, 4, 16];
  const [q, k, v] = ['q', 'k', 'v'].map((name) => input(name, [T, H, D])) as [Tensor, Tensor, Tensor];
  const where = {
    starts: input('starts', [B + 1], 'i32'),
    sources: input('sources', [B * L], 'i32'),
    targets: input('targets', [B * L], 'i32'),
    places: input('places', [T], 'i32'),
    rowMask: input('mask', [1, 1, L, L]),
    prefixMask: undefined,
  };
  const shape = { prefix: 0, rows: B, longest: L, tokens: T, window: 0, scale: 1 };
  const tokens = input('tokens', [16, 64]);
  const head = input('head', [4096, 64]);
  const graphs: Record<string, () => Tensor[]> = {
    attention: () => [sharedPrefixAttention([q, k, v], where, shape)],
    'a head and back': () => [linearReversed(linear(tokens, head), head)],
  };

  /** Alignment, gaps between what is freed, and operands that ggml computes before they are needed. */
  const TOLERANCE = 1.25;

  it.each(Object.keys(graphs))('for %s is what was said, by ggml and by own kernels', (name) => {
    const said = [GGML, OWN].map((machine) => peakMemory(graphs[name]!(), machine));
    for (const [index, { device }] of [cpu.arena, cpu.nativeArena].entries()) {
      if (index === 1 && !device.nativeKernels) continue;
      using arena = new Arena(device);
      using executable = compile(graphs[name]!(), arena);
      expect(executable.nodes).toBeGreaterThan(0);
      expect(arena.bytes / said[index]!).toBeGreaterThan(1 / TOLERANCE);
      expect(arena.bytes / said[index]!).toBeLessThan(TOLERANCE);
    }
    expect(said[0]).toBeGreaterThan(2 * said[1]!);
  });
});
