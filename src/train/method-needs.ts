/**
 * What the training of a model would take of memory by each method, from its configuration alone. Also of methods that
 * are not built here: who chooses a machine, or another program, wants to know what they would take.
 */
import { SETTINGS } from '../config/index.ts';
import { type DecoderSpec, weightSpecs } from '../model/index.ts';
import { modelNeeds } from './model-needs.ts';

export interface MethodNeed {
  readonly method: 'full' | 'freeze' | 'lora' | 'qlora';
  readonly bytes: number;
  /** Whether it can be trained here. */
  readonly isBuilt: boolean;
}

/** LLaMA-Factory's default of freeze_trainable_layers. */
const TRAINED_LAYERS = 2;
/** In f32: the weight, its gradient and AdamW's two moments. */
const TRAINED_BYTES = 16;
const NORM_BYTES = 4;
const BF16_BYTES = 2;
/** Blocks of 32 with a scale of two bytes each. */
const FOUR_BIT_BYTES = 4 / 8 + 2 / 32;

/**
 * For the rows that ASSUMED names. The values between layers are those of LoRA in every method: each needs the same
 * inputs of linear layers for its gradients.
 */
export function methodNeeds(spec: DecoderSpec): MethodNeed[] {
  const lora = modelNeeds(spec).find(({ use, dtype }) => use === 'train' && dtype === 'bf16')!.bytes;
  const bytesOf = (width: (name: string, kind: 'norm' | 'matrix') => number) =>
    weightSpecs(spec).reduce(
      (sum, { name, shape, kind }) => sum + shape.reduce((all, size) => all * size, 1) * width(name, kind),
      0,
    );
  const asStored = (kind: 'norm' | 'matrix') => (kind === 'norm' ? NORM_BYTES : BF16_BYTES);
  const plain = bytesOf((_, kind) => asStored(kind));
  const first = spec.layers.length - TRAINED_LAYERS;
  const bytes: Readonly<Record<MethodNeed['method'], number>> = {
    full: bytesOf(() => TRAINED_BYTES) + lora - plain,
    freeze: bytesOf((name, kind) => (layerOf(name) >= first ? TRAINED_BYTES : asStored(kind))) + lora - plain,
    lora,
    qlora:
      bytesOf((name, kind) => (layerOf(name) >= 0 && kind === 'matrix' ? FOUR_BIT_BYTES : asStored(kind))) +
      lora -
      plain,
  };
  return (['full', 'freeze', 'lora', 'qlora'] as const).map((method) => ({
    method,
    bytes: Math.round(bytes[method]),
    isBuilt: isBuilt(method),
  }));
}

/** -1 of what belongs to no layer. */
function layerOf(name: string): number {
  return Number(/\.layers\.(\d+)\./.exec(name)?.[1] ?? -1);
}

/** As the settings say, which refuse what is not built. */
function isBuilt(method: MethodNeed['method']): boolean {
  const setting = (key: string) => SETTINGS.find((one) => one.key === key)!;
  if (method === 'qlora') return setting('quantization_bit').status === 'supported';
  return setting('finetuning_type').choices?.includes(method) === true;
}
