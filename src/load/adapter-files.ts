/** Adapters in PEFT's format: adapter_config.json and adapter_model.safetensors, read and written. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelError, messageOf, writeJsonAtomic } from '../core/index.ts';
import { openSafetensors, type TensorInfo, writeSafetensors } from '../files/index.ts';
import { fromFloat32, toFloat32 } from '../graph/index.ts';
import {
  type DecoderSpec,
  LINEAR_MODULES,
  type LinearModule,
  type LoraParameter,
  type LoraSpec,
  loraParameters,
} from '../model/index.ts';

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';

export interface Adapter {
  readonly lora: LoraSpec;
  readonly parameters: readonly LoraParameter[];
  /** All parameters, in the order of `parameters`. */
  readonly values: Float32Array;
}

/** @throws ModelError when files are missing, of a method not supported, or do not fit the model */
export function readAdapter(folder: string, spec: DecoderSpec): Adapter {
  const lora = readLoraSpec(folder);
  const parameters = loraParameters(spec, lora);
  using source = openSafetensors(join(folder, WEIGHTS));
  checkFit(folder, parameters, source.tensors);
  const last = parameters.at(-1)!;
  const values = new Float32Array(last.offset + last.shape[0] * last.shape[1]);
  for (const { name, shape, offset } of parameters) {
    const { dtype, sizeBytes } = source.tensors.get(name)!;
    const bytes = new Uint8Array(sizeBytes);
    source.read(name, 0, bytes);
    values.set(toFloat32(bytes, dtype, shape[0] * shape[1]), offset);
  }
  return { lora, parameters, values };
}

/** Before memory is taken: a rank out of a configuration may be any number. */
function checkFit(
  folder: string,
  parameters: readonly LoraParameter[],
  stored: ReadonlyMap<string, TensorInfo>,
): void {
  const remedy = {
    en: 'was this adapter trained on another model?',
    zh: '这个适配器是否由其他模型训练而来？',
  };
  for (const { name, shape } of parameters) {
    const tensor = stored.get(name);
    if (tensor?.shape.join() === shape.join()) continue;
    throw new ModelError({
      en: `${folder}: ${name} ${tensor ? `has shape [${tensor.shape}]` : 'is missing'} where the model needs [${shape}]; ${remedy.en}`,
      zh: `${folder}：${name} ${tensor ? `的形状为 [${tensor.shape}]` : '缺失'}，模型需要 [${shape}]；${remedy.zh}`,
    });
  }
  const known = new Set(parameters.map(({ name }) => name));
  for (const name of stored.keys()) {
    if (!known.has(name))
      throw new ModelError({
        en: `${folder}: ${name} belongs to no layer of the model; ${remedy.en}`,
        zh: `${folder}：${name} 不属于模型的任何层；${remedy.zh}`,
      });
  }
}

/** @param baseModel what PEFT should load the adapter onto */
export function writeAdapter(folder: string, { lora, parameters, values }: Adapter, baseModel: string): void {
  writeSafetensors(
    join(folder, WEIGHTS),
    parameters.map(({ name, shape, offset }) => ({
      name,
      dtype: 'f32' as const,
      shape,
      data: fromFloat32(values.subarray(offset, offset + shape[0] * shape[1]), 'f32'),
    })),
    { format: 'pt' },
  );
  writeJsonAtomic(join(folder, CONFIG), {
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    modules_to_save: null,
    peft_type: 'LORA',
    r: lora.rank,
    revision: null,
    target_modules: [...lora.modules],
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: lora.rankStabilized,
  });
}

function readLoraSpec(folder: string): LoraSpec {
  const path = join(folder, CONFIG);
  if (!existsSync(path)) {
    throw new ModelError({
      en: `${folder}: holds no ${CONFIG}; give the folder of an adapter, such as a run's output_dir`,
      zh: `${folder}：其中没有 ${CONFIG}；请给出适配器的文件夹，如某次运行的 output_dir`,
    });
  }
  let config: Record<string, unknown>;
  try {
    config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new ModelError(
      {
        en: `${path}: cannot be read (${messageOf(error)}); save the adapter anew`,
        zh: `${path}：无法读取（${messageOf(error, 'zh')}）；请重新保存适配器`,
      },
      error,
    );
  }
  const refuse = (key: string) => {
    throw new ModelError({
      en: `${path}: ${key} ${JSON.stringify(config[key])} is not supported yet; use a plain LoRA adapter`,
      zh: `${path}：尚不支持 ${key} ${JSON.stringify(config[key])}；请使用普通的 LoRA 适配器`,
    });
  };
  if (config['peft_type'] !== 'LORA') refuse('peft_type');
  for (const key of ['use_dora', 'fan_in_fan_out', 'modules_to_save', 'layers_to_transform']) {
    if (config[key]) refuse(key);
  }
  for (const key of ['rank_pattern', 'alpha_pattern'])
    if (Object.keys(config[key] ?? {}).length > 0) refuse(key);
  if (config['bias'] !== undefined && config['bias'] !== 'none') refuse('bias');
  const { r: rank, lora_alpha: alpha, lora_dropout: dropout = 0 } = config;
  if (
    !Number.isInteger(rank) ||
    (rank as number) < 1 ||
    typeof alpha !== 'number' ||
    typeof dropout !== 'number'
  ) {
    throw new ModelError({
      en: `${path}: r, lora_alpha or lora_dropout is missing or no number; save the adapter anew`,
      zh: `${path}：r、lora_alpha 或 lora_dropout 缺失或不是数字；请重新保存适配器`,
    });
  }
  return {
    rank: rank as number,
    alpha,
    dropout,
    rankStabilized: config['use_rslora'] === true,
    modules: targetModules(config['target_modules'], path),
  };
}

function targetModules(value: unknown, path: string): LinearModule[] {
  if (value === 'all-linear') return [...LINEAR_MODULES];
  const names = Array.isArray(value) ? value : [value];
  const unknown = names.filter((name) => !LINEAR_MODULES.includes(name as LinearModule));
  if (unknown.length > 0 || names.length === 0) {
    throw new ModelError({
      en: `${path}: target_modules ${JSON.stringify(value)} are not all linear layers of the decoder; use an adapter of those`,
      zh: `${path}：target_modules ${JSON.stringify(value)} 不全是解码器的线性层；请使用作用于线性层的适配器`,
    });
  }
  return LINEAR_MODULES.filter((module) => names.includes(module));
}
