import { describe, expect, expectTypeOf, test } from 'vitest';
import { parseOverrides } from './overrides.ts';
import { resolveRunConfig } from './resolve.ts';
import { parseRunFile } from './run-file.ts';
import type { RunConfig } from './settings.ts';

const MODEL = { model_name_or_path: 'm' };
const TRAINING = { ...MODEL, do_train: true, dataset: 'rows', output_dir: 'out' };

/** The problems of a run, one a line. */
function problemsOf(...layers: Record<string, unknown>[]): string[] {
  try {
    resolveRunConfig(...layers);
    return [];
  } catch (error) {
    const { message } = error as Error;
    return message.includes('\n') ? message.split('\n  - ').slice(1) : [message];
  }
}

const VALUES: readonly [raw: Record<string, unknown>, expected: Partial<RunConfig>][] = [
  [{}, { lora_rank: 8, lora_alpha: 16, seed: 42, data_seed: 42, eval_steps: 500, device: 'auto' }],
  [{ lora_rank: '4' }, { lora_rank: 4, lora_alpha: 8 }],
  [{ lora_alpha: 7 }, { lora_alpha: 7 }],
  [{ seed: 7 }, { data_seed: 7 }],
  [{ logging_steps: 5 }, { eval_steps: 5 }],
  [{ learning_rate: '1e-4' }, { learning_rate: 1e-4 }],
  [{ optim: 'adamw_torch_fused' }, { optim: 'adamw_torch' }],
  [{ warmup_ratio: 0.1 }, { warmup_steps: 0.1 }],
  [{ warmup_ratio: 0.1, warmup_steps: 0 }, { warmup_steps: 0.1 }],
  [{ warmup_ratio: 0, warmup_steps: 20 }, { warmup_steps: 20 }],
  [{ warmup_ratio: null, warmup_steps: 20 }, { warmup_steps: 20 }],
  [
    { evaluation_strategy: 'epoch', val_size: 0.1, dataset: 'a' },
    { eval_strategy: 'epoch', do_eval: true },
  ],
  [{ evaluation_strategy: false }, { eval_strategy: 'no', do_eval: false }],
  [{ no_cuda: true }, { device: 'cpu' }],
  [{ use_cpu: 'True', device: 'cpu' }, { device: 'cpu' }],
  [{ use_cpu: false }, { device: 'auto' }],
  [{ group_by_length: true, save_safetensors: true, logging_dir: 'logs' }, {}],
  [{ train_sampling_strategy: 'sequential' }, { disable_shuffling: true }],
  [{ train_sampling_strategy: 'group_by_length' }, { disable_shuffling: false }],
  [{ resume_from_checkpoint: true }, { resume_from_checkpoint: null }],
  [{ resume_from_checkpoint: 'out/checkpoint-5' }, { resume_from_checkpoint: 'out/checkpoint-5' }],
  [
    { dataset: 'a, b', lora_target: ['q_proj'] },
    { dataset: ['a', 'b'], lora_target: ['q_proj'] },
  ],
  [{ max_samples: undefined }, { max_samples: null }],
];

test.each(VALUES)('%j', (raw, expected) => {
  expect(resolveRunConfig(MODEL, raw)).toMatchObject(expected);
});

const PROBLEMS: readonly [raw: Record<string, unknown>, expected: string][] = [
  [{ lora_rnk: 8 }, 'unknown setting lora_rnk; the nearest known one is lora_rank'],
  [{ model_name_or_path: null }, 'model_name_or_path is empty; give a value'],
  [{ warmup_ratio: 1 }, 'warmup_ratio 1 is out of range; give a number at least 0 and below 1'],
  [
    { warmup_ratio: 0.1, warmup_steps: 20 },
    'warmup_steps is said by warmup_ratio and differently by warmup_steps; keep one of them',
  ],
  [
    { evaluation_strategy: 'step' },
    'evaluation_strategy "step" is not known; the nearest known one is steps (known: no, steps, epoch)',
  ],
  [
    { hub_token: 'abc' },
    'hub_token "***": nothing is uploaded to a hub; remove it and upload output_dir yourself',
  ],
  [{ do_train: true, output_dir: 'o' }, 'do_train needs dataset; name the data sets to train on'],
  [{ do_train: true, dataset: 'd' }, 'do_train needs output_dir; name the folder for the run'],
  [{ do_eval: true }, 'do_eval needs rows to measure on; set eval_dataset or val_size'],
  [{ do_predict: true, output_dir: 'o' }, 'do_predict needs rows to answer; set eval_dataset'],
  [
    { do_predict: true, eval_dataset: 'e' },
    'do_predict needs output_dir; name the folder for the predictions',
  ],
  [{ val_size: 0.1 }, 'val_size takes rows out of dataset, which is empty; set dataset'],
  [
    { ...TRAINING, val_size: 0.1, eval_dataset: 'e' },
    'val_size and eval_dataset exclude each other; keep the one that the rows are to come from',
  ],
  [
    { ...TRAINING, eval_strategy: 'epoch' },
    'eval_strategy epoch needs rows to measure on; set eval_dataset or val_size',
  ],
  [
    { ...TRAINING, load_best_model_at_end: true },
    'load_best_model_at_end needs evaluation during training; set eval_strategy and eval_dataset or val_size',
  ],
  [
    { ...TRAINING, val_size: 9, eval_strategy: 'epoch', load_best_model_at_end: true },
    'load_best_model_at_end needs save_strategy steps to equal eval_strategy epoch; set both to steps or epoch',
  ],
  [
    { ...TRAINING, val_size: 9, eval_strategy: 'steps', eval_steps: 200, load_best_model_at_end: true },
    'load_best_model_at_end needs save_steps 500 to be a multiple of eval_steps 200; set them equal',
  ],
  [
    { train_on_prompt: true, mask_history: true },
    'train_on_prompt and mask_history exclude each other; keep one of them',
  ],
  [{ labels: 'a,b,a' }, 'labels a, b, a are not two or more different answers; name each answer once'],
  [{ labels: 'a' }, 'labels a are not two or more different answers; name each answer once'],
];

