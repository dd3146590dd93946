/**
 * The training loop: steps, logs, evaluations and checkpoints as transformers' Trainer has them. What it does next
 * follows from the run's settings, the seed and the step alone, so a training that goes on from a checkpoint equals
 * one that never stopped.
 */
import { existsSync } from 'node:fs';
import { type Language, RunError } from '../core/index.ts';
import { writeTensor } from '../graph/index.ts';
import { readAdapter } from '../load/index.ts';
import {
  checkpointPath,
  newTrainerState,
  type RunDirectory,
  readTrainerState,
  rotateCheckpoints,
  type TrainerState,
} from '../runs/index.ts';
import type { MicroBatch } from './batches.ts';
import { type LossSums, readTrainingState, removeTornCheckpoints, saveCheckpoint } from './checkpoint.ts';
import { evaluationMetrics, type LossMeasure, measureLoss, tellEvaluation } from './measure-loss.ts';
import { drawLoss, saveModel } from './outputs.ts';
import { thinnedProgress } from './progress.ts';
import { learningRate, type Schedule, warmupSteps } from './schedule.ts';
import type { RunSession } from './session.ts';
import { Stopwatch } from './stopwatch.ts';

export interface TrainOptions {
  readonly run: RunDirectory;
  /** Ends the training after its present step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Of the loss curve. */
  readonly language: Language;
}

/** What a training came to. */
export interface Trained {
  readonly end: 'finished' | 'stopped';
  readonly state: TrainerState;
  readonly stopwatch: Stopwatch;
  /** The loss on held-out rows of the adapter as it is now, where it was measured. */
  readonly measure: LossMeasure | undefined;
}

/** Trains to the end, or until the signal, and leaves everything in the run's folder. */
export async function train(session: RunSession, options: TrainOptions): Promise<Trained> {
  return new Training(session, options).run();
}

class Training {
  readonly #session: RunSession;
  readonly #run: RunDirectory;
  readonly #options: TrainOptions;
  readonly #schedule: Schedule;
  readonly #state: TrainerState;
  readonly #stopwatch: Stopwatch;
  #losses: LossSums = { total: 0, sinceLog: 0, lastLoggedStep: 0 };
  #savedStep = 0;
  #measured: { readonly step: number; readonly measure: LossMeasure } | undefined;
  #lastNorm = 0;

