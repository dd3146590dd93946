/**
 * How many steps a training has, which micro batches make up each of them, and what is due after it; counted as
 * transformers' Trainer counts. Pure arithmetic.
 */
import type { RunConfig } from '../config/index.ts';
import type { TrainerPlan } from '../runs/index.ts';

type Counts = Pick<
  RunConfig,
  | 'num_train_epochs'
  | 'max_steps'
  | 'per_device_train_batch_size'
  | 'gradient_accumulation_steps'
  | 'logging_steps'
  | 'save_steps'
  | 'save_strategy'
  | 'eval_steps'
  | 'eval_strategy'
>;

/** The micro batches of one step. */
export interface StepBatches {
  /** 0-based. */
  readonly epoch: number;
  /** Index within the epoch of the first one, and of the one after the last. */
  readonly from: number;
  readonly to: number;
}

export interface Due {
  readonly log: boolean;
  readonly evaluate: boolean;
  readonly save: boolean;
}

export class StepPlan {
  readonly batchesPerEpoch: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly #counts: Counts;

  constructor(rows: number, counts: Counts) {
    this.#counts = counts;
    this.batchesPerEpoch = Math.ceil(rows / counts.per_device_train_batch_size);
    this.stepsPerEpoch = Math.ceil(this.batchesPerEpoch / counts.gradient_accumulation_steps);
    this.totalSteps =
      counts.max_steps > 0 ? counts.max_steps : Math.ceil(counts.num_train_epochs * this.stepsPerEpoch);
  }

  /** @param step counted from 0 */
  batchesOf(step: number): StepBatches {
    const accumulated = this.#counts.gradient_accumulation_steps;
    const from = (step % this.stepsPerEpoch) * accumulated;
    // The last step of an epoch takes what is left.
    const to = Math.min(from + accumulated, this.batchesPerEpoch);
    return { epoch: Math.floor(step / this.stepsPerEpoch), from, to };
  }

  /** Epochs done after so many steps, with the share of the present one. */
  epochAfter(steps: number): number {
    if (steps === 0) return 0;
    const { epoch, to } = this.batchesOf(steps - 1);
    return epoch + to / this.batchesPerEpoch;
  }

  /** @param steps done; at least 1 */
  dueAfter(steps: number): Due {
    const { logging_steps, eval_strategy, eval_steps, save_strategy, save_steps } = this.#counts;
    const isLast = steps === this.totalSteps;
    const endsEpoch = isLast || steps % this.stepsPerEpoch === 0;
    const isDue = (strategy: 'no' | 'steps' | 'epoch', every: number) =>
      strategy === 'epoch' ? endsEpoch : strategy === 'steps' && (isLast || steps % this.#whole(every) === 0);
    return {
      log: steps % this.#whole(logging_steps) === 0,
      evaluate: isDue(eval_strategy, eval_steps),
      save: isDue(save_strategy, save_steps),
    };
  }

  /** The plan as trainer_state.json tells it. */
  get trainerPlan(): TrainerPlan {
    const { logging_steps, eval_steps, save_steps, per_device_train_batch_size } = this.#counts;
    return {
      eval_steps: this.#whole(eval_steps),
      logging_steps: this.#whole(logging_steps),
      max_steps: this.totalSteps,
      num_train_epochs: Math.ceil(this.totalSteps / this.stepsPerEpoch),
      save_steps: this.#whole(save_steps),
      train_batch_size: per_device_train_batch_size,
    };
  }

  /** A share of all steps as a number of steps. */
  #whole(amount: number): number {
    return amount < 1 ? Math.ceil(this.totalSteps * amount) : amount;
  }
}
