import { describe, expect, it } from 'vitest';
import { relativeError } from '../../../test/support/golden.ts';
import {
  type Constant,
  compute,
  filled,
  type ReverseCase,
  testDevice,
  testGolden,
  testKernels,
  testOps,
} from '../../../test/support/op-checks.ts';
import { Random } from '../../core/index.ts';
import { fromFloat32, toFloat32, Variables, writeTensor } from '../../ggml/index.ts';
import { gradients } from '../gradients.ts';
import type { Tensor } from '../tensor.ts';
import { mul, sumLast } from './arithmetic.ts';
import * as ops from './cross-entropy.ts';
import { reshape } from './layout.ts';
import { variable } from './leaf.ts';
import { selectRows } from './rows.ts';

const { crossEntropy } = ops;
const cpu = testDevice();

function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}

/** Loss of each row [R, 1] for labels that are known beforehand. */
function lossOf(x: Tensor, head: Tensor, labels: readonly number[], constant: Constant): Tensor {
  const V = head.shape[0]!;
  const R = labels.length;
  const places = labels.map((label, row) => row * V + label);
  return crossEntropy(x, head, constant(places, [R], 'i32'));
}

testGolden(cpu, 'cross_entropy', ([logits], _, constant, { labels }) => {
  const [R, V] = logits!.shape as [number, number];
  return reshape(lossOf(logits!, constant(identity(V), [V, V]), labels!.values, constant), [R]);
});

testGolden(cpu, 'cross_entropy_mean', ([logits], { labelCount }, constant, { labels }) => {
  const [N, V] = logits!.shape as [number, number];
  const rows = [...labels!.values.keys()].filter((row) => labels!.values[row]! >= 0);
  // Two rows of padding: they read row 0 and weigh nothing.
  const R = rows.length + 2;
  const inverse = Array.from({ length: N }, (__, row) => (rows.includes(row) ? rows.indexOf(row) : R));
  const selected = selectRows(logits!, constant([...rows, 0, 0], [R], 'i32'), constant(inverse, [N], 'i32'));
  const known = [...rows.map((row) => labels!.values[row]!), 0, 0];
  const losses = lossOf(selected, constant(identity(V), [V, V]), known, constant);
  const weights = Float32Array.from({ length: R }, (__, row) =>
    row < rows.length ? 1 / Number(labelCount) : 0,
  );
  return reshape(sumLast(reshape(mul(losses, constant(weights, [R, 1])), [1, R])), [1]);
});

const cases = {
  crossEntropy: [
    {
      name: 'a head of its own',
      leaves: ({ T, C }) => [[T, C]],
      build: ([x], { T, S, C }, constant, random) => {
        const V = S + 1;
        const head = constant(
          Float32Array.from({ length: V * C }, () => random.normal()),
          [V, C],
        );
        const labels = Array.from({ length: T }, () => random.integer(V));
        return lossOf(x!, head, labels, constant);
      },
    },
  ],
} satisfies Record<string, ReverseCase[]>;

testOps(cpu, ops, { ...cases });
testKernels(cpu, cases.crossEntropy);

it.each([
  ['ggml', cpu.arena],
  ['the own kernel', cpu.nativeArena],
])('losses alone are the same: %s', async (_, arena) => {
  const [R, V, C] = [13, 70, 24];
  const random = new Random(9);
  const [x, head] = [R, V].map((size) =>
    filled(
      Float32Array.from({ length: size * C }, () => random.normal()),
      [size, C],
    ),
  ) as [ReturnType<typeof filled>, ReturnType<typeof filled>];
  const places = filled(
    Array.from({ length: R }, (__, row) => row * V + random.integer(V)),
    [R],
    'i32',
  );
  const [both, alone] = [true, false].map((withSlopes) =>
    crossEntropy(x.tensor, head.tensor, places.tensor, { withSlopes }),
  ) as [Tensor, Tensor];
  const [expected, found] = await compute(arena, [both, alone], [x, head, places]);
  expect(relativeError(found!, expected!)).toBeLessThan(1e-6);
  expect(() => gradients(alone, alone, [x.tensor])).toThrow('built without slopes');
});

describe('heads in bf16', () => {
  const [V, C, R] = [11, 16, 3];
  const random = new Random(5);
  const head = Float32Array.from({ length: V * C }, () => random.normal());
  const bytes = fromFloat32(head, 'bf16');
  const rounded = toFloat32(bytes, 'bf16', head.length);
  const labels = [4, 0, 10];
  /** Half a unit of 8 bits of mantissa. */
  const BF16_ROUNDING = 2 ** -8;

  // Rows that point along their label's row of the head: the longer, the surer.
  const ways = [
    ['ggml', cpu.arena],
    ['the own kernel', cpu.nativeArena],
  ] as const;
  const all = [0.3, 1, 2].flatMap((sureness) =>
    ways.map(([name, arena]) => [sureness, name, arena] as const),
  );
  it.each(all)(
    'give a gradient that keeps its digits at a sureness of %f by %s',
    async (sureness, _, arena) => {
      const rows = Float32Array.from({ length: R * C }, (_, i) => {
        const row = Math.floor(i / C);
        return sureness * rounded[labels[row]! * C + (i % C)]! * 0.5;
      });
      const x = filled(rows, [R, C]);
      const seed = filled(new Float32Array(R).fill(1), [R, 1]);
      using memory = new Variables(cpu.device, [{ shape: [V, C], dtype: 'bf16' }], 'a head');
      writeTensor(memory.tensors[0]!, bytes);
      const inputs = [x, seed];
      const constant: Constant = (values, shape, dtype) => {
        inputs.push(filled(values, shape, dtype));
        return inputs.at(-1)!.tensor;
      };
      const loss = lossOf(x.tensor, variable(memory.tensors[0]!), labels, constant);
      const [gradient] = gradients(loss, seed.tensor, [x.tensor]);
      const [losses, slopes] = await compute(arena, [loss, gradient!], inputs);
      const expected = reference(rows, rounded, labels);
      for (const [row, loss] of expected.losses.entries()) {
        expect(Math.abs(losses![row]! - loss)).toBeLessThan(BF16_ROUNDING * Math.max(loss, 0.1));
        const range = [row * C, (row + 1) * C] as const;
        const error = relativeError(slopes!.subarray(...range), expected.gradient.subarray(...range));
        expect(error, `row ${row}`).toBeLessThan(BF16_ROUNDING);
      }
    },
  );

  function reference(x: Float32Array, weight: Float32Array, wanted: readonly number[]) {
    const gradient = new Float64Array(R * C);
    const losses = wanted.map((label, r) => {
      const logits = Array.from({ length: V }, (_, v) => {
        let sum = 0;
        for (let c = 0; c < C; c++) sum += x[r * C + c]! * weight[v * C + c]!;
        return sum;
      });
      const highest = Math.max(...logits);
      const total = logits.reduce((sum, value) => sum + Math.exp(value - highest), 0);
      const others = logits.reduce(
        (sum, value, v) => (v === label ? sum : sum + Math.exp(value - highest)),
        0,
      );
      for (let v = 0; v < V; v++) {
        // p − 1 of the label as minus the others' share: f64, too, has few digits next to 1.
        const slope = v === label ? -others / total : Math.exp(logits[v]! - highest) / total;
        for (let c = 0; c < C; c++) gradient[r * C + c]! += slope * weight[v * C + c]!;
      }
      return Math.log(total) + highest - logits[label]!;
    });
    return { losses, gradient };
  }
});
