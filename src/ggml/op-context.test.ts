import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { DTYPES, type Dtype, ShapeError } from '../core/index.ts';
import { Device } from './device.ts';
import { OpContext } from './op-context.ts';
import { Arena, Program } from './program.ts';
import { type DeviceTensor, readTensor, Variables, writeTensor } from './tensor.ts';

const device = Device.cpu(1);
const arena = new Arena(device);
afterAll(() => {
  arena[Symbol.dispose]();
  expect(device.live).toEqual({ buffers: 0, bytes: 0 });
  device[Symbol.dispose]();
});

interface Spec {
  readonly dtype: Dtype;
  readonly shape: number[];
}

/** `f32 2 3, i32 2` */
function parse(specs: string): Spec[] {
  return specs.split(', ').map((spec) => {
    const [dtype, ...shape] = spec.split(' ');
    return { dtype: dtype as Dtype, shape: shape.map(Number) };
  });
}

const ROPE = { dimensions: 4, base: 10_000, frequencyScale: 1 };

type Call = [
  name: string,
  specs: string,
  call: (context: OpContext, tensors: DeviceTensor[]) => DeviceTensor,
];

const BAD_CALLS: Call[] = [
  ['add: sizes that do not repeat', 'f32 2 3, f32 2 2', (c, [x, y]) => c.add(x!, y!)],
  ['add: a larger second', 'f32 2 1, f32 2 3', (c, [x, y]) => c.add(x!, y!)],
  ['add: a higher rank', 'f32 3, f32 2 3', (c, [x, y]) => c.add(x!, y!)],
  ['sub: integers', 'i32 3, i32 3', (c, [x, y]) => c.sub(x!, y!)],
  ['mul: half precision', 'f16 3, f32 3', (c, [x, y]) => c.mul(x!, y!)],
  ['div: first transposed', 'f32 2 3, f32 3 2', (c, [x, y]) => c.div(c.permute(x!, [1, 0]), y!)],
  ['addInto: another size', 'f32 3, f32 2', (c, [x, y]) => c.addInto(x!, y!)],
  ['scale: integers', 'i32 3', (c, [x]) => c.scale(x!, 2)],
  ['scale: transposed', 'f32 2 3', (c, [x]) => c.scale(c.permute(x!, [1, 0]), 2)],
  ['unary: bf16', 'bf16 4', (c, [x]) => c.unary('exp', x!)],
  ['unary: transposed', 'f32 2 3', (c, [x]) => c.unary('silu', c.permute(x!, [1, 0]))],
  ['swiglu: other shapes', 'f32 2 3, f32 3 2', (c, [x, y]) => c.swiglu(x!, y!)],
  ['swiglu: other types', 'f32 4, f16 4', (c, [x, y]) => c.swiglu(x!, y!)],
  ['clamp: integers', 'i32 4', (c, [x]) => c.clampInPlace(x!, 0, 1)],
  ['sumLast: integers', 'i32 4', (c, [x]) => c.sumLast(x!)],
  ['sumLast: transposed', 'f32 2 3', (c, [x]) => c.sumLast(c.permute(x!, [1, 0]))],
  ['argmax: a vector', 'f32 4', (c, [x]) => c.argmax(x!)],
  ['argmax: integers', 'i32 2 4', (c, [x]) => c.argmax(x!)],
  ['repeat: no multiple', 'f32 2 3', (c, [x]) => c.repeat(x!, [3, 3])],
  ['repeat: to nothing', 'f32 2 3', (c, [x]) => c.repeat(x!, [0, 3])],
  ['repeat: a higher rank', 'f32 3', (c, [x]) => c.repeat(x!, [2, 3])],
  ['repeat: transposed', 'f32 2 3', (c, [x]) => c.repeat(c.permute(x!, [1, 0]), [3, 4])],
  ['repeat: half precision', 'f16 1 2', (c, [x]) => c.repeat(x!, [2, 2])],
  ['matmulT: other row lengths', 'f32 2 3, f32 2 4', (c, [x, w]) => c.matmulT(x!, w!)],
  ['matmulT: vectors', 'f32 3, f32 3', (c, [x, w]) => c.matmulT(x!, w!)],
  ['matmulT: outer sizes that do not divide', 'f32 3 1 2, f32 2 1 2', (c, [x, w]) => c.matmulT(x!, w!)],
  ['matmulT: integer weights', 'f32 2 4, i32 2 4', (c, [x, w]) => c.matmulT(x!, w!)],
  ['matmulT: half precision activations', 'f16 2 4, f16 2 4', (c, [x, w]) => c.matmulT(x!, w!)],
  ['matmulT: transposed weights', 'f32 2 3, f32 3 2', (c, [x, w]) => c.matmulT(x!, c.permute(w!, [1, 0]))],
  ['outerProduct: other heights', 'f32 2 3, f32 3 3', (c, [x, y]) => c.outerProduct(x!, y!)],
  ['outerProduct: three axes', 'f32 1 2 3, f32 1 2 3', (c, [x, y]) => c.outerProduct(x!, y!)],
  ['outerProduct: half precision', 'f32 2 3, f16 2 3', (c, [x, y]) => c.outerProduct(x!, y!)],
  ['getRows: rows of i64', 'f32 2 3, i64 1', (c, [x, y]) => c.getRows(x!, y!)],
  ['getRows: a table of integers', 'i64 2 3, i32 1', (c, [x, y]) => c.getRows(x!, y!)],
  ['getRows: a transposed table', 'f32 2 3, i32 1', (c, [x, y]) => c.getRows(c.permute(x!, [1, 0]), y!)],
  ['getRows: rows of two axes', 'f32 2 3, i32 1 1', (c, [x, y]) => c.getRows(x!, y!)],
  ['setRows: rows of floats', 'f32 2 3, f32 1 3, f32 1', (c, [x, y, z]) => c.setRows(x!, y!, z!)],
  ['setRows: another width', 'f32 2 3, f32 1 2, i64 1', (c, [x, y, z]) => c.setRows(x!, y!, z!)],
  ['setRows: fewer rows than values', 'f32 2 3, f32 2 3, i64 1', (c, [x, y, z]) => c.setRows(x!, y!, z!)],
  ['setRows: half precision values', 'f32 2 3, f16 1 3, i64 1', (c, [x, y, z]) => c.setRows(x!, y!, z!)],
  ['setRows: a table of integers', 'i32 2 3, f32 1 3, i64 1', (c, [x, y, z]) => c.setRows(x!, y!, z!)],
  ['softmax: half precision', 'f16 2 3', (c, [x]) => c.softmax(x!, undefined, 1)],
  ['softmax: a mask of fewer rows', 'f32 2 3, f32 1 3', (c, [x, m]) => c.softmax(x!, m!, 1)],
  ['softmax: a mask that does not divide', 'f32 3 2 3, f32 2 2 3', (c, [x, m]) => c.softmax(x!, m!, 1)],
  ['softmax: a transposed mask', 'f32 2 3, f32 3 2', (c, [x, m]) => c.softmax(x!, c.permute(m!, [1, 0]), 1)],
  ['rmsNorm: integers', 'i32 4', (c, [x]) => c.rmsNorm(x!, 1e-5)],
  ['rmsNorm: an epsilon below 0', 'f32 4', (c, [x]) => c.rmsNorm(x!, -1)],
  ['rmsNorm: an epsilon that is no number', 'f32 4', (c, [x]) => c.rmsNorm(x!, Number.NaN)],
  ['rope: a matrix', 'f32 2 4, i32 2', (c, [x, p]) => c.rope(x!, p!, undefined, ROPE)],
  ['rope: too few positions', 'f32 2 1 4, i32 1', (c, [x, p]) => c.rope(x!, p!, undefined, ROPE)],
  ['rope: positions of floats', 'f32 2 1 4, f32 2', (c, [x, p]) => c.rope(x!, p!, undefined, ROPE)],
  ['rope: positions of two axes', 'f32 2 1 4, i32 2 1', (c, [x, p]) => c.rope(x!, p!, undefined, ROPE)],
  [
    'rope: more dimensions than there are',
    'f32 1 1 2, i32 1',
    (c, [x, p]) => c.rope(x!, p!, undefined, ROPE),
  ],
  [
    'rope: an odd number of dimensions',
    'f32 1 1 4, i32 1',
    (c, [x, p]) => c.rope(x!, p!, undefined, { ...ROPE, dimensions: 3 }),
  ],
  ['rope: too few factors', 'f32 1 1 4, i32 1, f32 1', (c, [x, p, f]) => c.rope(x!, p!, f!, ROPE)],
  [
    'flashAttention: another head size',
    'f32 1 1 2 4, f32 1 1 2 8, f16 1 1 2 2',
    (c, [q, k, m]) => c.flashAttention(q!, k!, k!, m!, 1),
  ],
  [
    'flashAttention: heads that do not divide',
    'f32 1 3 2 4, f32 1 2 2 4, f16 1 1 2 2',
    (c, [q, k, m]) => c.flashAttention(q!, k!, k!, m!, 1),
  ],
  [
    'flashAttention: three axes',
    'f32 1 2 4, f32 1 2 4, f16 1 2 2',
    (c, [q, k, m]) => c.flashAttention(q!, k!, k!, m!, 1),
  ],
  [
    'flashAttention: an f32 mask',
    'f32 1 1 2 4, f32 1 1 2 4, f32 1 1 2 2',
    (c, [q, k, m]) => c.flashAttention(q!, k!, k!, m!, 1),
  ],
  [
    'flashAttention: a mask of another length',
    'f32 1 1 2 4, f32 1 1 2 4, f16 1 1 2 3',
    (c, [q, k, m]) => c.flashAttention(q!, k!, k!, m!, 1),
  ],
  ['permute: torn blocks', 'q8_0 2 32', (c, [x]) => c.permute(x!, [1, 0])],
  ['permute: an axis twice', 'f32 2 3', (c, [x]) => c.permute(x!, [0, 0])],
  ['permute: too few axes', 'f32 2 3', (c, [x]) => c.permute(x!, [0])],
  ['permute: an axis that is not there', 'f32 2 3', (c, [x]) => c.permute(x!, [0, 2])],
  ['reshape: another count', 'f32 2 3', (c, [x]) => c.reshape(x!, [2, 4])],
  ['reshape: five axes', 'f32 2 3', (c, [x]) => c.reshape(x!, [1, 1, 1, 2, 3])],
  ['reshape: no axes', 'f32 1', (c, [x]) => c.reshape(x!, [])],
  ['reshape: transposed', 'f32 2 3', (c, [x]) => c.reshape(c.permute(x!, [1, 0]), [6])],
  ['reshape: cut blocks', 'q8_0 2 32', (c, [x]) => c.reshape(x!, [4, 16])],
  ['slice: beyond the end', 'f32 2 3', (c, [x]) => c.slice(x!, 1, 2, 2)],
  ['slice: before the start', 'f32 2 3', (c, [x]) => c.slice(x!, 0, -1, 1)],
  ['slice: of nothing', 'f32 2 3', (c, [x]) => c.slice(x!, 0, 0, 0)],
  ['slice: between two', 'f32 2 3', (c, [x]) => c.slice(x!, 0, 0.5, 1)],
  ['slice: an axis that is not there', 'f32 2 3', (c, [x]) => c.slice(x!, 2, 0, 1)],
  ['slice: cut blocks', 'q8_0 2 64', (c, [x]) => c.slice(x!, 1, 16, 32)],
  ['concat: other types', 'f32 2, f16 2', (c, [x, y]) => c.concat(x!, y!, 0)],
  ['concat: other sizes', 'f32 2 3, f32 2 2', (c, [x, y]) => c.concat(x!, y!, 0)],
  ['concat: an axis that is not there', 'f32 2 3, f32 2 3', (c, [x, y]) => c.concat(x!, y!, 2)],
  ['concat: blocks', 'q8_0 2 32, q8_0 2 32', (c, [x, y]) => c.concat(x!, y!, 0)],
  ['cast: integers', 'i64 2', (c, [x]) => c.cast(x!, 'f32')],
  ['cast: blocks to half precision', 'q8_0 32', (c, [x]) => c.cast(x!, 'f16')],
  ['copyInto: another count', 'f32 2, f32 3', (c, [x, y]) => c.copyInto(x!, y!)],
  ['copyInto: integers', 'f32 2, i64 2', (c, [x, y]) => c.copyInto(x!, y!)],
  ['copyInto: blocks', 'f32 32, q8_0 32', (c, [x, y]) => c.copyInto(x!, y!)],
  [
    'adamw: what is not trainable',
    'f32 2, f32 7',
    (c, [x, s]) => c.adamw(x!, { gradient: x!, mean: x!, variance: x! }, s!),
  ],
];

