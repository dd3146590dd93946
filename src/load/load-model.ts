/** A model's files become a decoder on a device, with its tokenizer; adapters are merged or put beside it. */
import { type OnProgress, Random } from '../core/index.ts';
import {
  Arena,
  add,
  assign,
  compile,
  type Device,
  embedding,
  input,
  matmulT,
  reshape,
  scale,
  slice,
  type Tensor,
  transposed,
  Variables,
  variable,
  writeTensor,
} from '../graph/index.ts';
import type { ResolvedModel } from '../hub/index.ts';
import {
  type Decoder,
  type DecoderSpec,
  type HuggingFaceConfig,
  initialLora,
  LoraBranches,
  type LoraParameter,
  type LoraSpec,
  linearPath,
  loraParameters,
  loraScaling,
  type Weights,
} from '../model/index.ts';
import { loadTokenizer, type Tokenizer } from '../text/index.ts';
import { type Adapter, readAdapter } from './adapter-files.ts';
import { loadWeights, type WeightDtype, type WeightOptions } from './load-weights.ts';
import { checkMemory } from './memory-check.ts';
import { openWeightFiles } from './weight-files.ts';

export interface LoadedModel extends Disposable {
  readonly model: ResolvedModel;
  readonly device: Device;
  /** For the intermediate values of everything that is computed with this model. */
  readonly arena: Arena;
  readonly spec: DecoderSpec;
  /** In the words of config.json, also where the file was a GGUF. */
  readonly config: HuggingFaceConfig;
  readonly weights: Weights;
  readonly dtype: WeightDtype;
  readonly tokenizer: Tokenizer;
  /** f32 [D/2] per layer, where its rotation has factors of its own. */
  ropeFactors(layer: number): Tensor | undefined;
}

interface LoadOptions extends WeightOptions {
  /** Where it is loaded already; else the model's own is. */
  readonly tokenizer?: Tokenizer;
  readonly onProgress?: OnProgress;
}

/** @throws ModelError, MemoryError */
export async function loadModel(
  model: ResolvedModel,
  device: Device,
  { dtype, keepQuantized, onProgress, ...given }: LoadOptions,
): Promise<LoadedModel> {
  using files = openWeightFiles(model);
  const { spec, config } = files;
  checkMemory(spec, dtype);
  const tokenizer = given.tokenizer ?? (await loadTokenizer(model));
  const weights = await loadWeights(files, device, { dtype, keepQuantized }, onProgress);
  const factors = loadRopeFactors(spec, device);
  const arena = new Arena(device);
  return {
    model,
    device,
    arena,
    spec,
    config,
    dtype,
    tokenizer,
    weights: weights.weights,
    ropeFactors: factors.of,
    [Symbol.dispose]: () => {
      arena[Symbol.dispose]();
      factors.memory?.[Symbol.dispose]();
      weights[Symbol.dispose]();
    },
  };
}

/** The decoder of a model without any adapter. */
export function baseDecoder(model: LoadedModel): Decoder {
  return { spec: model.spec, weights: model.weights, ropeFactors: model.ropeFactors };
}

/** The decoder of a model with an adapter beside its weights. */
export function adaptedDecoder(model: LoadedModel, { lora, parameters, flat }: LoadedAdapter): Decoder {
  return { ...baseDecoder(model), adapter: new LoraBranches(lora, parameters, variable(flat)) };
}

/** An adapter's parameters on the device: one flat f32 buffer. */
export interface LoadedAdapter extends Disposable {
  readonly lora: LoraSpec;
  readonly parameters: readonly LoraParameter[];
  readonly flat: Variables['tensors'][number];
}

/** Reads a PEFT adapter onto the model's device. */
export function loadAdapter(folder: string, model: LoadedModel): LoadedAdapter {
  return placeAdapter(readAdapter(folder, model.spec), model.device);
}

/** A new adapter, A random and B zero: the model answers as before. */
export function createAdapter(lora: LoraSpec, model: LoadedModel, seed: number): LoadedAdapter {
  const parameters = loraParameters(model.spec, lora);
  return placeAdapter({ lora, parameters, values: initialLora(parameters, new Random(seed)) }, model.device);
}

function placeAdapter({ lora, parameters, values }: Adapter, device: Device): LoadedAdapter {
  const spec = { shape: [values.length], dtype: 'f32', trainable: true } as const;
  const memory = new Variables(device, [spec], 'the adapter');
  writeTensor(memory.tensors[0]!, values);
  return { lora, parameters, flat: memory.tensors[0]!, [Symbol.dispose]: () => memory[Symbol.dispose]() };
}

/** Adds scaling · B A to the weights, layer by layer, and forgets the adapter. Rounds to the weights' dtype. */
export async function mergeAdapter(folder: string, model: LoadedModel): Promise<void> {
  using adapter = loadAdapter(folder, model);
  const flat = variable(adapter.flat);
  const view = ({ shape, offset }: LoraParameter) =>
    reshape(slice(flat, 0, offset, shape[0] * shape[1]), shape);
  for (let index = 0; index < adapter.parameters.length; index += 2) {
    const [a, b] = [adapter.parameters[index]!, adapter.parameters[index + 1]!];
    const weight = model.weights.get(`${linearPath(a.layer, a.module)}.weight`);
    const rows = input('rows', [weight.shape[0]!], 'i32');
    const delta = scale(matmulT(view(b), transposed(view(a))), loraScaling(adapter.lora));
    using merged = compile([assign(weight, add(embedding(weight, rows), delta))], model.arena);
    await merged.run({ rows: Int32Array.from({ length: weight.shape[0]! }, (_, row) => row) });
  }
}

function loadRopeFactors(spec: DecoderSpec, device: Device) {
  const distinct = [...new Set(spec.layers.flatMap(({ ropeFactors }) => ropeFactors ?? []))];
  if (distinct.length === 0) return { of: () => undefined };
  const specs = distinct.map((values) => ({ shape: [values.length], dtype: 'f32' }) as const);
  const memory = new Variables(device, specs, 'rotary factors');
  const tensors = new Map<Float32Array, Tensor>();
  for (const [index, values] of distinct.entries()) {
    writeTensor(memory.tensors[index]!, values);
    tensors.set(values, variable(memory.tensors[index]!));
  }
  return {
    memory,
    of(layer: number) {
      const values = spec.layers[layer]!.ropeFactors;
      return values && tensors.get(values);
    },
  };
}