test.each(PROBLEMS)('%j is refused', (raw, expected) => {
  expect(problemsOf(MODEL, raw)).toEqual([`settings: ${expected}`]);
});

test.each([
  { ...TRAINING, val_size: 9, eval_strategy: 'steps', eval_steps: 250, load_best_model_at_end: true },
  {
    ...TRAINING,
    val_size: 9,
    eval_strategy: 'steps',
    eval_steps: 0.1,
    save_steps: 0.3,
    load_best_model_at_end: true,
  },
  { ...TRAINING, val_size: 9, eval_strategy: 'epoch', save_strategy: 'epoch', load_best_model_at_end: true },
  { ...TRAINING, eval_dataset: 'e', do_eval: true, do_predict: true },
])('%j is allowed', (raw) => {
  expect(problemsOf(raw)).toEqual([]);
});

test('all problems are told at once, each with its line; a rule waits for settings that are sound', () => {
  const file = parseRunFile(
    'stage: dpo\nlora_rank: none\ndo_eval: true\nval_size: much\npacking: true\n',
    'run.yaml',
  );
  expect(problemsOf(file)).toEqual([
    'run.yaml line 1: stage "dpo": DPO is not built yet; use stage sft, or train this stage with LLaMA-Factory',
    'run.yaml line 2: lora_rank is empty; give a value, or remove it to have 8',
    'run.yaml line 4: val_size "much" is not a number; give a number: a share below 1 or a whole number, at least 0',
    'run.yaml line 5: packing true: packing is not built yet; remove it: rows of like length are computed together, so little is lost to padding',
    'run.yaml: model_name_or_path is missing; give a value',
  ]);
});

describe('layers', () => {
  const file = parseRunFile(
    'model_name_or_path: m\nwarmup_ratio: 0.1\nquantization_bit: 4\nbf16: true',
    'run.yaml',
  );

  test('the last one that says a setting counts, also over another name and over a refused value', () => {
    const words = parseOverrides(['warmup_steps=20', 'quantization_bit=null', 'bf16=false']);
    expect(resolveRunConfig(file, words)).toMatchObject({ warmup_steps: 20, bf16: false });
  });

  test('problems name the layer', () => {
    expect(problemsOf(file, parseOverrides(['--cutoff_len', 'long']))).toEqual([
      'run.yaml line 3: quantization_bit 4: quantizing while loading is not built yet; give a GGUF file that is quantized already (Q8_0, Q4_K, …) as model_name_or_path',
      'command line: cutoff_len "long" is not a whole number; give a whole number at least 1',
    ]);
  });
});

test('the result is frozen, whole, and in the order of the tables', () => {
  const config = resolveRunConfig({ lora_rank: 4, dataset: 'a', ...MODEL });
  expect(Object.isFrozen(config)).toBe(true);
  for (const value of Object.values(config))
    expect(typeof value !== 'object' || Object.isFrozen(value)).toBe(true);
  expect(Object.keys(config)).toEqual(Object.keys(resolveRunConfig(MODEL)));
  expect(Object.values(config)).not.toContain(undefined);
});

test('types are those of the tables', () => {
  expectTypeOf<RunConfig['model_name_or_path']>().toEqualTypeOf<string>();
  expectTypeOf<RunConfig['template']>().toEqualTypeOf<string | null>();
  expectTypeOf<RunConfig['lora_alpha']>().toEqualTypeOf<number>();
  expectTypeOf<RunConfig['max_samples']>().toEqualTypeOf<number | null>();
  expectTypeOf<RunConfig['dataset']>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<RunConfig['eval_strategy']>().toEqualTypeOf<'no' | 'steps' | 'epoch'>();
  expectTypeOf<RunConfig['bf16']>().toEqualTypeOf<boolean>();
  expectTypeOf<RunConfig>().not.toHaveProperty('use_dora');
});
