import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { testDevice } from '../../test/support/op-checks.ts';
import { Arena, Device, Variables, writeTensor } from '../ggml/index.ts';
import { compile } from './compile.ts';
import { exp, sqr } from './ops/activations.ts';
import { add, mul, repeat, scale, sumLast } from './ops/arithmetic.ts';
import { assign } from './ops/effects.ts';
import { permute, reshape } from './ops/layout.ts';
import { input, variable } from './ops/leaf.ts';
import { matmulT } from './ops/matmul.ts';
import { softmax } from './ops/normalization.ts';
import { embedding } from './ops/rows.ts';

const cpu = testDevice();

/** x² + 1 of n numbers. */
function small(n: number) {
  return [scale(sqr(input('x', [n])), 1, 1)];
}

/** Σ exp(x) of n × n numbers, with values of n × n kept on the way. */
function large(n: number) {
  const x = repeat(input('y', [1, n]), [n, n]);
  return [sumLast(reshape(exp(x), [1, n * n]))];
}

const X = Float32Array.of(1, 2, 3);
const SQUARES = Float32Array.of(2, 5, 10);

describe('an arena that several graphs share', () => {
  it('moves between two runs of a graph without harm', async () => {
    using arena = new Arena(cpu.device);
    using first = compile(small(3), arena);
    using second = compile(large(100), arena);
    expect(await first.run({ x: X }, [0])).toEqual([SQUARES]);
    const before = arena.generation;
    expect((await second.run({ y: new Float32Array(100) }, [0]))[0]![0]).toBe(10_000);
    expect(arena.generation).toBeGreaterThan(before);
    expect(await first.run({ x: X }, [0])).toEqual([SQUARES]);
    expect((await second.run({ y: new Float32Array(100) }, [0]))[0]![0]).toBe(10_000);
    expect(arena.bytes).toBeGreaterThanOrEqual(100 * 100 * 4);
  });

  it('queues runs that are asked for at once', async () => {
    using arena = new Arena(cpu.device);
    using first = compile(small(3), arena);
    using second = compile(large(50), arena);
    const runs = Array.from({ length: 12 }, (_, i) =>
      i % 2 === 0
        ? first.run({ x: new Float32Array(3).fill(i) }, [0])
        : second.run({ y: new Float32Array(50).fill(Math.log(i)) }, [0]),
    );
    for (const [i, [values]] of (await Promise.all(runs)).entries()) {
      const expected = i % 2 === 0 ? i * i + 1 : i * 2500;
      expect(Math.abs(values![0]! / expected - 1)).toBeLessThan(1e-5);
    }
  });

  it('goes on after a run that failed', async () => {
    using arena = new Arena(cpu.device);
    using graph = compile(small(3), arena);
    const failed = graph.run({ x: new Float32Array(2) }, [0]);
    const good = graph.run({ x: X }, [0]);
    await expect(failed).rejects.toMatchObject({ code: 'shape' });
    expect(await good).toEqual([SQUARES]);
  });

  // ggml's allocator by itself keeps the plan of the last graph with as many nodes, whatever they are.
  it('plans graphs of equally many operations apart', async () => {
    using arena = new Arena(cpu.device);
    const x = input('x', [64]);
    const chain = sqr(sqr(x));
    using first = compile([add(chain, chain)], arena);
    using second = compile([add(sqr(x), scale(x, 3))], arena);
    const values = new Float32Array(64).fill(2);
    expect((await first.run({ x: values }, [0]))[0]![0]).toBe(32);
    expect((await second.run({ x: values }, [0]))[0]![0]).toBe(10);
    expect((await first.run({ x: values }, [0]))[0]![0]).toBe(32);
  });

  it('says when the device has no memory for a graph, and serves others still', async () => {
    using arena = new Arena(cpu.device);
    using first = compile(small(3), arena);
    expect(await first.run({ x: X }, [0])).toEqual([SQUARES]);
    using endless = compile(large(2 ** 21), arena);
    await expect(endless.run({ y: new Float32Array(2 ** 21) }, [0])).rejects.toMatchObject({
      code: 'memory',
      message: expect.stringContaining('lower per_device_train_batch_size or cutoff_len'),
    });
    expect(await first.run({ x: X }, [0])).toEqual([SQUARES]);
  });
});

describe('outputs', () => {
  it('that are views keep their values while others are computed', async () => {
    const x = input('x', [4, 4]);
    const view = reshape(scale(x, 2), [2, 8]);
    let deep = view;
    for (let i = 0; i < 6; i++) deep = add(sqr(scale(deep, 0.5)), exp(deep));
    using graph = compile([view, permute(view, [1, 0]), deep], cpu.arena);
    const values = Float32Array.from({ length: 16 }, (_, i) => i / 16);
    const [kept, turned] = await graph.run({ x: values }, [0, 1]);
    expect(kept).toEqual(values.map((value) => value * 2));
    expect(turned).toEqual(values.map((_, i) => values[(i % 2) * 8 + (i >> 1)]! * 2));
  });

  it('are read by their index, in the wanted order', async () => {
    const x = input('x', [2]);
    using graph = compile([scale(x, 1), scale(x, 2), scale(x, 3)], cpu.arena);
    const results = await graph.run({ x: Float32Array.of(1, 2) }, [2, 0]);
    expect(results).toEqual([Float32Array.of(3, 6), Float32Array.of(1, 2)]);
  });
});

