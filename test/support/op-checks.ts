/**
 * How operations are tested: against golden values, and every reverse rule against finite differences. A table names
 * the cases of each operation of a file; an operation without any fails.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import {
  Arena,
  compile,
  Device,
  elementCount,
  gradients,
  type HostArray,
  input,
  type Shape,
  type Tensor,
} from '../../src/graph/index.ts';
import { type Op, topological } from '../../src/graph/tensor.ts';
import { goldenJson } from './golden.ts';

/** f32 against f64; sums of these small cases lose no more. */
const GOLDEN_TOLERANCE = 5e-6;
/** Of the product of norms: f32 rounding of values near 10 over a step of 0.02, and the fourth derivative. */
const DIFFERENCE_TOLERANCE = 1e-3;
const STEP = 0.02;
const RUNS = 12;
/** One seed for all: a failure comes again. */
const SEED = 7;

/** An input of a graph with its values. */
interface Filled {
  readonly tensor: Tensor;
  readonly values: HostArray;
}

export interface TestDevice {
  readonly device: Device;
  readonly arena: Arena;
  /** Computes with own kernels where there are some. */
  readonly nativeArena: Arena;
}

/** A CPU for the tests of one file, twice: by ggml alone, and with own kernels. All memory has to come back. */
export function testDevice(): TestDevice {
  const [arena, nativeArena] = [false, true].map((native) => new Arena(Device.cpu(1, { native })));
  afterAll(() => {
    for (const each of [arena!, nativeArena!]) {
      each[Symbol.dispose]();
      expect(each.device.live).toEqual({ buffers: 0, bytes: 0 });
      each.device[Symbol.dispose]();
    }
  });
  return { device: arena!.device, arena: arena!, nativeArena: nativeArena! };
}

/** Values of outputs for values of inputs. */
export async function compute(arena: Arena, outputs: readonly Tensor[], inputs: readonly Filled[]) {
  using executable = compile(outputs, arena);
  return await executable.run(valuesByName(inputs), [...outputs.keys()]);
}

let named = 0;

/** An input with a name of its own. */
export function filled(
  values: ArrayLike<number | bigint>,
  shape: Shape,
  dtype: 'f32' | 'i32' | 'i64' = 'f32',
): Filled {
  const list = Array.from(values);
  const typed = {
    f32: () => Float32Array.from(list, Number),
    i32: () => Int32Array.from(list, Number),
    i64: () => BigInt64Array.from(list, BigInt),
  };
  return { tensor: input(`test${named++}`, shape, dtype), values: typed[dtype]() };
}

function valuesByName(inputs: readonly Filled[]): Record<string, HostArray> {
  return Object.fromEntries(
    inputs.map(({ tensor, values }) => [(tensor.attributes as { name: string }).name, values]),
  );
}

// Golden cases

interface GoldenTensor {
  readonly shape: number[];
  readonly dtype: 'f32' | 'i32';
  readonly values: number[];
}

interface GoldenCase {
  readonly op: string;
  readonly name: string;
  readonly attributes: GoldenAttributes;
  readonly inputs: Record<string, GoldenTensor>;
  readonly output: GoldenTensor;
  readonly cotangent: GoldenTensor;
  readonly gradients: Record<string, GoldenTensor>;
}

/** What cases of ops.json are given, by scripts/golden/ops.py. */
export interface GoldenAttributes {
  readonly [name: string]: unknown;
}

/**
 * Tests every case of ops.json for one of its ops.
 * @param build our graph for it; `constant` adds further inputs
 * @param without inputs that ours does not differentiate by
 */
