/** Run files in the manner of LLaMA-Factory's examples, its web page and its shell scripts, as users bring them. */
import { expect, test } from 'vitest';
import { parseOverrides } from './overrides.ts';
import { resolveRunConfig } from './resolve.ts';
import { parseRunFile } from './run-file.ts';

const LLAMA3_LORA_SFT = `
### model
model_name_or_path: meta-llama/Meta-Llama-3-8B-Instruct
trust_remote_code: true

### method
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_target: all

### dataset
dataset: identity,alpaca_en_demo
template: llama3
cutoff_len: 2048
max_samples: 1000
overwrite_cache: true
preprocessing_num_workers: 16
dataloader_num_workers: 4

### output
output_dir: saves/llama3-8b/lora/sft
logging_steps: 10
save_steps: 500
plot_loss: true
overwrite_output_dir: true
save_only_model: false
report_to: none  # choices: [none, wandb, tensorboard, swanlab, mlflow]

### train
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
learning_rate: 1.0e-4
num_train_epochs: 3.0
lr_scheduler_type: cosine
warmup_ratio: 0.1
bf16: true
ddp_timeout: 180000000
resume_from_checkpoint: null

### eval
val_size: 0.1
per_device_eval_batch_size: 1
eval_strategy: steps
eval_steps: 500
`;

const QWEN3_PREDICT = `
model_name_or_path: Qwen/Qwen3-4B
adapter_name_or_path: saves/qwen3-4b/lora/sft
trust_remote_code: true
stage: sft
do_predict: true
finetuning_type: lora
eval_dataset: identity,alpaca_en_demo
template: qwen3
enable_thinking: false
cutoff_len: 2048
max_samples: 50
preprocessing_num_workers: 16
output_dir: saves/qwen3-4b/lora/predict
overwrite_output_dir: true
report_to: none
per_device_eval_batch_size: 1
predict_with_generate: true
ddp_timeout: 180000000
`;

/** What the web page writes: every field, also those at their defaults. */
const WEB_PAGE = `
bf16: true
cutoff_len: 2048
dataset: identity
dataset_dir: data
ddp_timeout: 180000000
do_train: true
enable_thinking: true
finetuning_type: lora
flash_attn: auto
freeze_language_model: false
freeze_multi_modal_projector: true
freeze_vision_tower: true
gradient_accumulation_steps: 8
image_max_pixels: 589824
image_min_pixels: 1024
include_num_input_tokens_seen: true
learning_rate: 5.0e-05
logging_steps: 5
lora_alpha: 16
lora_dropout: 0
lora_rank: 8
lora_target: all
lr_scheduler_type: cosine
max_grad_norm: 1.0
max_samples: 100000
model_name_or_path: Qwen/Qwen3-0.6B
num_train_epochs: 3.0
optim: adamw_torch
output_dir: saves/Qwen3-0.6B/lora/train
packing: false
per_device_train_batch_size: 2
plot_loss: true
preprocessing_num_workers: 16
report_to:
- none
save_steps: 100
stage: sft
template: qwen3
trust_remote_code: true
video_max_pixels: 65536
video_min_pixels: 256
warmup_steps: 0
`;

const SHELL = `--model_name_or_path Qwen/Qwen3-8B --trust_remote_code --stage sft --do_train --finetuning_type lora
  --lora_rank 8 --lora_target q_proj,v_proj --dataset rows --template qwen3 --cutoff_len 16384 --overwrite_cache
  --output_dir saves/qwen3 --plot_loss --overwrite_output_dir --save_only_model false --report_to none
  --per_device_train_batch_size 1 --gradient_accumulation_steps 8 --learning_rate 1e-4 --warmup_ratio 0.1 --bf16
  --evaluation_strategy steps --val_size 0.1 --eval_steps 0.2 --fp16 False`;

test('a training file', () => {
  expect(resolveRunConfig(parseRunFile(LLAMA3_LORA_SFT, 'llama3_lora_sft.yaml'))).toMatchObject({
    dataset: ['identity', 'alpaca_en_demo'],
    lora_target: ['all'],
    lora_alpha: 16,
    learning_rate: 1e-4,
    warmup_steps: 0.1,
    eval_strategy: 'steps',
    do_eval: true,
    do_train: true,
    bf16: true,
  });
});

test('a prediction file', () => {
  expect(resolveRunConfig(parseRunFile(QWEN3_PREDICT, 'qwen3_predict.yaml'))).toMatchObject({
    adapter_name_or_path: ['saves/qwen3-4b/lora/sft'],
    eval_dataset: ['identity', 'alpaca_en_demo'],
    do_predict: true,
    enable_thinking: false,
  });
});

test('a file of the web page', () => {
  expect(resolveRunConfig(parseRunFile(WEB_PAGE, 'training_args.yaml'))).toMatchObject({
    learning_rate: 5e-5,
    max_samples: 100_000,
    logging_steps: 5,
  });
});

test('the words of a shell script', () => {
  expect(resolveRunConfig(parseOverrides(SHELL.split(/\s+/)))).toMatchObject({
    lora_target: ['q_proj', 'v_proj'],
    eval_strategy: 'steps',
    eval_steps: 0.2,
    overwrite_output_dir: true,
    save_only_model: false,
    bf16: true,
  });
});

test('a DPO file is refused, stage and losses at once', () => {
  const file = LLAMA3_LORA_SFT.replace('stage: sft', 'stage: dpo\npref_beta: 0.2\npref_loss: orpo');
  expect(() => resolveRunConfig(parseRunFile(file, 'dpo.yaml'))).toThrow(
    /3 problems.*dpo\.yaml line 7: stage "dpo".*line 8: pref_beta 0\.2.*line 9: pref_loss "orpo"/s,
  );
});