describe('inputs', () => {
  const table = input('table', [4, 2]);
  const graph = () =>
    compile([add(embedding(table, input('rows', [3], 'i32')), input('more', [3, 2]))], cpu.arena);
  const good = { table: new Float32Array(8), rows: Int32Array.of(0, 3, 1), more: new Float32Array(6) };
  it.each([
    {
      name: 'one too few',
      change: { more: new Float32Array(5) },
      says: 'input more needs f32 [3,2], got a Float32Array of 5',
    },
    { name: 'one too many', change: { table: new Float32Array(9) }, says: 'input table needs f32 [4,2]' },
    {
      name: 'of another type',
      change: { rows: new Float32Array(3) },
      says: 'input rows needs i32 [3], got a Float32Array of 3',
    },
    {
      name: 'missing',
      change: { more: undefined as unknown as Float32Array },
      says: 'input more needs f32 [3,2], got nothing',
    },
    {
      name: 'a row beyond the table',
      change: { rows: Int32Array.of(0, 4, 0) },
      says: 'input rows holds 4, which is no index of 4 rows',
    },
    { name: 'a negative row', change: { rows: Int32Array.of(0, -1, 0) }, says: 'input rows holds -1' },
  ])('$name', async ({ change, says }) => {
    using executable = graph();
    await expect(executable.run({ ...good, ...change })).rejects.toMatchObject({
      code: 'shape',
      message: expect.stringContaining(says),
    });
    await expect(executable.run(good)).resolves.toEqual([]);
  });

  it('need names of their own', () => {
    expect(() => compile([add(input('x', [2]), input('x', [2]))], cpu.arena)).toThrow(
      'two inputs are named alike',
    );
  });
});

describe('a graph that does not lower', () => {
  it('fails alike each time and leaves nothing behind', async () => {
    const before = cpu.device.live;
    {
      // Its shape rule passes; ggml's softmax wants one mask row for each of x.
      using graph = compile([softmax(input('x', [2, 3]), input('mask', [1, 3]))], cpu.arena);
      const values = { x: new Float32Array(6), mask: new Float32Array(3) };
      await expect(graph.run(values)).rejects.toMatchObject({ code: 'shape' });
      await expect(graph.run(values)).rejects.toMatchObject({ code: 'shape' });
    }
    expect(cpu.device.live).toEqual(before);
  });
});

describe('leaks', () => {
  /**
   * Growth of resident memory over 200 cycles in the calmest of three rounds: Node's own heap and what malloc keeps come
   * and go. A cycle takes over a megabyte of native memory, of which a leak would show a quarter at least.
   */
  const GROWTH_BYTES = 8 << 20;
  const CYCLES = 200;
  const WIDTH = 256;
  const zeros = new Float32Array(WIDTH * WIDTH);

  async function cycle(device: Device): Promise<void> {
    using arena = new Arena(device);
    using memory = new Variables(device, [{ shape: [WIDTH, WIDTH], dtype: 'f32' }], 'a weight');
    writeTensor(memory.tensors[0]!, zeros);
    const weight = variable(memory.tensors[0]!);
    const y = mul(matmulT(input('x', [WIDTH, WIDTH]), weight), input('z', [1, 1]));
    using graph = compile([sumLast(y), assign(weight, y)], arena);
    await graph.run({ x: zeros, z: Float32Array.of(1) }, [0]);
    using other = compile(large(WIDTH), arena);
    await other.run({ y: zeros.subarray(0, WIDTH) }, [0]);
  }

  it('none over graphs that are compiled, run and disposed', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const device = Device.cpu(1);
    const resident: number[] = [];
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < CYCLES; i++) await cycle(device);
      collectGarbage();
      resident.push(process.memoryUsage().rss);
    }
    const growth = resident.slice(1).map((bytes, index) => bytes - resident[index]!);
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
    device[Symbol.dispose]();
    expect(Math.min(...growth)).toBeLessThan(GROWTH_BYTES);
  });

  it('none where the device has no memory, or shapes are none', () => {
    const before = cpu.device.live;
    const endless = { shape: [2 ** 20, 2 ** 22], dtype: 'f32' } as const;
    expect(() => new Variables(cpu.device, [endless], 'a test')).toThrow(
      /has no .* for a test; use a smaller/,
    );
    expect(() => new Variables(cpu.device, [{ shape: [0], dtype: 'f32' }], 'a test')).toThrow(/shape/);
    expect(() => new Variables(cpu.device, [{ shape: [31], dtype: 'q8_0' }], 'a test')).toThrow(
      /whole blocks/,
    );
    expect(cpu.device.live).toEqual(before);
  });
});
