/** A safetensors file of plain f32 arrays, for what a training keeps beside the weights. */
import { existsSync } from 'node:fs';
import { ModelError } from '../core/index.ts';
import { openSafetensors, writeSafetensors } from '../files/index.ts';

export interface ArrayFile {
  readonly arrays: Readonly<Record<string, Float32Array>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Whole or not at all. */
export function writeArrays(path: string, { arrays, metadata }: ArrayFile): void {
  const tensors = Object.entries(arrays).map(([name, values]) => ({
    name,
    dtype: 'f32' as const,
    shape: [values.length],
    data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  }));
  writeSafetensors(path, tensors, metadata);
}

/**
 * @returns undefined when the file is not there
 * @throws ModelError when it is broken, or holds anything but rows of f32
 */
export function readArrays(path: string): ArrayFile | undefined {
  if (!existsSync(path)) return undefined;
  using source = openSafetensors(path);
  const arrays: Record<string, Float32Array> = {};
  for (const { name, dtype, shape } of source.tensors.values()) {
    if (dtype !== 'f32' || shape.length !== 1) {
      throw new ModelError({
        en: `${path}: ${name} is ${dtype} [${shape}] where a row of f32 belongs; use another`,
        zh: `${path}：${name} 是 ${dtype} [${shape}]，应为一行 f32；请换一个文件`,
      });
    }
    arrays[name] = new Float32Array(shape[0]!);
    source.read(name, 0, new Uint8Array(arrays[name].buffer));
  }
  const metadata = Object.fromEntries([...source.metadata].map(([key, value]) => [key, String(value)]));
  return { arrays, metadata };
}
