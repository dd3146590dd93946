/**
 * The writing side of a run directory: one process claims it, tells events, logs, state and results in the files
 * that LLaMA-Factory and transformers write, and lets go. Weights are not its business: training writes those.
 */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assert, type Bilingual, messageOf, told, writeFileAtomic } from '../core/index.ts';
import { type Checkpoint, listCheckpoints, removeCheckpoint } from './checkpoints.ts';
import { Claim } from './claim.ts';
import type { OnRunEvent, RunEvent, StateEvent } from './events.ts';
import { EVENTS_FILE } from './follow.ts';
import { JsonLinesWriter } from './json-lines.ts';
import { type Metrics, resultsFile, type Split, writeResults } from './results.ts';
import { registerRun } from './run-index.ts';
import { RUN_FILE } from './run-view.ts';
import { type LogTiming, TRAINER_LOG_FILE, trainerLogLine, trimTrainerLog } from './trainer-log.ts';
import { type LogRecord, TRAINER_STATE_FILE, type TrainerState, writeTrainerState } from './trainer-state.ts';

export interface RunDirectoryOptions {
  readonly outputDir: string;
  /** The resolved settings, as YAML. */
  readonly runFile: string;
  readonly model: string;
  readonly datasets: readonly string[];
  /** Hears every event, after it was written. */
  readonly onEvent?: OnRunEvent;
  /** Where the list of runs lies; the user's cache folder when absent. */
  readonly cacheFolder?: string;
  readonly now?: () => Date;
}

/** How a run ended. */
export type RunEnd = Omit<StateEvent, 'type' | 'state'> & {
  readonly state: 'finished' | 'stopped' | 'failed';
};

export class RunDirectory {
  /** Absolute. */
  readonly path: string;
  readonly #claim: Claim;
  readonly #events: JsonLinesWriter;
  readonly #onEvent: OnRunEvent;
  readonly #now: () => Date;
  #trainerState: TrainerState | undefined;
  #trainerLog: JsonLinesWriter | undefined;

  /**
   * Claims the folder, creating it where needed, and tells that the run is loading.
   * @throws RunError when another process is writing there
   */
  constructor(options: RunDirectoryOptions) {
    this.path = resolve(options.outputDir);
    this.#onEvent = options.onEvent ?? (() => {});
    this.#now = options.now ?? (() => new Date());
    this.#claim = Claim.take(this.path, this.#now());
    try {
      this.#events = new JsonLinesWriter(join(this.path, EVENTS_FILE));
      this.emit({ type: 'state', state: 'loading' });
      writeFileAtomic(join(this.path, RUN_FILE), options.runFile);
      this.#register(options);
    } catch (error) {
      this.#claim.release(this.#now());
      throw error;
    }
  }

  /** Appends an event, with one write, and passes it on. */
  emit(event: RunEvent): void {
    this.#events.append({ time: this.#now().toISOString(), ...event });
    this.#onEvent(event);
  }

  /**
   * To be called when everything is loaded and the first step is next. A training that begins anew removes what an
   * earlier one left (its checkpoints, log, state and results); one that goes on cuts the log at its checkpoint.
   * @param state changed by the training as it goes on, read by the methods below
   */
  beginTraining(state: TrainerState, resumedFrom?: Checkpoint): void {
    if (resumedFrom) {
      trimTrainerLog(this.path, resumedFrom.step);
      const { path, step } = resumedFrom;
      this.#say({ en: `run: goes on from ${path}, step ${step}`, zh: `运行：从 ${path} 第 ${step} 步继续` });
    } else {
      this.#removeEarlierTraining();
    }
    this.#trainerState = state;
    this.#trainerLog = new JsonLinesWriter(join(this.path, TRAINER_LOG_FILE));
    this.emit({ type: 'state', state: 'running' });
  }

  /**
   * Logs figures in transformers' names (`loss`, `grad_norm`, `learning_rate`, `eval_loss`, …) at the state's step:
   * into its history, and into trainer_log.jsonl.
   */
  log(figures: LogRecord, timing: LogTiming): void {
    const state = this.#state();
    const record = { ...figures, epoch: state.epoch, step: state.global_step };
    state.log_history.push(record);
    this.#trainerLog?.append(trainerLogLine(record, state, timing));
  }

  /** Writes trainer_state.json, here or into a checkpoint's folder. */
  saveTrainerState(folder = this.path): void {
    writeTrainerState(folder, this.#state());
  }

  /** Writes `<split>_results.json` and all_results.json, and tells them. */
  saveResults(split: Split, metrics: Metrics): void {
    writeResults(this.path, split, metrics);
    this.emit({ type: 'result', kind: split, metrics });
  }

  /** Tells how the run ended, and lets go of the folder. */
  close(end: RunEnd): void {
    try {
      this.emit({ type: 'state', ...end });
    } finally {
      this.#events.close();
      this.#trainerLog?.close();
      this.#claim.release(this.#now());
    }
  }

  #state(): TrainerState {
    assert(this.#trainerState, 'a run logs or saves its state before beginTraining');
    return this.#trainerState;
  }

  #removeEarlierTraining(): void {
    const checkpoints = listCheckpoints(this.path);
    if (checkpoints.length > 0) {
      const count = checkpoints.length;
      this.#say({
        en: `run: removes ${count} checkpoints of an earlier training in ${this.path}`,
        zh: `运行：删除 ${this.path} 中此前训练的 ${count} 个检查点`,
      });
    }
    for (const checkpoint of checkpoints) removeCheckpoint(checkpoint);
    const results = (['train', 'eval', 'predict', 'all'] as const).map((split) => resultsFile('', split));
    for (const name of [TRAINER_LOG_FILE, TRAINER_STATE_FILE, ...results]) {
      rmSync(join(this.path, name), { force: true });
    }
  }

  /** A run that cannot be listed still runs. */
  #register({ outputDir, model, datasets, cacheFolder }: RunDirectoryOptions): void {
    const { started } = this.#claim.record;
    try {
      registerRun({ output_dir: outputDir, started, model, dataset: datasets.join(',') }, cacheFolder);
    } catch (error) {
      this.#say(
        {
          en: `run: is not in the list of runs: ${messageOf(error)}`,
          zh: `运行：未能列入运行列表：${messageOf(error, 'zh')}`,
        },
        'warn',
      );
    }
  }

  #say(text: Bilingual, level: 'info' | 'warn' = 'info'): void {
    this.emit({ type: 'log', level, ...told(text) });
  }
}
