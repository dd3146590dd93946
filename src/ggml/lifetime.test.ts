/** Every use of freed memory is an error that says what to do; none is a crash. */
import { afterAll, describe, expect, it } from 'vitest';
import { Device } from './device.ts';
import { OpContext } from './op-context.ts';
import { Arena, Program } from './program.ts';
import { readTensor, Variables, writeTensor } from './tensor.ts';

const device = Device.cpu(1);
afterAll(() => device[Symbol.dispose]());

const SPEC = { shape: [512, 512], dtype: 'f32' } as const;
const VALUES = new Float32Array(512 * 512);
const LATE = { code: 'device', message: expect.stringContaining('dispose it only after its last use') };

/** A program that multiplies a variable with itself, and all that it lives on. */
function machinery(own: Device = device) {
  const arena = new Arena(own);
  const memory = new Variables(own, [SPEC], 'a weight');
  memory.clear();
  const context = new OpContext(own);
  const [weight] = memory.tensors;
  let product = weight!;
  for (let i = 0; i < 4; i++) product = context.matmulT(product, weight!);
  const program = new Program(arena, context, [product]);
  const parts = [context, arena, memory];
  return {
    arena,
    memory,
    context,
    weight: weight!,
    product,
    program,
    [Symbol.dispose]: () => {
      for (const part of parts) part[Symbol.dispose]();
    },
  };
}

describe('after variables were disposed', () => {
  const uses = {
    'reading them': ({ weight }) => readTensor(weight, VALUES),
    'writing them': ({ weight }) => writeTensor(weight, VALUES),
    'clearing them': ({ memory }) => memory.clear(),
    'a graph of them': ({ context, weight }) => context.scale(weight, 2),
    'computing a graph that was built before': ({ program }) => program.compute(),
  } satisfies Record<string, (parts: ReturnType<typeof machinery>) => unknown>;

  it.each(Object.entries(uses))('%s says so', async (_, use) => {
    using parts = machinery();
    parts.memory[Symbol.dispose]();
    await expect((async () => use(parts))()).rejects.toMatchObject(LATE);
    await expect((async () => use(parts))()).rejects.toThrow(
      'memory for a weight is used after it was disposed',
    );
  });
});

describe('after others were disposed', () => {
  it('an arena says so when a graph is placed or computed', async () => {
    using parts = machinery();
    parts.arena[Symbol.dispose]();
    expect(() => new Program(parts.arena, parts.context, [parts.product])).toThrow('an arena is used after');
    await expect(parts.program.compute()).rejects.toMatchObject(LATE);
  });

  it('a graph says so when it is computed, read or added to', async () => {
    using parts = machinery();
    await parts.program.compute();
    parts.context[Symbol.dispose]();
    await expect(parts.program.compute()).rejects.toMatchObject(LATE);
    expect(() => readTensor(parts.product, VALUES)).toThrow('a compiled graph is used after');
    expect(() => parts.context.scale(parts.weight, 2)).toThrow('a compiled graph is used after');
  });

  it('a device says so', async () => {
    const own = Device.cpu(1);
    using parts = machinery(own);
    own[Symbol.dispose]();
    await expect(parts.program.compute()).rejects.toThrow('device CPU is used after it was disposed');
    expect(() => new Variables(own, [SPEC], 'a test')).toThrow(expect.objectContaining(LATE));
    expect(() => new Arena(own)).toThrow(expect.objectContaining(LATE));
  });

  it('twice is once', () => {
    const parts = machinery();
    parts[Symbol.dispose]();
    parts[Symbol.dispose]();
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
  });
});

describe('while a graph computes', () => {
  it('what it uses is freed when it has ended', async () => {
    const own = Device.cpu(1);
    const parts = machinery(own);
    const computed = parts.program.compute();
    parts[Symbol.dispose]();
    own[Symbol.dispose]();
    await computed;
    expect(own.live).toEqual({ buffers: 0, bytes: 0 });
    await expect(parts.program.compute()).rejects.toMatchObject(LATE);
  });

  it('no other may be placed, since memory would move', async () => {
    using parts = machinery();
    const computed = parts.program.compute();
    expect(() => new Program(parts.arena, parts.context, [parts.product])).toThrow('await the run first');
    await expect(parts.program.compute()).rejects.toThrow('await the run first');
    await computed;
    await parts.program.compute();
  });
});
