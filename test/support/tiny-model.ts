/** The tiny golden models on a device, and the deterministic start adapter that golden trainings begin with. */
import { join } from 'node:path';
import { type Device, elementCount, Variables, writeTensor } from '../../src/graph/index.ts';
import type { LoadedAdapter, LoadedModel } from '../../src/load/index.ts';
import { loadModel } from '../../src/load/index.ts';
import { type LoraSpec, loraParameters } from '../../src/model/index.ts';
import { GOLDEN } from './golden.ts';

export function loadTiny(name: string, device: Device, dtype: 'f32' | 'bf16' = 'f32'): Promise<LoadedModel> {
  return loadModel({ kind: 'folder', path: join(GOLDEN, 'models', name), name }, device, { dtype });
}

/**
 * Tensors are numbered n = 0, 1, … in the sorted order of PEFT's names; element i of tensor n is
 * s · sin(12.9898 · i + 78.233 · n), with s by side.
 */
export function sineAdapter(
  model: Pick<LoadedModel, 'spec' | 'device'>,
  lora: LoraSpec,
  scale: { A: number; B: number },
): LoadedAdapter {
  const parameters = loraParameters(model.spec, lora);
  const order = parameters.map(({ name }) => name.replace('.weight', '.default.weight')).sort();
  const last = parameters.at(-1)!;
  const values = new Float32Array(last.offset + elementCount(last.shape));
  for (const { name, side, shape, offset } of parameters) {
    const n = order.indexOf(name.replace('.weight', '.default.weight'));
    for (let i = 0; i < elementCount(shape); i++) {
      values[offset + i] = scale[side] * Math.sin(12.9898 * i + 78.233 * n);
    }
  }
  const memory = new Variables(
    model.device,
    [{ shape: [values.length], dtype: 'f32', trainable: true }],
    'adapter',
  );
  writeTensor(memory.tensors[0]!, values);
  return { lora, parameters, flat: memory.tensors[0]!, [Symbol.dispose]: () => memory[Symbol.dispose]() };
}
