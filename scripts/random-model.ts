/**
 * Writes a Hugging Face folder of random bf16 weights in a real model's shape, to try out sizes without a download:
 *
 *     npx tsx scripts/random-model.ts --shape qwen3-4b --out DIR
 *
 * Only a pool of random numbers is ever held in memory, which all weights are cut from at random places.
 */
import { copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { Random, sizeInBytes, writeJsonAtomic } from '../src/core/index.ts';
import { writeSafetensors } from '../src/files/index.ts';
import { fromFloat32 } from '../src/graph/index.ts';
import { familyOf, type HuggingFaceConfig, type WeightSpec, weightSpecs } from '../src/model/index.ts';

const QWEN3 = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  attention_bias: false,
  attention_dropout: 0,
  bos_token_id: 0,
  eos_token_id: 2,
  dtype: 'bfloat16',
  head_dim: 128,
  hidden_act: 'silu',
  initializer_range: 0.02,
  max_position_embeddings: 40_960,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-6,
  rope_scaling: null,
  rope_theta: 1_000_000,
  sliding_window: null,
  tie_word_embeddings: true,
  use_cache: true,
  use_sliding_window: false,
  vocab_size: 151_936,
};

/** As in the models' own config.json. */
const SHAPES: Readonly<Record<string, HuggingFaceConfig>> = {
  'qwen3-0.6b': {
    ...QWEN3,
    hidden_size: 1024,
    intermediate_size: 3072,
    num_attention_heads: 16,
    num_hidden_layers: 28,
  },
  'qwen3-4b': {
    ...QWEN3,
    hidden_size: 2560,
    intermediate_size: 9728,
    num_attention_heads: 32,
    num_hidden_layers: 36,
  },
  /** For tests. */
  tiny: {
    ...QWEN3,
    head_dim: 16,
    hidden_size: 64,
    intermediate_size: 128,
    num_attention_heads: 4,
    num_hidden_layers: 2,
    num_key_value_heads: 2,
    vocab_size: 320,
  },
};

export const SHAPE_NAMES: readonly string[] = Object.keys(SHAPES);

/** Bytes of a file's tensors at most, as Hugging Face cuts its files. */
const SHARD_BYTES = 5e9;
/** A prime, so that no row of any width repeats the one before. */
const POOL_ELEMENTS = 1_048_573;
/** A model with a byte-level tokenizer of 320 tokens that any larger vocabulary contains. */
const TOKENIZER_FROM = join(import.meta.dirname, '..', 'test', 'golden', 'models', 'qwen3');
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'];

/** @param onShard hears which file is being written */
export function writeRandomModel(
  shape: string,
  folder: string,
  onShard: (name: string) => void = () => {},
): void {
  const config = SHAPES[shape]!;
  mkdirSync(folder, { recursive: true });
  const random = new Random(1);
  const pool = randomPool(random);
  const shards = shardsOf(weightSpecs(familyOf('modelType', config['model_type']).readSpec(config)));
  const weightMap: Record<string, string> = {};
  for (const [index, weights] of shards.entries()) {
    const name = shards.length === 1 ? 'model.safetensors' : shardName(index + 1, shards.length);
    onShard(name);
    const tensors = weights.map((weight) => ({
      name: weight.name,
      dtype: 'bf16' as const,
      shape: weight.shape,
      data: () => (weight.kind === 'norm' ? [ones(weight)] : pieces(pool, bytesOf(weight), random)),
    }));
    writeSafetensors(join(folder, name), tensors, { format: 'pt' });
    for (const weight of weights) weightMap[weight.name] = name;
  }
  if (shards.length > 1) {
    const total_size = shards.flat().reduce((sum, weight) => sum + bytesOf(weight), 0);
    const index = { metadata: { total_size }, weight_map: weightMap };
    writeJsonAtomic(join(folder, 'model.safetensors.index.json'), index);
  }
  for (const name of TOKENIZER_FILES) copyFileSync(join(TOKENIZER_FROM, name), join(folder, name));
  writeJsonAtomic(join(folder, 'config.json'), config); // last: a folder without it is no model
}

/** Normal numbers of deviation 0.02 as bf16 bytes. */
function randomPool(random: Random): Uint8Array {
  return fromFloat32(
    Float32Array.from({ length: POOL_ELEMENTS }, () => 0.02 * random.normal()),
    'bf16',
  );
}

function* pieces(pool: Uint8Array, sizeBytes: number, random: Random): Generator<Uint8Array> {
  for (let left = sizeBytes; left > 0; ) {
    const start = 2 * random.integer(POOL_ELEMENTS / 2);
    const piece = pool.subarray(start, Math.min(pool.length, start + left));
    yield piece;
    left -= piece.length;
  }
}

function ones({ shape }: WeightSpec): Uint8Array {
  return fromFloat32(new Float32Array(shape[0]!).fill(1), 'bf16');
}

function bytesOf({ shape }: WeightSpec): number {
  return sizeInBytes('bf16', shape);
}

function shardsOf(weights: readonly WeightSpec[]): WeightSpec[][] {
  const shards: WeightSpec[][] = [[]];
  let size = 0;
  for (const weight of weights) {
    if (size + bytesOf(weight) > SHARD_BYTES) {
      shards.push([]);
      size = 0;
    }
    shards.at(-1)!.push(weight);
    size += bytesOf(weight);
  }
  return shards;
}

function shardName(number: number, count: number): string {
  const five = (value: number) => String(value).padStart(5, '0');
  return `model-${five(number)}-of-${five(count)}.safetensors`;
}

if (process.argv[1] && realpathSync(process.argv[1]) === import.meta.filename) {
  const { shape, out } = new Command()
    .description("writes a model of random weights in a real model's shape")
    .addOption(new Option('--shape <name>').choices(SHAPE_NAMES).makeOptionMandatory())
    .requiredOption('--out <folder>')
    .parse()
    .opts<{ shape: string; out: string }>();
  writeRandomModel(shape, out, (name) => console.log(`${shape}: ${name}`));
}