export function testGolden(
  { arena, nativeArena }: TestDevice,
  op: string,
  build: (
    inputs: Tensor[],
    attributes: GoldenAttributes,
    constant: Constant,
    given: Readonly<Record<string, GoldenTensor>>,
  ) => Tensor,
  { reverse = true, without = [] }: { reverse?: boolean; without?: readonly string[] } = {},
): void {
  const { cases } = goldenJson<{ cases: GoldenCase[] }>('ops.json');
  describe.each(cases.filter((golden) => golden.op === op))('golden $op, $name', (golden) => {
    it.each([
      ['by ggml', arena],
      ['by own kernels, where there are some', nativeArena],
    ] as const)('has the values of PyTorch %s', async (_, used) => {
      const given = Object.entries(golden.inputs).map(
        ([name, { values, shape, dtype }]) => [name, filled(values, shape, dtype)] as const,
      );
      const inputs = given.map(([, value]) => value);
      const output = build(
        inputs.map(({ tensor }) => tensor),
        golden.attributes,
        constantOf(inputs),
        golden.inputs,
      );
      const cotangent = filled(golden.cotangent.values, output.shape);
      const wanted = given.filter(([name]) => reverse && golden.gradients[name] && !without.includes(name));
      const found = gradients(
        output,
        cotangent.tensor,
        wanted.map(([, { tensor }]) => tensor),
      );
      expect(found.includes(undefined)).toBe(false);
      inputs.push(cotangent);
      const [values, ...slopes] = await compute(used, [output, ...(found as Tensor[])], inputs);
      expectClose('output', values!, golden.output.values);
      for (const [index, [name]] of wanted.entries()) {
        expectClose(`gradient of ${name}`, slopes[index]!, golden.gradients[name]!.values);
      }
    });
  });
}

function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = GOLDEN_TOLERANCE,
): void {
  expect(actual.length).toBe(expected.length);
  const difference = Array.from(expected, (value, index) => actual[index]! - value);
  // Inputs are about 1: where results are far less, f32 has lost their digits in differences.
  const scale = Math.max(1, Math.sqrt(dot(expected, expected)));
  expect(Math.sqrt(dot(difference, difference)), what).toBeLessThan(tolerance * scale);
}

// Reverse rules

/** Sizes of axes, drawn at random. */
export interface Sizes {
  readonly B: number;
  readonly H: number;
  readonly T: number;
  readonly S: number;
  readonly C: number;
}

/** Adds an input that is not differentiated by. */
export type Constant = (
  values: ArrayLike<number | bigint>,
  shape: Shape,
  dtype?: 'f32' | 'i32' | 'i64',
) => Tensor;

export interface ReverseCase {
  readonly name: string;
  /** Shapes of what is differentiated by. */
  leaves(sizes: Sizes): Shape[];
  build(leaves: Tensor[], sizes: Sizes, constant: Constant, random: Random): Tensor;
  /** Leaves keep to values from 0.5 to 2.5; else they are normal. */
  readonly positive?: boolean;
}

/** Why an operation has no reverse case; its forward values are tested apart. */
export const NOT_DIFFERENTIABLE = 'not differentiable';

const EDGES = fc.record({
  B: fc.integer({ min: 1, max: 3 }),
  H: fc.integer({ min: 1, max: 3 }),
  T: fc.constantFrom(1, 7, 8, 9, 31, 33, 70),
  S: fc.constantFrom(1, 8, 15, 16, 17, 65),
  C: fc.constantFrom(2, 8, 16, 24, 33, 64),
  seed: fc.integer(),
});

const SIZES = fc.record({
  B: fc.integer({ min: 1, max: 3 }),
  H: fc.integer({ min: 1, max: 3 }),
  T: fc.integer({ min: 1, max: 4 }),
  S: fc.integer({ min: 1, max: 5 }),
  C: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer(),
});

/**
 * Tests the operations that a module exports.
 * @param table cases by operation; every operation of the module needs its entry
 */
export function testOps(
  { arena, nativeArena }: TestDevice,
  module: object,
  table: Readonly<Record<string, readonly ReverseCase[] | typeof NOT_DIFFERENTIABLE>>,
): void {
  const ops = opsOf(module);
  it('has a case in the table for every operation', () => {
    expect(Object.keys(table).sort()).toEqual(ops.map(({ name }) => name).sort());
  });
  for (const op of ops) {
    const cases = table[op.name];
    if (cases === NOT_DIFFERENTIABLE) {
      it(`says why ${op.name} has no reverse rule`, () => {
        expect(op.reverse).toEqual({ nonDifferentiable: expect.stringMatching(/\w+ \w+/) });
      });
    } else {
      it.each(cases ?? [])(`differentiates ${op.name}: $name`, async (given) => {
        let occurs = false; // not for every size: permuting [1, 1] is none
        const check = async ({ seed, ...sizes }: Sizes & { seed: number }) => {
          const output = await checkReverse(arena, given, sizes, seed);
          if (op.native) await checkReverse(nativeArena, given, sizes, seed);
          occurs ||= topological([output]).some((tensor) => (tensor.op as unknown) === op);
        };
        await fc.assert(fc.asyncProperty(SIZES, check), { numRuns: RUNS, seed: SEED });
        expect(occurs).toBe(true);
      });
    }
  }
}