describe('calls that ggml would end the process over', () => {
  it.each(BAD_CALLS)('%s', (_, specs, call) => {
    using memory = new Variables(device, parse(specs), 'a test');
    using context = new OpContext(device);
    expect(() => call(context, [...memory.tensors])).toThrow(ShapeError);
  });
});

/** Calls that compute, from which random ones are made. */
const GOOD_CALLS: Call[] = [
  ['add', 'f32 2 4, f32 1 4', (c, [x, y]) => c.add(x!, y!)],
  ['sub', 'f32 2 2 4, f32 2 1 1', (c, [x, y]) => c.sub(x!, y!)],
  ['mul', 'f32 4, f32 4', (c, [x, y]) => c.mul(x!, y!)],
  ['div', 'f32 2 4, f32 4', (c, [x, y]) => c.div(x!, y!)],
  ['addInto', 'f32 2 4, f32 2 4', (c, [x, y]) => c.addInto(x!, y!)],
  ['scale', 'f32 2 4', (c, [x]) => c.scale(x!, 2, 1)],
  ['exp', 'f32 2 4', (c, [x]) => c.unary('exp', x!)],
  ['silu', 'f32 2 4', (c, [x]) => c.unary('silu', x!)],
  ['swiglu', 'f32 2 4, f32 2 4', (c, [x, y]) => c.swiglu(x!, y!)],
  ['clamp', 'f32 2 4', (c, [x]) => c.clampInPlace(x!, -1, 1)],
  ['sumLast', 'f32 2 4', (c, [x]) => c.sumLast(x!)],
  ['argmax', 'f32 2 4', (c, [x]) => c.argmax(x!)],
  ['repeat', 'f32 1 2 1', (c, [x]) => c.repeat(x!, [4, 2, 4])],
  ['matmulT', 'f32 4 2 4, bf16 2 3 4', (c, [x, w]) => c.matmulT(x!, w!)],
  ['matmulT of blocks', 'f32 2 256, q4_k 3 256', (c, [x, w]) => c.matmulT(x!, w!)],
  ['outerProduct', 'f32 2 4, f32 2 3', (c, [x, y]) => c.outerProduct(x!, y!)],
  ['getRows', 'f16 4 4, i32 2', (c, [x, rows]) => c.getRows(x!, rows!)],
  ['getRows of blocks', 'q6_k 4 256, i32 2', (c, [x, rows]) => c.getRows(x!, rows!)],
  ['setRows', 'bf16 4 2, f32 2 2, i64 2', (c, [x, y, rows]) => c.setRows(x!, y!, rows!)],
  ['softmax', 'f32 2 4', (c, [x]) => c.softmax(x!, undefined, 0.5)],
  ['softmax with a mask', 'f32 2 2 2 4, f32 1 2 2 4', (c, [x, m]) => c.softmax(x!, m!, 0.5)],
  ['rmsNorm', 'f32 2 4', (c, [x]) => c.rmsNorm(x!, 1e-5)],
  ['rope', 'f32 2 1 4, i32 2', (c, [x, p]) => c.rope(x!, p!, undefined, ROPE)],
  ['rope with factors', 'f32 2 1 4, i32 2, f32 2', (c, [x, p, f]) => c.rope(x!, p!, f!, ROPE)],
  [
    'flashAttention',
    'f32 2 4 2 32, f32 2 2 4 32, f32 2 2 4 32, f16 1 1 2 4',
    (c, [q, k, v, m]) => c.flashAttention(q!, k!, v!, m!, 0.5),
  ],
  ['contiguous', 'f32 2 4', (c, [x]) => c.contiguous(x!)],
  ['permute', 'f32 2 4 2', (c, [x]) => c.permute(x!, [1, 0, 2])],
  ['reshape', 'f32 2 4', (c, [x]) => c.reshape(x!, [4, 1, 2])],
  ['slice', 'f32 4 4', (c, [x]) => c.slice(x!, 0, 1, 2)],
  ['slice of a row', 'q8_0 4 64', (c, [x]) => c.slice(x!, 1, 32, 32)],
  ['concat', 'f16 2 4, f16 2 2', (c, [x, y]) => c.concat(x!, y!, 1)],
  ['cast up', 'q5_0 2 32', (c, [x]) => c.cast(x!, 'f32')],
  ['cast down', 'f32 2 4', (c, [x]) => c.cast(x!, 'bf16')],
  ['copyInto', 'f32 2 4, f16 4 2', (c, [x, y]) => c.copyInto(x!, y!)],
];

