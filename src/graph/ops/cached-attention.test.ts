import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../../../test/support/golden.ts';
import { compute, filled, NOT_DIFFERENTIABLE, testDevice, testOps } from '../../../test/support/op-checks.ts';
import { Random } from '../../core/index.ts';
import { Arena, Device } from '../../ggml/index.ts';
import * as ops from './cached-attention.ts';

const { cachedAttention, segmentMask, segmentPlaces, segmentPlan, segmentPlanSize } = ops;
const cpu = testDevice();

testOps(cpu, ops, { cachedAttention: NOT_DIFFERENTIABLE });

/** Sums of other lengths and orders in f32. */
const TOLERANCE = 2e-5;

interface Case {
  readonly heads: readonly [query: number, key: number];
  readonly D: number;
  readonly window: number;
  /** Tokens in no segment. */
  readonly padding: number;
  /** Of each segment: new tokens, places before them, how many of these it shares with the segment before. */
  readonly segments: readonly (readonly [count: number, before: number, shared: number])[];
}

/** Each query alone, in double precision. */
function plainly(
  { heads: [H, Hkv], D, window }: Case,
  segments: readonly ops.AttentionSegment[],
  [q, k, v]: readonly Float32Array[],
): Float64Array {
  const out = new Float64Array(q!.length);
  for (const { token, count, places } of segments) {
    for (let t = 0; t < count; t++) {
      const last = places.length - count + t;
      const seen = Array.from(places).slice(window > 0 ? Math.max(0, last + 1 - window) : 0, last + 1);
      for (let h = 0; h < H; h++) {
        const at = ((token + t) * H + h) * D;
        const base = (place: number) => (place * Hkv + Math.floor(h / (H / Hkv))) * D;
        const scores = seen.map((place) => {
          let sum = 0;
          for (let d = 0; d < D; d++) sum += q![at + d]! * k![base(place) + d]!;
          return sum / Math.sqrt(D);
        });
        const top = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - top));
        const total = weights.reduce((a, b) => a + b);
        for (const [i, place] of seen.entries())
          for (let d = 0; d < D; d++) out[at + d]! += (weights[i]! / total) * v![base(place) + d]!;
      }
    }
  }
  return out;
}

/** The error of the graph against the plain sums, on one of the devices. */
async function check(given: Case, arena: Arena): Promise<void> {
  const { heads, D, window, padding } = given;
  const random = new Random(given.segments.length + D);
  const N = 1 + given.segments.reduce((sum, [count, before]) => sum + count + before, 0);
  const free = random.shuffle(Array.from({ length: N }, (_, place) => place));
  const segments: ops.AttentionSegment[] = [];
  let token = 0;
  for (const [count, before, shared] of given.segments) {
    const common = Array.from(segments.at(-1)?.places ?? []).slice(0, Math.min(shared, before));
    const places = [...common, ...free.splice(0, before - common.length + count)];
    segments.push({ token, count, places });
    token += count;
  }
  const T = token + padding;
  const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
  const values = [normal(T * heads[0] * D), normal(N * heads[1] * D), normal(N * heads[1] * D)];
  const [q, k, v] = [
    filled(values[0]!, [T, heads[0], D]),
    filled(values[1]!, [N, heads[1] * D]),
    filled(values[2]!, [N, heads[1] * D]),
  ];
  const plan = filled(
    segmentPlan(segments, segmentPlanSize(segments) + 3),
    [segmentPlanSize(segments) + 3],
    'i32',
  );
  const places = segmentPlaces(segments);
  const mask = filled(segmentMask(segments, places, { T, S: places.length, window }), [
    1,
    1,
    T,
    places.length,
  ]);
  const seen = filled(places, [places.length], 'i32');
  const output = cachedAttention(
    q.tensor,
    { k: k.tensor, v: v.tensor },
    { plan: plan.tensor, masked: { places: seen.tensor, mask: mask.tensor } },
    { scale: 1 / Math.sqrt(D), window },
  );
  const [found] = await compute(arena, [output], [q, k, v, plan, seen, mask]);
  const covered = token * heads[0] * D;
  const expected = plainly(given, segments, values);
  expect(relativeError(found!.subarray(0, covered), expected.subarray(0, covered))).toBeLessThan(TOLERANCE);
  expect(found!.subarray(covered).every(Number.isFinite)).toBe(true);
}

const CASES: (Case & { name: string })[] = [
  { name: 'one token alone', heads: [1, 1], D: 16, window: 0, padding: 0, segments: [[1, 0, 0]] },
  { name: 'one token after others', heads: [6, 2], D: 64, window: 0, padding: 2, segments: [[1, 37, 0]] },
  { name: 'a text of its own', heads: [4, 2], D: 24, window: 0, padding: 3, segments: [[70, 0, 0]] },
  {
    name: 'streams beside a prompt, in a window',
    heads: [4, 1],
    D: 16,
    window: 16,
    padding: 0,
    segments: [
      [1, 300, 0],
      [40, 5, 0],
      [1, 3, 0],
    ],
  },
  {
    name: 'branches of a tree',
    heads: [9, 3],
    D: 64,
    window: 0,
    padding: 5,
    segments: [
      [49, 65, 0],
      [5, 114, 114],
      [3, 116, 115],
      [30, 70, 65],
    ],
  },
];

describe.each([
  ['by ggml', () => cpu.arena],
  ['by the own kernel, where there is one', () => cpu.nativeArena],
] as const)('cachedAttention %s', (_, arena) => {
  it.each(CASES)('as plain sums: $name', (given) => check(given, arena()));

  it('as plain sums, for segments drawn at random', async () => {
    const segment = fc
      .tuple(
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
      )
      .map((numbers) => numbers as [number, number, number]);
    const drawn = fc.record({
      heads: fc.constantFrom<readonly [number, number]>([1, 1], [4, 4], [6, 2], [14, 2]),
      D: fc.constantFrom(8, 16, 40, 64),
      window: fc.constantFrom(0, 1, 17, 64),
      padding: fc.integer({ min: 0, max: 3 }),
      segments: fc.array(segment, { minLength: 1, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(drawn, (given) => check(given, arena())),
      { numRuns: 25, seed: 7 },
    );
  }, 60_000);
});

it('gives the same with several threads', async () => {
  using device = Device.cpu(3);
  using arena = new Arena(device);
  for (const given of CASES) await check(given, arena);
});

it('refuses heads that share no key head evenly', () => {
  const q = filled(new Float32Array(24), [1, 3, 8]).tensor;
  const k = filled(new Float32Array(16), [1, 16]).tensor;
  const plan = filled([0], [1], 'i32').tensor;
  expect(() => cachedAttention(q, { k, v: k }, { plan }, { scale: 1, window: 0 })).toThrow(
    expect.objectContaining({ code: 'shape' }),
  );
});
