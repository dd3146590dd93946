/**
 * `trainer_state.json` as transformers' TrainerState writes it, in its own names: how far a training is and all
 * that it logged. Lies in the run directory and in every checkpoint.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, RunError, writeFileAtomic } from '../core/index.ts';
import { sortedJson } from './sorted-json.ts';

export const TRAINER_STATE_FILE = 'trainer_state.json';

/** A log line: `loss`, `grad_norm`, `learning_rate`, `eval_loss`, …, with the `epoch` and `step` it belongs to. */
export type LogRecord = Readonly<Record<string, number>>;

/** Changed in place by the training as it goes on. */
export interface TrainerState {
  best_global_step: number | null;
  best_metric: number | null;
  best_model_checkpoint: string | null;
  /** Epochs done, with the share of the present one. */
  epoch: number;
  eval_steps: number;
  /** Optimizer steps done. */
  global_step: number;
  is_hyper_param_search: boolean;
  is_local_process_zero: boolean;
  is_world_process_zero: boolean;
  log_history: LogRecord[];
  logging_steps: number;
  max_steps: number;
  num_input_tokens_seen: number;
  num_train_epochs: number;
  save_steps: number;
  stateful_callbacks: Record<string, unknown>;
  total_flos: number;
  train_batch_size: number;
  trial_name: null;
  trial_params: null;
}

/** What a training plans to do: these of the state's fields come from its settings. */
export type TrainerPlan = Pick<
  TrainerState,
  'eval_steps' | 'logging_steps' | 'max_steps' | 'num_train_epochs' | 'save_steps' | 'train_batch_size'
>;

export function newTrainerState(plan: TrainerPlan): TrainerState {
  return {
    best_global_step: null,
    best_metric: null,
    best_model_checkpoint: null,
    epoch: 0,
    global_step: 0,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    log_history: [],
    num_input_tokens_seen: 0,
    stateful_callbacks: {},
    total_flos: 0,
    trial_name: null,
    trial_params: null,
    ...plan,
  };
}

/**
 * The state of a checkpoint, or of a run directory, with the plan of the training that goes on from it.
 * @throws RunError when the file is missing or no such state
 */
export function readTrainerState(folder: string, plan?: TrainerPlan): TrainerState {
  const path = join(folder, TRAINER_STATE_FILE);
  const remedy = {
    en: 'choose another checkpoint, or set overwrite_output_dir: true to begin anew',
    zh: '请另选检查点，或设置 overwrite_output_dir: true 重新训练',
  };
  let state: Partial<TrainerState> | null;
  try {
    state = JSON.parse(readFileSync(path, 'utf8')) as Partial<TrainerState> | null;
  } catch (error) {
    throw new RunError(
      {
        en: `resume: ${path} cannot be read: ${messageOf(error)}; ${remedy.en}`,
        zh: `续训：无法读取 ${path}：${messageOf(error, 'zh')}；${remedy.zh}`,
      },
      error,
    );
  }
  if (!state || !Number.isInteger(state.global_step) || !Array.isArray(state.log_history)) {
    throw new RunError({
      en: `resume: ${path} holds no trainer state; ${remedy.en}`,
      zh: `续训：${path} 中没有训练状态；${remedy.zh}`,
    });
  }
  return { ...newTrainerState(state as TrainerPlan), ...plan };
}

export function writeTrainerState(folder: string, state: TrainerState): void {
  const isAtEnd = state.global_step >= state.max_steps;
  const control = {
    args: {
      should_epoch_stop: false,
      should_evaluate: false,
      should_log: false,
      should_save: true,
      should_training_stop: isAtEnd,
    },
    attributes: {},
  };
  const stateful_callbacks = { ...state.stateful_callbacks, TrainerControl: control };
  const text = sortedJson({ ...state, stateful_callbacks }, 2);
  writeFileAtomic(join(folder, TRAINER_STATE_FILE), `${text}\n`);
}