describe('calls that compute, and random changes of their inputs', () => {
  type Change = 'none' | 'dtype' | 'size' | 'rank' | 'permuted' | 'sliced';
  const change = fc.record({
    kind: fc.constantFrom<Change>('none', 'none', 'dtype', 'size', 'rank', 'permuted', 'sliced'),
    axis: fc.nat({ max: 3 }),
    size: fc.constantFrom(1, 2, 3, 4, 32, 256),
    dtype: fc.constantFrom(...DTYPES),
  });

  // Zeros: rows and positions that every tensor has.
  it.each(GOOD_CALLS)('%s', async (_name, given, call) => {
    const specs = parse(given);
    await attempt(specs);
    const changes = fc.array(change, { minLength: specs.length, maxLength: specs.length });
    const property = fc.asyncProperty(changes, async (list) => {
      const changed = list.map(({ kind, axis, size, dtype: other }, index) => {
        const { dtype, shape } = specs[index]!;
        const place = axis % shape.length;
        if (kind === 'dtype') return { dtype: other, shape };
        if (kind === 'size') return { dtype, shape: shape.with(place, size) };
        if (kind === 'rank') return { dtype, shape: axis < 2 ? [...shape, 1] : shape.slice(1) };
        if (kind === 'sliced') return { dtype, shape: shape.with(place, shape[place]! * 2), sliced: place };
        return {
          dtype,
          shape: kind === 'permuted' ? shape.toReversed() : shape,
          permuted: kind === 'permuted',
        };
      });
      await attempt(changed).catch((error: unknown) => {
        if (!(error instanceof ShapeError)) throw error;
      });
    });
    await fc.assert(property, { numRuns: 150, seed: 7 });

    async function attempt(list: readonly (Spec & { sliced?: number; permuted?: boolean })[]): Promise<void> {
      using memory = new Variables(device, list, 'a test');
      memory.clear();
      using context = new OpContext(device);
      const tensors = memory.tensors.map((tensor, index) => {
        const { sliced, permuted } = list[index]!;
        const axes = [...tensor.shape.keys()].reverse();
        if (permuted) return context.permute(tensor, axes);
        return sliced === undefined ? tensor : context.slice(tensor, sliced, 0, tensor.shape[sliced]! / 2);
      });
      await new Program(arena, context, [call(context, tensors)]).compute();
    }
  });
});