/** Of the norm: sums of other lengths and orders in f32. */
const KERNEL_TOLERANCE = 2e-5;

/**
 * Compares own kernels with the lowering that is their oracle, on sizes at and beside the edges of vectors and tiles:
 * values and gradients. Skips, and says so, where no kernels could be built.
 * @param tolerance where the oracle itself is less exact than f32 allows
 */
export function testKernels(
  { arena, nativeArena }: TestDevice,
  cases: readonly ReverseCase[],
  tolerance = KERNEL_TOLERANCE,
): void {
  if (!nativeArena.device.nativeKernels) console.warn('no own kernels here: they are not compared');
  it.skipIf(!nativeArena.device.nativeKernels).each(cases)(
    'own kernels give what ggml gives: $name',
    async (given) => {
      const check = async ({ seed, ...sizes }: Sizes & { seed: number }) => {
        const [expected, found] = [arena, nativeArena].map(async (used) => {
          const { inputs, output, slopes } = differentiated(given, sizes, new Random(seed));
          return compute(used, [output, ...slopes], inputs);
        });
        for (const [index, values] of (await expected!).entries()) {
          expectClose(
            index === 0 ? 'values' : `gradient ${index}`,
            (await found!)[index]!,
            values,
            tolerance,
          );
        }
      };
      await fc.assert(fc.asyncProperty(EDGES, check), { numRuns: RUNS, seed: SEED });
    },
  );
}

/** The operations among the exports of a module. */
export function opsOf(module: object): Op[] {
  return Object.values(module).filter(
    (value) => typeof value === 'object' && value !== null && 'lower' in value && 'reverse' in value,
  ) as Op[];
}

/** A case's graph with random inputs, and its gradients by a random seed. */
function differentiated(
  { leaves: shapes, build, positive = false }: ReverseCase,
  sizes: Sizes,
  random: Random,
) {
  const draw = () => (positive ? 0.5 + 2 * random.uniform() : random.normal());
  const leaves = shapes(sizes).map((shape) =>
    filled(Array.from({ length: elementCount(shape) }, draw), shape),
  );
  const tensors = leaves.map(({ tensor }) => tensor);
  const inputs = [...leaves];
  const output = build(tensors, sizes, constantOf(inputs), random);
  const normal = () => random.normal();
  const cotangent = filled(Array.from({ length: elementCount(output.shape) }, normal), output.shape);
  const slopes = gradients(output, cotangent.tensor, tensors);
  expect(slopes.includes(undefined)).toBe(false);
  return { leaves, inputs: [...inputs, cotangent], output, cotangent, slopes: slopes as Tensor[] };
}

async function checkReverse(arena: Arena, given: ReverseCase, sizes: Sizes, seed: number): Promise<Tensor> {
  const random = new Random(seed);
  const { leaves, inputs, output, cotangent, slopes } = differentiated(given, sizes, random);
  using reverse = compile(slopes, arena);
  using forward = compile([output], arena);
  const values = valuesByName(inputs);
  const found = await reverse.run(values, [...slopes.keys()]);
  for (const [index, { tensor, values: origin }] of leaves.entries()) {
    const { name } = tensor.attributes as { name: string };
    const direction = Float32Array.from({ length: origin.length }, () => (random.uniform() < 0.5 ? -1 : 1));
    const at = async (step: number) => {
      const moved = Float32Array.from(origin as Float32Array, (value, i) => value + step * direction[i]!);
      const [result] = await forward.run({ ...values, [name]: moved }, [0]);
      return dot(result!, cotangent.values as Float32Array);
    };
    const near = (await at(STEP)) - (await at(-STEP));
    const far = (await at(2 * STEP)) - (await at(-2 * STEP));
    const numeric = (8 * near - far) / (12 * STEP);
    const analytic = dot(found[index]!, direction);
    const scale = Math.sqrt(dot(found[index]!, found[index]!) * origin.length);
    expect(Math.abs(analytic - numeric), `leaf ${index}: ${analytic} against ${numeric}`).toBeLessThanOrEqual(
      DIFFERENCE_TOLERANCE * Math.max(scale, 1),
    );
  }
  return output;
}

function constantOf(inputs: Filled[]): Constant {
  return (values, shape, dtype) => {
    const added = filled(values, shape, dtype);
    inputs.push(added);
    return added.tensor;
  };
}

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
