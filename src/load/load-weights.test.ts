import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GOLDEN, goldenTensors } from '../../test/support/golden.ts';
import { isQuantized } from '../core/index.ts';
import { openGguf, openSafetensors, writeSafetensors } from '../files/index.ts';
import { Device, type DeviceTensor, readTensor, toFloat32 } from '../graph/index.ts';
import { loadWeights } from './load-weights.ts';
import { openWeightFiles } from './weight-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

function valuesOf(tensor: DeviceTensor): Float32Array {
  const elements = tensor.shape.reduce((a, b) => a * b);
  const bytes = new Uint8Array(elements * (tensor.dtype === 'f32' ? 4 : 2));
  readTensor(tensor, bytes);
  return toFloat32(bytes, tensor.dtype, elements);
}

async function loaded(
  model: Parameters<typeof openWeightFiles>[0],
  dtype: 'f32' | 'bf16' | 'f16',
  names: string[],
) {
  using device = Device.cpu(1);
  using files = openWeightFiles(model);
  const progress: number[] = [];
  using weights = await loadWeights(files, device, { dtype }, ({ done }) => progress.push(done));
  expect(device.live).toEqual({ buffers: 1, bytes: weights.bytes });
  expect(progress).toEqual(progress.map((_, index) => index + 1));
  return names.map((name) => {
    const { tensor } = weights.weights.get(name).attributes as { tensor: DeviceTensor };
    return { dtype: tensor.dtype, shape: tensor.shape, values: valuesOf(tensor) };
  });
}

describe('weights of a folder', () => {
  const model = { kind: 'folder', path: join(GOLDEN, 'models', 'llama') } as const;
  const NAMES = ['lm_head.weight', 'model.layers.1.mlp.up_proj.weight', 'model.norm.weight'];
  const stored = goldenTensors('models', 'llama', 'model.safetensors');

  it('arrive as they are stored', async () => {
    for (const [index, { dtype, shape, values }] of (await loaded(model, 'f32', NAMES)).entries()) {
      const wanted = stored.get(NAMES[index]!)!;
      expect(dtype).toBe('f32');
      expect(shape).toEqual(wanted.shape);
      expect(values).toEqual(wanted.values);
    }
  });

  it.each([
    { dtype: 'bf16', bits: 8 },
    { dtype: 'f16', bits: 11 },
  ] as const)('are rounded to $dtype, norms apart', async ({ dtype, bits }) => {
    const found = await loaded(model, dtype, NAMES);
    expect(found.map((weight) => weight.dtype)).toEqual([dtype, dtype, 'f32']);
    for (const [index, { values }] of found.entries()) {
      const wanted = stored.get(NAMES[index]!)!.values;
      const worst = wanted.reduce(
        (most, value, i) => Math.max(most, Math.abs(values[i]! - value) / (Math.abs(value) + 1e-3)),
        0,
      );
      expect(worst).toBeLessThanOrEqual(2 ** -bits);
    }
  });

  it('Gemma: norms are stored as w of 1 + w', async () => {
    const name = 'model.layers.0.input_layernorm.weight';
    const [norm] = await loaded({ kind: 'folder', path: join(GOLDEN, 'models', 'gemma3_text') }, 'f32', [
      name,
    ]);
    const wanted = goldenTensors('models', 'gemma3_text', 'model.safetensors').get(name)!.values;
    expect(norm!.values).toEqual(wanted.map((value) => value + 1));
  });
});