describe('a long graph', () => {
  it('has room for as many operations as are asked for', async () => {
    using memory = new Variables(device, parse('f32 4'), 'a test');
    writeTensor(memory.tensors[0]!, Float32Array.of(1, 2, 3, 4));
    using context = new OpContext(device);
    let x = memory.tensors[0]!;
    for (let i = 0; i < 3000; i++) x = context.scale(x, 1, 1);
    const program = new Program(arena, context, [x]);
    expect(program.nodes).toBe(3000);
    await program.compute();
    const values = new Float32Array(4);
    readTensor(x, values);
    expect([...values]).toEqual([3001, 3002, 3003, 3004]);
  });

  it('may read many variables, or be nothing else', async () => {
    using memory = new Variables(
      device,
      Array.from({ length: 600 }, () => ({ shape: [1], dtype: 'f32' })),
      'a test',
    );
    for (const [index, tensor] of memory.tensors.entries()) writeTensor(tensor, Float32Array.of(index));
    using context = new OpContext(device);
    const sum = memory.tensors.slice(0, 300).reduce((total, tensor) => context.add(total, tensor));
    await new Program(arena, context, [sum, ...memory.tensors.slice(300)]).compute();
    const values = new Float32Array(1);
    readTensor(sum, values);
    expect(values[0]).toBe((299 * 300) / 2);
  });
});
