/** Where a model's weights lie: one view of safetensors folders and GGUF files, under Hugging Face's names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelError, messageOf } from '../core/index.ts';
import { openGguf, openShardedSafetensors, type TensorInfo, type TensorSource } from '../files/index.ts';
import type { ResolvedModel } from '../hub/index.ts';
import { type DecoderSpec, type Family, familyOf, type HuggingFaceConfig } from '../model/index.ts';
import { describeGguf, huggingFaceName, ROPE_FACTORS } from './gguf-model.ts';

/** Nothing in a config.json takes more; a larger one is no config.json. */
const MAX_CONFIG_BYTES = 4 << 20;

export interface WeightFiles extends Disposable {
  readonly path: string;
  readonly format: TensorSource['format'];
  readonly family: Family;
  readonly spec: DecoderSpec;
  readonly config: HuggingFaceConfig;
  /** Tensors by Hugging Face's names. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** @see TensorSource.read, by Hugging Face's name */
  read(name: string, byteOffset: number, target: Uint8Array): void;
}

/** Opens a model's files and reads its configuration; weights are read later, in pieces. */
export function openWeightFiles(model: Pick<ResolvedModel, 'kind' | 'path'>): WeightFiles {
  return model.kind === 'gguf' ? openGgufModel(model.path) : openFolder(model.path);
}

/** Sizes and layers of a model, read from its configuration alone. */
export function readSpec(model: Pick<ResolvedModel, 'kind' | 'path'>): DecoderSpec {
  using files = openWeightFiles(model);
  return files.spec;
}

function openFolder(folder: string): WeightFiles {
  const config = readConfig(join(folder, 'config.json'));
  const family = familyOf('modelType', config['model_type']);
  const spec = family.readSpec(config);
  const source = openShardedSafetensors(folder);
  const bias = [...source.tensors.keys()].find((name) => name.endsWith('.bias'));
  if (bias) {
    source.close();
    throw unknownWeight(folder, bias);
  }
  return describe(source, {
    family,
    spec,
    config,
    names: new Map([...source.tensors.keys()].map((n) => [n, n])),
  });
}

function openGgufModel(path: string): WeightFiles {
  const source = openGguf(path);
  try {
    const { family, config, spec } = describeGguf(source);
    const names = new Map<string, string>();
    for (const ggufName of source.tensors.keys()) {
      const name = huggingFaceName(ggufName, family);
      if (name) names.set(name, ggufName);
      else if (ggufName !== ROPE_FACTORS) throw unknownWeight(path, ggufName);
    }
    return describe(source, { family, spec, config, names });
  } catch (error) {
    source.close();
    throw error;
  }
}

/** What would change the result if it were left out. */
function unknownWeight(path: string, name: string): ModelError {
  return new ModelError({
    en: `${path}: the weight ${name} is not supported yet; choose a model without it`,
    zh: `${path}：尚不支持权重 ${name}；请换不含它的模型`,
  });
}

function describe(
  source: TensorSource,
  {
    names,
    ...rest
  }: { family: Family; spec: DecoderSpec; config: HuggingFaceConfig; names: ReadonlyMap<string, string> },
): WeightFiles {
  return {
    ...rest,
    path: source.path,
    format: source.format,
    tensors: new Map([...names].map(([name, stored]) => [name, source.tensors.get(stored)!])),
    read: (name, byteOffset, target) => source.read(names.get(name) ?? name, byteOffset, target),
    [Symbol.dispose]: () => source.close(),
  };
}

function readConfig(path: string): HuggingFaceConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ModelError(
      {
        en: `${path}: cannot be read (${messageOf(error)}); fetch the model anew`,
        zh: `${path}：无法读取（${messageOf(error, 'zh')}）；请重新下载模型`,
      },
      error,
    );
  }
  try {
    const value: unknown = text.length > MAX_CONFIG_BYTES ? undefined : JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as HuggingFaceConfig;
  } catch (error) {
    throw new ModelError(
      {
        en: `${path}: is no JSON (${messageOf(error)}); fetch the model anew`,
        zh: `${path}：不是 JSON（${messageOf(error, 'zh')}）；请重新下载模型`,
      },
      error,
    );
  }
  throw new ModelError({
    en: `${path}: does not hold a JSON object; fetch the model anew`,
    zh: `${path}：不是 JSON 对象；请重新下载模型`,
  });
}