describe('weights of a GGUF file', () => {
  it.each([
    { file: 'gemma3-q8_0.gguf', native: true, dtype: 'bf16', weight: 'mlp.up_proj', expected: 'q8_0' },
    { file: 'gemma3-q8_0.gguf', native: true, dtype: 'f32', weight: 'mlp.up_proj', expected: 'f32' },
    { file: 'gemma3-q8_0.gguf', native: false, dtype: 'bf16', weight: 'mlp.up_proj', expected: 'bf16' },
    { file: 'gemma3-q8_0.gguf', native: true, dtype: 'bf16', weight: 'input_layernorm', expected: 'f32' },
    { file: 'llama-q4_k.gguf', native: true, dtype: 'bf16', weight: 'mlp.up_proj', expected: 'q4_1' },
    { file: 'llama-q4_k.gguf', native: true, dtype: 'bf16', weight: 'mlp.gate_proj', expected: 'bf16' },
  ] as const)(
    '$file for $dtype keeps $weight as $expected, own kernels: $native',
    async ({ file, native, dtype, weight, expected }) => {
      using device = Device.cpu(1, { native });
      using files = openWeightFiles({ kind: 'gguf', path: join(GOLDEN, 'gguf', file) });
      using loaded = await loadWeights(files, device, { dtype, keepQuantized: true });
      const kept = device.hasNativeKernels || !isQuantized(expected) ? expected : 'bf16';
      expect(loaded.weights.get(`model.layers.0.${weight}.weight`).dtype).toBe(kept);
    },
  );

  it('queries and keys of llama come from pairs to halves, the rest as it is stored', async () => {
    const path = join(GOLDEN, 'gguf', 'llama-f32.gguf');
    const names = ['model.layers.0.self_attn.k_proj.weight', 'model.layers.0.self_attn.v_proj.weight'];
    const [k, v] = await loaded({ kind: 'gguf', path }, 'f32', names);
    using source = openGguf(path);
    const [storedK, storedV] = ['blk.0.attn_k.weight', 'blk.0.attn_v.weight'].map((name) => {
      const bytes = new Uint8Array(source.tensors.get(name)!.sizeBytes);
      source.read(name, 0, bytes);
      return new Float32Array(bytes.buffer);
    });
    expect(v!.values).toEqual(storedV);
    const [rows, columns] = k!.shape as [number, number];
    const D = 16;
    for (let row = 0; row < rows; row++) {
      const [head, place] = [Math.floor(row / D), row % D];
      const origin = head * D + (place < D / 2 ? 2 * place : 2 * (place - D / 2) + 1);
      expect(k!.values.subarray(row * columns, (row + 1) * columns)).toEqual(
        storedK!.subarray(origin * columns, (origin + 1) * columns),
      );
    }
  });

  it.each(['f32', 'f16', 'bf16', 'q8_0', 'q5_0', 'q5_1', 'q4_0', 'q4_1', 'q4_k', 'q5_k', 'q6_k'] as const)(
    '%s means what the gguf package reads',
    (type) => {
      using source = openGguf(join(GOLDEN, 'gguf', 'types.gguf'));
      const { dtype, shape, sizeBytes } = source.tensors.get(type)!;
      const bytes = new Uint8Array(sizeBytes);
      source.read(type, 0, bytes);
      const { values } = goldenTensors('gguf', 'types.safetensors').get(type)!;
      expect(dtype).toBe(type);
      expect(
        toFloat32(
          bytes,
          dtype,
          shape.reduce((a, b) => a * b),
        ),
      ).toEqual(values);
    },
  );
});

describe('weights that do not fit the configuration', () => {
  function copyWithout(
    name: string,
    change: (tensors: Map<string, { shape: readonly number[] }>) => void,
  ): string {
    const path = join(folder, name);
    cpSync(join(GOLDEN, 'models', 'llama'), path, { recursive: true });
    const file = join(path, 'model.safetensors');
    using source = openSafetensors(join(GOLDEN, 'models', 'llama', 'model.safetensors'));
    const shapes = new Map([...source.tensors].map(([key, { shape }]) => [key, { shape }]));
    change(shapes);
    const tensors = [...shapes].map(([key, { shape }]) => ({
      name: key,
      dtype: 'f32' as const,
      shape,
      data: new Uint8Array(4 * shape.reduce((a, b) => a * b)),
    }));
    writeSafetensors(file, tensors, { format: 'pt' });
    return path;
  }

  it.each([
    {
      name: 'missing',
      change: (tensors: Map<string, unknown>) => tensors.delete('model.layers.1.mlp.up_proj.weight'),
      message: /the weight model.layers.1.mlp.up_proj.weight is missing; fetch the model anew$/,
    },
    {
      name: 'another shape',
      change: (tensors: Map<string, { shape: readonly number[] }>) =>
        tensors.set('lm_head.weight', { shape: [321, 64] }),
      message:
        /lm_head.weight has shape \[321,64\] where the configuration says \[320,64\]; fetch the model anew$/,
    },
  ])('$name: says so before any memory is taken', async ({ name, change, message }) => {
    using device = Device.cpu(1);
    using files = openWeightFiles({ kind: 'folder', path: copyWithout(name, change) });
    await expect(loadWeights(files, device, { dtype: 'f32' })).rejects.toMatchObject({
      code: 'model',
      message: expect.stringMatching(message),
    });
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
  });

  it('a bias, which no configuration announced', () => {
    const name = 'model.layers.0.self_attn.q_proj.bias';
    const path = copyWithout('bias', (tensors) => tensors.set(name, { shape: [64] }));
    expect(() => openWeightFiles({ kind: 'folder', path })).toThrow(
      `the weight ${name} is not supported yet`,
    );
  });

  it('a file that ends too early, found at opening', () => {
    const path = copyWithout('cut', () => undefined);
    const file = join(path, 'model.safetensors');
    writeFileSync(file, readFileSync(file).subarray(0, -100));
    expect(() => openWeightFiles({ kind: 'folder', path })).toThrow(
      expect.objectContaining({ code: 'model' }),
    );
  });

  it('values that fail while they are read leave no memory behind', async () => {
    using device = Device.cpu(1);
    using files = openWeightFiles({ kind: 'folder', path: join(GOLDEN, 'models', 'llama') });
    const broken = {
      ...files,
      read: () => {
        throw new Error('the disk is gone');
      },
    };
    await expect(loadWeights(broken, device, { dtype: 'f32' })).rejects.toThrow('the disk is gone');
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
  });
});
