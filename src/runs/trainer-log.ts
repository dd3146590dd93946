/** `trainer_log.jsonl` as LLaMA-Factory writes it: one line a log, keys absent where nothing is known. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatDuration, writeFileAtomic } from '../core/index.ts';
import { readJsonLines } from './json-lines.ts';
import type { LogRecord, TrainerState } from './trainer-state.ts';

export const TRAINER_LOG_FILE = 'trainer_log.jsonl';

export interface TrainerLogLine {
  readonly current_steps: number;
  readonly total_steps: number;
  readonly loss?: number;
  readonly eval_loss?: number;
  readonly predict_loss?: number;
  readonly reward?: number;
  readonly accuracy?: number;
  readonly lr?: number;
  readonly epoch?: number;
  /** Of the steps, rounded to two digits. */
  readonly percentage: number;
  /** `H:MM:SS`, as is the next. */
  readonly elapsed_time: string;
  readonly remaining_time: string;
  /** Tokens per second, rounded to two digits. */
  readonly throughput?: number;
  readonly total_tokens?: number;
}

/**
 * @param record what was logged, in transformers' names
 * @param elapsedSeconds since this process began to train
 * @param tokensInSession tokens seen in that time
 */
export function trainerLogLine(
  record: LogRecord,
  state: TrainerState,
  { elapsedSeconds, remainingSeconds, tokensInSession }: LogTiming,
): TrainerLogLine {
  const { global_step, max_steps, num_input_tokens_seen } = state;
  const known = {
    loss: record['loss'],
    eval_loss: record['eval_loss'],
    predict_loss: record['predict_loss'],
    reward: record['reward'],
    accuracy: record['rewards/accuracies'],
    lr: record['learning_rate'],
    epoch: record['epoch'],
    percentage: max_steps === 0 ? 100 : round2((global_step / max_steps) * 100),
    elapsed_time: formatDuration(elapsedSeconds),
    remaining_time: formatDuration(remainingSeconds),
    throughput: elapsedSeconds > 0 ? round2(tokensInSession / elapsedSeconds) : undefined,
    total_tokens: num_input_tokens_seen || undefined,
  };
  const entries = Object.entries(known).filter(([, value]) => value !== undefined);
  return {
    current_steps: global_step,
    total_steps: max_steps,
    ...Object.fromEntries(entries),
  } as unknown as TrainerLogLine;
}

export interface LogTiming {
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number;
  readonly tokensInSession: number;
}

/** The lines of a run's log; none where there is no log. */
export function readTrainerLog(outputDir: string): TrainerLogLine[] {
  const { lines } = readJsonLines(join(outputDir, TRAINER_LOG_FILE));
  return lines.map(({ value }) => value as TrainerLogLine);
}

/** Drops the lines behind a step, so that a training that goes on from there does not log them twice. */
export function trimTrainerLog(outputDir: string, step: number): void {
  const path = join(outputDir, TRAINER_LOG_FILE);
  if (!existsSync(path)) return;
  const kept = readTrainerLog(outputDir).filter((line) => line.current_steps <= step);
  writeFileAtomic(path, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
