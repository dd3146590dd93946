import { describe, expect, it } from 'vitest';
import {
  compute,
  filled,
  NOT_DIFFERENTIABLE,
  testDevice,
  testGolden,
  testOps,
} from '../../../test/support/op-checks.ts';
import { fromFloat32, toFloat32, Variables, writeTensor } from '../../ggml/index.ts';
import { permute } from './layout.ts';
import { variable } from './leaf.ts';
import * as ops from './rows.ts';

const { embedding, selectRows } = ops;
const cpu = testDevice();

// Forward only: rows may repeat, and embeddings are not trained.
testGolden(cpu, 'get_rows', ([table, ids]) => embedding(table!, ids!), { reverse: false });

/** Where each of N rows went among the selected ones; their number for the rest. */
function inverseOf(rows: readonly number[], N: number): number[] {
  return Array.from({ length: N }, (_, row) => (rows.includes(row) ? rows.indexOf(row) : rows.length));
}

testOps(cpu, ops, {
  embedding: NOT_DIFFERENTIABLE,
  selectRows: [
    {
      name: 'some rows in any order',
      leaves: ({ T, S, C }) => [[T + S, C]],
      build: ([x], { T, S }, constant, random) => {
        const rows = random.shuffle([...new Array(T + S).keys()]).slice(0, T);
        return selectRows(x!, constant(rows, [T], 'i32'), constant(inverseOf(rows, T + S), [T + S], 'i32'));
      },
    },
    {
      name: 'all rows',
      leaves: ({ T, C }) => [[T, C]],
      build: ([x], { T }, constant, random) => {
        const rows = random.shuffle([...new Array(T).keys()]);
        return selectRows(x!, constant(rows, [T], 'i32'), constant(inverseOf(rows, T), [T], 'i32'));
      },
    },
    {
      name: 'a permuted view',
      leaves: ({ T, C }) => [[C, T + 1]],
      build: ([x], { T }, constant) => {
        const rows = [T];
        return selectRows(
          permute(x!, [1, 0]),
          constant(rows, [1], 'i32'),
          constant(inverseOf(rows, T + 1), [T + 1], 'i32'),
        );
      },
    },
  ],
});

describe('embedding', () => {
  it.each(['f32', 'f16', 'bf16'] as const)('reads rows of a table in %s', async (dtype) => {
    const table = Float32Array.from({ length: 12 }, (_, i) => Math.fround(i / 7));
    const bytes = fromFloat32(table, dtype);
    const stored = toFloat32(bytes, dtype, 12);
    using memory = new Variables(cpu.device, [{ shape: [4, 3], dtype }], 'a table');
    writeTensor(memory.tensors[0]!, bytes);
    const rows = filled([3, 0, 3], [3], 'i32');
    const [values] = await compute(cpu.arena, [embedding(variable(memory.tensors[0]!), rows.tensor)], [rows]);
    expect([...values!]).toEqual([3, 0, 3].flatMap((row) => [...stored.subarray(3 * row, 3 * row + 3)]));
  });

  it.each([-1, 4, 2 ** 31 - 1])('refuses row %i of 4 before it is read', async (row) => {
    const table = filled(new Float32Array(8), [4, 2]);
    const rows = filled([0, row], [2], 'i32');
    await expect(compute(cpu.arena, [embedding(table.tensor, rows.tensor)], [table, rows])).rejects.toThrow(
      `holds ${row}, which is no index of 4 rows`,
    );
  });
});

describe('shapes that do not fit', () => {
  const { tensor: table } = filled(new Float32Array(8), [2, 2, 2]);
  const { tensor: rows } = filled([0], [1], 'i32');
  const { tensor: matrix } = filled(new Float32Array(4), [2, 2]);
  it.each([
    ['a table of three axes', () => embedding(table, rows)],
    ['rows of two axes', () => embedding(matrix, matrix)],
    ['a selection from three axes', () => selectRows(table, rows, rows)],
  ])('refuses %s', (_, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
