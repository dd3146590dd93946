/** The loss on held-out rows, as transformers' evaluation tells it: the mean over rows of their batch's loss. */
import type { OnProgress } from '../core/index.ts';
import type { Metrics, RunDirectory, TrainerState } from '../runs/index.ts';
import type { EvaluationBatches } from './batches.ts';
import type { LoraTrainer } from './lora-trainer.ts';

export interface LossMeasure {
  readonly loss: number;
  readonly rows: number;
  readonly batches: number;
  readonly seconds: number;
}

export interface MeasureOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** @returns undefined when the signal came before the end */
export async function measureLoss(
  trainer: LoraTrainer,
  batches: EvaluationBatches,
  { signal, onProgress }: MeasureOptions = {},
): Promise<LossMeasure | undefined> {
  const start = performance.now();
  let sum = 0;
  let rows = 0;
  for (const { batch, labels } of batches) {
    if (signal?.aborted) return undefined;
    sum += (await trainer.evaluate(batch, labels)) * batch.rows;
    rows += batch.rows;
    onProgress?.({ task: 'evaluate', done: rows, total: batches.rows, unit: 'rows' });
  }
  return { loss: sum / rows, rows, batches: batches.count, seconds: (performance.now() - start) / 1000 };
}

/** In transformers' names, as eval_results.json has them. */
export function evaluationMetrics({ loss, rows, batches, seconds }: LossMeasure): Metrics {
  return {
    eval_loss: loss,
    eval_runtime: seconds,
    eval_samples_per_second: rows / seconds,
    eval_steps_per_second: batches / seconds,
  };
}

export function tellEvaluation(
  run: RunDirectory,
  { loss, rows, seconds }: LossMeasure,
  { global_step: step, epoch }: Pick<TrainerState, 'global_step' | 'epoch'>,
): void {
  run.emit({
    type: 'evaluation',
    step,
    epoch,
    evalLoss: loss,
    runtimeSeconds: seconds,
    rowsPerSecond: rows / seconds,
  });
}