  constructor(session: RunSession, options: TrainOptions) {
    const { config, plan, resumed, adapter, trainer } = session;
    this.#session = session;
    this.#options = options;
    this.#run = options.run;
    this.#schedule = {
      name: config.lr_scheduler_type,
      peakRate: config.learning_rate,
      warmupSteps: warmupSteps(config.warmup_steps, plan.totalSteps),
      totalSteps: plan.totalSteps,
    };
    if (resumed) {
      this.#state = readTrainerState(resumed.path, plan.trainerPlan);
      const { optimizer, losses } = readTrainingState(resumed, adapter.flat.shape[0]!);
      trainer.optimizer.restore(optimizer);
      this.#losses = losses;
      this.#savedStep = this.#step;
    } else {
      this.#state = newTrainerState(plan.trainerPlan);
    }
    this.#stopwatch = new Stopwatch(this.#step, plan.totalSteps);
  }

  async run(): Promise<Trained> {
    const { plan, batches, trainer, resumed } = this.#session;
    removeTornCheckpoints(this.#run.path);
    // The largest first: memory is taken once, and a lack of it shows now.
    for (const batch of batches.training.largest()) trainer.reserve(batch);
    this.#run.beginTraining(this.#state, resumed);
    this.#stopwatch.start();
    let isComplete = this.#step === 0 || (await this.#completeStep());
    while (this.#step < plan.totalSteps && !this.#isStopped) {
      await this.#takeStep();
      isComplete = await this.#completeStep();
    }
    const isFinished = this.#step === plan.totalSteps && isComplete;
    if (isFinished) this.#finish();
    else await this.#stop();
    const measure = this.#measured?.step === this.#step ? this.#measured.measure : undefined;
    return {
      end: isFinished ? 'finished' : 'stopped',
      state: this.#state,
      stopwatch: this.#stopwatch,
      measure,
    };
  }

  get #step(): number {
    return this.#state.global_step;
  }

  get #isStopped(): boolean {
    return this.#options.signal?.aborted === true;
  }

  async #takeStep(): Promise<void> {
    const { batches, trainer, plan } = this.#session;
    this.#stopwatch.beginLap();
    const index = this.#step;
    const microBatches = batches.training.ofStep(index);
    const labels = microBatches.reduce((sum, micro) => sum + micro.labels, 0);
    const { epoch, from } = plan.batchesOf(index);
    let loss = 0;
    for (const [offset, { batch }] of microBatches.entries()) {
      const seed = epoch * plan.batchesPerEpoch + from + offset;
      loss += await trainer.accumulate(batch, labels, seed);
    }
    this.#refuseNaN(loss, 'loss');
    const rate = learningRate(this.#schedule, index);
    this.#lastNorm = await trainer.optimizer.step(rate);
    this.#refuseNaN(this.#lastNorm, 'gradient');
    const tokens = countTokens(microBatches);
    this.#state.global_step++;
    this.#state.epoch = plan.epochAfter(this.#step);
    this.#state.num_input_tokens_seen += tokens;
    const { total, sinceLog, lastLoggedStep } = this.#losses;
    this.#losses = { total: total + loss, sinceLog: sinceLog + loss, lastLoggedStep };
    const isLogged = plan.dueAfter(this.#step).log;
    const rows = microBatches.reduce((sum, { batch }) => sum + batch.rows, 0);
    const speed = this.#stopwatch.lap({ rows, tokens });
    this.#run.emit({
      type: 'step',
      step: this.#step,
      totalSteps: plan.totalSteps,
      epoch: this.#state.epoch,
      loss,
      ...(isLogged ? { loggedLoss: this.#meanSinceLog() } : {}),
      learningRate: rate,
      gradNorm: this.#lastNorm,
      ...speed,
      totalTokens: this.#state.num_input_tokens_seen,
    });
  }

  /**
   * What is due after a step. Whatever a stop kept from being done is done when the training goes on.
   * @returns false when a stop came before all was done
   */
  async #completeStep(): Promise<boolean> {
    const due = this.#session.plan.dueAfter(this.#step);
    if (due.log && this.#losses.lastLoggedStep < this.#step) this.#log();
    const isMeasured = this.#state.log_history.some(
      (record) => record['step'] === this.#step && record['eval_loss'] !== undefined,
    );
    const isMeasuring = due.evaluate && !isMeasured;
    if (isMeasuring && !(await this.#evaluate())) return false;
    if (due.save && (isMeasuring || this.#savedStep < this.#step)) await this.#save();
    return true;
  }

  #log(): void {
    const figures = {
      loss: this.#meanSinceLog(),
      grad_norm: this.#lastNorm,
      learning_rate: learningRate(this.#schedule, this.#step - 1),
    };
    this.#losses = { total: this.#losses.total, sinceLog: 0, lastLoggedStep: this.#step };
    this.#run.log(figures, this.#stopwatch.timing());
  }

  #meanSinceLog(): number {
    return this.#losses.sinceLog / (this.#step - this.#losses.lastLoggedStep);
  }

  /** @returns false when a stop came before its end */
  async #evaluate(): Promise<boolean> {
    const { trainer, batches } = this.#session;
    const onProgress = thinnedProgress((event) => this.#run.emit(event));
    const { signal } = this.#options;
    const measure = await measureLoss(trainer, batches.evaluation, {
      onProgress,
      ...(signal ? { signal } : {}),
    });
    if (!measure) return false;
    this.#measured = { step: this.#step, measure };
    this.#run.log(evaluationMetrics(measure), this.#stopwatch.timing());
    tellEvaluation(this.#run, measure, this.#state);
    const { best_metric } = this.#state;
    if (this.#session.config.load_best_model_at_end && (best_metric === null || measure.loss < best_metric)) {
      this.#state.best_metric = measure.loss;
      this.#state.best_global_step = this.#step;
    }
    return true;
  }

  /** @param complete with the optimizer's state even where the settings want the model only */
  async #save(complete = false): Promise<void> {
    const { config, adapter, trainer } = this.#session;
    const { best_global_step: best } = this.#state;
    if (best !== null) {
      const path = checkpointPath(this.#run.path, best);
      if (best === this.#step || existsSync(path)) this.#state.best_model_checkpoint = path;
    }
    const isWhole = complete || !config.save_only_model;
    const { step, path } = await saveCheckpoint(this.#run, this.#step, {
      adapter,
      baseModel: config.model_name_or_path,
      training: isWhole ? { optimizer: trainer.optimizer.state(), losses: this.#losses } : undefined,
    });
    this.#savedStep = step;
    rotateCheckpoints(this.#run.path, config.save_total_limit, this.#state.best_model_checkpoint);
    this.#run.emit({ type: 'checkpoint', step, path });
  }

  async #stop(): Promise<void> {
    const isResumable = this.#savedStep === this.#step && !this.#session.config.save_only_model;
    if (this.#step > 0 && !isResumable) await this.#save(true);
    this.#run.saveTrainerState();
  }

  #finish(): void {
    const { config, adapter, model, text } = this.#session;
    const run = this.#run;
    run.emit({ type: 'state', state: 'saving' });
    const { rowsPerSecond, stepsPerSecond, seconds } = this.#stopwatch.average();
    const metrics = {
      num_input_tokens_seen: this.#state.num_input_tokens_seen,
      train_loss: this.#losses.total / this.#step,
      train_runtime: seconds,
      train_samples_per_second: rowsPerSecond,
      train_steps_per_second: stepsPerSecond,
    };
    run.log(metrics, this.#stopwatch.timing());
    const { best_model_checkpoint: best, best_global_step } = this.#state;
    if (best !== null && best_global_step !== this.#step) {
      writeTensor(adapter.flat, readAdapter(best, model.spec).values);
      this.#measured = undefined;
    }
    saveModel(run.path, { adapter, baseModel: config.model_name_or_path, tokenizer: text.fitted });
    run.saveResults('train', { epoch: this.#state.epoch, ...metrics });
    run.saveTrainerState();
    if (config.plot_loss) drawLoss(run, this.#state.log_history, this.#options.language);
  }

  #refuseNaN(value: number, what: 'loss' | 'gradient'): void {
    if (Number.isFinite(value)) return;
    const { learning_rate } = this.#session.config;
    const step = this.#step + 1;
    throw new RunError({
      en: `train: the ${what} of step ${step} is ${value}; lower learning_rate (now ${learning_rate}) or max_grad_norm, or add warmup_steps`,
      zh: `训练：第 ${step} 步的${what === 'loss' ? '损失' : '梯度'}为 ${value}；请降低学习率 learning_rate（现为 ${learning_rate}）或 max_grad_norm，或增加 warmup_steps`,
    });
  }
}

function countTokens(microBatches: readonly MicroBatch[]): number {
  return microBatches.reduce((sum, { batch }) => sum + batch.tokenCount, 0);
}
