import { describe, expect, it } from 'vitest';
import { relativeError } from '../../../test/support/golden.ts';
import {
  type Constant,
  compute,
  filled,
  NOT_DIFFERENTIABLE,
  type ReverseCase,
  testDevice,
  testKernels,
  testOps,
} from '../../../test/support/op-checks.ts';
import { Random } from '../../core/index.ts';
import type { Tensor } from '../tensor.ts';
import * as ops from './attention.ts';

const { causalMask, rowPlaces, sharedPrefixAttention } = ops;
const cpu = testDevice();

interface Shape {
  readonly prefix: number;
  /** Of the rows. */
  readonly lengths: readonly number[];
  readonly window: number;
}

function tokensOf({ prefix, lengths }: Shape): number {
  return lengths.reduce((sum, length) => sum + length, prefix);
}

/** Rows padded to one more than the longest has, where they have to be padded. */
function attend([q, k, v]: Tensor[], given: Shape, constant: Constant): Tensor {
  const { prefix, lengths, window } = given;
  const longest = Math.max(...lengths) + 1;
  const shape = { prefix, rows: lengths.length, longest, tokens: tokensOf(given) };
  const { starts, sources, targets, places } = rowPlaces(shape, lengths);
  const where = {
    starts: constant(starts, [starts.length], 'i32'),
    sources: constant(sources, [sources.length], 'i32'),
    targets: constant(targets, [targets.length], 'i32'),
    places: constant(places, [places.length], 'i32'),
    rowMask: constant(causalMask(longest, prefix, window), [1, 1, longest, prefix + longest]),
    prefixMask: prefix > 0 ? constant(causalMask(prefix, 0, window), [1, prefix, prefix]) : undefined,
  };
  return sharedPrefixAttention([q!, k!, v!], where, { ...shape, scale: 1 / Math.sqrt(q!.shape[2]!), window });
}

/** Cases with 2 C features a head and `group` query heads to a key head. */
function attentionCase(
  name: string,
  group: number,
  shape: (sizes: { B: number; T: number; S: number }) => Shape,
): ReverseCase {
  return {
    name,
    leaves: (sizes) => {
      const T = tokensOf(shape(sizes));
      return [
        [T, group * sizes.H, 2 * sizes.C],
        [T, sizes.H, 2 * sizes.C],
        [T, sizes.H, 2 * sizes.C],
      ];
    },
    build: (leaves, sizes, constant) => attend(leaves, shape(sizes), constant),
  };
}

const equal = (B: number, T: number) => Array.from({ length: B }, () => T);
/** T, 1, T, 1, … */
const unlike = (B: number, T: number) => Array.from({ length: B }, (_, b) => (b % 2 ? 1 : T));

const CASES = [
  attentionCase('rows alone', 1, ({ B, T }) => ({ prefix: 0, lengths: equal(B, T), window: 0 })),
  attentionCase('a prefix and rows', 1, ({ B, T, S }) => ({ prefix: S, lengths: equal(B, T), window: 0 })),
  attentionCase('rows of unlike length alone', 2, ({ B, T }) => ({
    prefix: 0,
    lengths: unlike(B, T),
    window: 0,
  })),
  attentionCase('grouped heads, rows of unlike length', 3, ({ B, T, S }) => ({
    prefix: S,
    lengths: unlike(B, T),
    window: 0,
  })),
  attentionCase('a window shorter than all', 2, ({ B, T, S }) => ({
    prefix: S,
    lengths: unlike(B, T),
    window: 2,
  })),
  attentionCase('a window within rows alone', 1, ({ B, T }) => ({
    prefix: 0,
    lengths: equal(B, T),
    window: 3,
  })),
];

testOps(cpu, ops, { attention: CASES, attentionReverse: NOT_DIFFERENTIABLE });
testKernels(cpu, CASES);

describe('causal attention over a shared prefix', () => {
  const [P, H, Hkv, D] = [5, 4, 2, 8];
  const lengths = [4, 1, 6, 2];
  const rows = [...new Array<number>(P).fill(-1), ...lengths.flatMap((length, row) => equal(length, row))];
  const positions = [
    ...new Array(P).keys(),
    ...lengths.flatMap((length) => Array.from({ length }, (_, l) => P + l)),
  ];
  const T = rows.length;

  it.each([
    { window: 0, arena: 'ggml' },
    { window: 3, arena: 'ggml' },
    { window: 0, arena: 'own kernels' },
    { window: 3, arena: 'own kernels' },
  ])('sees what it should, window $window, by $arena', async ({ window, arena }) => {
    const random = new Random(4);
    const normal = (heads: number) =>
      filled(
        Float32Array.from({ length: T * heads * D }, () => random.normal()),
        [T, heads, D],
      );
    const [q, k, v] = [normal(H), normal(Hkv), normal(Hkv)];
    const inputs = [q, k, v];
    const constant: Constant = (values, shape, dtype) => {
      inputs.push(filled(values, shape, dtype));
      return inputs.at(-1)!.tensor;
    };
    const output = attend([q.tensor, k.tensor, v.tensor], { prefix: P, lengths, window }, constant);
    const [found] = await compute(arena === 'ggml' ? cpu.arena : cpu.nativeArena, [output], inputs);
    expect(relativeError(found!, reference(q.values, k.values, v.values))).toBeLessThan(1e-5);

    function reference(qs: ArrayLike<unknown>, ks: ArrayLike<unknown>, vs: ArrayLike<unknown>): Float64Array {
      const [qv, kv, vv] = [qs, ks, vs] as Float32Array[];
      const position = (t: number) => positions[t]!;
      const row = (t: number) => rows[t]!;
      const result = new Float64Array(T * H * D);
      for (let t = 0; t < T; t++) {
        const seen = [...new Array(T).keys()].filter(
          (s) =>
            (row(s) === -1 || row(s) === row(t)) &&
            position(s) <= position(t) &&
            (window === 0 || position(s) > position(t) - window),
        );
        for (let h = 0; h < H; h++) {
          const g = Math.floor((h * Hkv) / H);
          const scores = seen.map((s) => {
            let sum = 0;
            for (let d = 0; d < D; d++) sum += qv![(t * H + h) * D + d]! * kv![(s * Hkv + g) * D + d]!;
            return Math.exp(sum / Math.sqrt(D));
          });
          const total = scores.reduce((a, b) => a + b);
          for (const [i, s] of seen.entries()) {
            for (let d = 0; d < D; d++) {
              result[(t * H + h) * D + d]! += (scores[i]! / total) * vv![(s * Hkv + g) * D + d]!;
            }
          }
        }
      }
      return result;
    }
  });

  it.each([
    { name: 'tokens that are not all', q: [6, 2, 4], k: [6, 1, 4] },
    { name: 'heads that do not divide', q: [5, 3, 4], k: [5, 2, 4] },
    { name: 'keys of another size', q: [5, 2, 4], k: [5, 2, 2] },
    { name: 'fewer keys than queries', q: [5, 2, 4], k: [4, 2, 4] },
  ])('refuses $name', ({ q, k }) => {
    const [query, key] = [q, k].map(
      (shape) => filled(new Float32Array(shape.reduce((a, b) => a * b)), shape).tensor,
    );
    const shape = { prefix: 1, lengths: [2, 2], window: 0 };
    const constant: Constant = (values, size) => filled(values, size).tensor;
    expect(() => attend([query!, key!, key!], shape, constant)).toThrow(
      expect.objectContaining({ code: 'shape' }),
    );
  });
});
