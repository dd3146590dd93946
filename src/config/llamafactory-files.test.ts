/** Run files in the manner of LLaMA-Factory's examples, its web page and its shell scripts, as users bring them. */
import { expect, test } from 'vitest';
import { parseOverrides } from './overrides.ts';
import { resolveRunConfig } from './resolve.ts';
import { parseRunFile } from './run-file.ts';

const TRAINING = `
# tickets to queues
stage: sft
finetuning_type: lora
do_train: true
model_name_or_path: models/llama3
trust_remote_code: true
template: llama3

dataset: tickets,identity
val_size: 0.05
cutoff_len: 1024
overwrite_cache: true
preprocessing_num_workers: 4
dataloader_num_workers: 2

lora_target: all
learning_rate: 2.0e-4   # cosine to zero
lr_scheduler_type: cosine
warmup_ratio: 0.03
num_train_epochs: 2.0
per_device_train_batch_size: 4
gradient_accumulation_steps: 4
bf16: true
ddp_timeout: 36000000

output_dir: saves/tickets
overwrite_output_dir: true
resume_from_checkpoint: null
logging_steps: 5
save_steps: 50
save_only_model: false
plot_loss: true
report_to: none
eval_strategy: steps
eval_steps: 50
`;

const PREDICTION = `
do_predict: true
predict_with_generate: true
model_name_or_path: models/qwen3
adapter_name_or_path: saves/first,saves/second
finetuning_type: lora
template: qwen3
enable_thinking: false
eval_dataset: tickets_test, identity
max_samples: 20
preprocessing_num_workers: 4
output_dir: saves/predictions
report_to: none
`;

/** What a page of forms writes: every field, in the order of the alphabet, also those at their defaults. */
const WEB_PAGE = `
cutoff_len: 2048
dataset: tickets
dataset_dir: data
ddp_timeout: 36000000
do_train: true
enable_thinking: true
finetuning_type: lora
flash_attn: auto
freeze_language_model: false
freeze_vision_tower: true
image_max_pixels: 589824
include_num_input_tokens_seen: true
learning_rate: 5.0e-05
logging_steps: 5
lora_alpha: 16
lora_dropout: 0
max_samples: 100000
model_name_or_path: models/qwen3
neftune_noise_alpha: 0
optim: adamw_torch
output_dir: saves/page
packing: false
report_to:
- none
rope_scaling: none
use_galore: false
warmup_steps: 0
`;

const SHELL = `--stage sft --do_train --model_name_or_path models/qwen3 --trust_remote_code --template qwen3
  --dataset tickets --val_size 0.1 --evaluation_strategy steps --eval_steps 0.2 --lora_target q_proj,v_proj
  --learning_rate 3e-4 --warmup_ratio 0.1 --bf16 --fp16 False --save_only_model false --overwrite_cache
  --output_dir saves/shell --plot_loss --overwrite_output_dir`;

test('a training file', () => {
  expect(resolveRunConfig(parseRunFile(TRAINING, 'training.yaml'))).toMatchObject({
    dataset: ['tickets', 'identity'],
    lora_target: ['all'],
    lora_alpha: 16,
    learning_rate: 2e-4,
    warmup_steps: 0.03,
    eval_strategy: 'steps',
    do_eval: true,
    do_train: true,
    bf16: true,
  });
});

test('a prediction file', () => {
  expect(resolveRunConfig(parseRunFile(PREDICTION, 'prediction.yaml'))).toMatchObject({
    adapter_name_or_path: ['saves/first', 'saves/second'],
    eval_dataset: ['tickets_test', 'identity'],
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
  const file = TRAINING.replace('stage: sft', 'stage: dpo\npref_beta: 0.2\npref_loss: orpo');
  expect(() => resolveRunConfig(parseRunFile(file, 'dpo.yaml'))).toThrow(
    /3 problems.*dpo\.yaml line 3: stage "dpo".*line 4: pref_beta 0\.2.*line 5: pref_loss "orpo"/s,
  );
});
