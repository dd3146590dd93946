/** Copies weights from files to a device, converting on the way; never more than a few megabytes at a time. */
import { setImmediate } from 'node:timers/promises';
import { type Dtype, isQuantized, ModelError, type OnProgress, sizeInBytes } from '../core/index.ts';
import {
  type Device,
  fromFloat32,
  readsStored,
  toFloat32,
  Variables,
  variable,
  writeTensor,
} from '../graph/index.ts';
import { type WeightSpec, Weights, weightSpecs } from '../model/index.ts';
import { halvesFromPairs } from './gguf-model.ts';
import type { WeightFiles } from './weight-files.ts';

/** What matrices are kept in on the device. Norms are always f32. */
export type WeightDtype = 'f32' | 'bf16' | 'f16';

/** Bytes read at once. */
const PIECE_BYTES = 8 << 20;

export interface LoadedWeights extends Disposable {
  readonly weights: Weights;
  readonly bytes: number;
}

export interface WeightOptions {
  readonly dtype: WeightDtype;
  /**
   * Whether matrices in quantized blocks stay so, where own kernels read them: computed with as bf16, the same numbers
   * in a third of the memory. They cannot be changed then.
   */
  readonly keepQuantized?: boolean | undefined;
}

/** @throws ModelError when a weight is missing or has another shape than the configuration says */
export async function loadWeights(
  files: WeightFiles,
  device: Device,
  { dtype, keepQuantized = false }: WeightOptions,
  onProgress?: OnProgress,
): Promise<LoadedWeights> {
  const specs = weightSpecs(files.spec);
  checkWeights(files, specs);
  const keeps = keepQuantized && dtype === 'bf16' && device.hasNativeKernels;
  const kept = ({ name, kind }: WeightSpec): Dtype => {
    if (kind === 'norm') return 'f32';
    const stored = files.tensors.get(name)!.dtype;
    return keeps && isQuantized(stored) && readsStored(stored) ? stored : dtype;
  };
  const memory = new Variables(
    device,
    specs.map((spec) => ({ shape: spec.shape, dtype: kept(spec) })),
    'the weights of the model',
  );
  try {
    for (const [index, spec] of specs.entries()) {
      copyWeight(files, spec, memory.tensors[index]!);
      onProgress?.({ task: 'load weights', done: index + 1, total: specs.length, unit: 'tensors' });
      await setImmediate();
    }
  } catch (error) {
    memory[Symbol.dispose]();
    throw error;
  }
  return {
    weights: new Weights(new Map(specs.map(({ name }, index) => [name, variable(memory.tensors[index]!)]))),
    bytes: memory.bytes,
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

function checkWeights(files: WeightFiles, specs: readonly WeightSpec[]): void {
  for (const { name, shape } of specs) {
    const found = files.tensors.get(name);
    if (!found)
      throw new ModelError({
        en: `${files.path}: the weight ${name} is missing; fetch the model anew`,
        zh: `${files.path}：缺少权重 ${name}；请重新下载模型`,
      });
    if (found.shape.join() !== shape.join()) {
      throw new ModelError({
        en:
          `${files.path}: ${name} has shape [${found.shape}] where the configuration says [${shape}]; ` +
          'fetch the model anew',
        zh: `${files.path}：${name} 的形状为 [${found.shape}]，而配置为 [${shape}]；请重新下载模型`,
      });
    }
  }
}

function copyWeight(files: WeightFiles, spec: WeightSpec, target: Variables['tensors'][number]): void {
  const stored = files.tensors.get(spec.name)!;
  const columns = spec.shape.at(-1)!;
  const rows = spec.shape.length === 1 ? 1 : spec.shape[0]!;
  const rowBytes = sizeInBytes(stored.dtype, [columns]);
  const interleaved =
    files.format === 'gguf' && files.family.ggufInterleavesHeads && /\.[qk]_proj\./.test(spec.name);
  const unit = interleaved ? files.spec.headDim : 1;
  const step = Math.max(1, Math.floor(PIECE_BYTES / (rowBytes * unit))) * unit;
  // GGUF stores Gemma's norms as they are used; safetensors stores w of 1 + w.
  const offset = spec.kind === 'norm' && files.format === 'safetensors' ? files.spec.normOffset : 0;
  for (let row = 0; row < rows; row += step) {
    const count = Math.min(step, rows - row);
    let bytes: Uint8Array = new Uint8Array(count * rowBytes);
    files.read(spec.name, row * rowBytes, bytes);
    if (interleaved) bytes = reorder(bytes, files.spec.headDim, rowBytes);
    const converted = convert(bytes, stored.dtype, target.dtype, {
      elements: count * columns,
      offset,
    });
    writeTensor(target, converted, row * sizeInBytes(target.dtype, [columns]));
  }
}

function reorder(bytes: Uint8Array, headDim: number, rowBytes: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += headDim * rowBytes) {
    const head = bytes.subarray(start, start + headDim * rowBytes);
    result.set(halvesFromPairs(head, headDim, rowBytes), start);
  }
  return result;
}

function convert(
  bytes: Uint8Array,
  from: Dtype,
  to: Dtype,
  { elements, offset }: { elements: number; offset: number },
): Uint8Array {
  if (from === to && offset === 0) return bytes;
  const values = toFloat32(bytes, from, elements);
  if (offset !== 0) for (let i = 0; i < elements; i++) values[i]! += offset;
  return fromFloat32(values, to as WeightDtype);
}
