import { expect, test } from 'vitest';
import { type EncodedSample, rowsInMemory } from '../data/index.ts';
import { EvaluationBatches } from './batches.ts';
import type { LoraTrainer } from './lora-trainer.ts';
import { evaluationMetrics, measureLoss } from './measure-loss.ts';

/** A row of some tokens, the last ones of them labelled. */
function row(tokens: number, labelled: number): EncodedSample {
  const inputIds = Int32Array.from({ length: tokens }, (_, index) => index + 1);
  const labels = inputIds.map((id, index) => (index < tokens - labelled ? -100 : id));
  return { inputIds, labels, origin: { file: 'rows.json', row: 1 } };
}

/** Stands for the trainer: every label costs 1, and the sum is divided as it is told. */
const COUNTING = {
  evaluate: async (batch: { labelCount: number }, labels: number) => batch.labelCount / labels,
} as unknown as LoraTrainer;

test('is the mean over rows of their batch’s loss, in the order given', async () => {
  const losses = [3, 6];
  const seen: number[] = [];
  const trainer = {
    evaluate: async (batch: { rows: number }, labels: number) => {
      seen.push(batch.rows, labels);
      return losses[seen.length / 2 - 1]!;
    },
  } as unknown as LoraTrainer;
  const rows = [row(9, 2), row(5, 1), row(7, 3)];
  const batches = new EvaluationBatches(rowsInMemory(rows), { batchSize: 2, sharePrefix: true });
  const measure = await measureLoss(trainer, batches);
  // As transformers' evaluation_loop: the loss of a batch counts once a row.
  expect(measure).toMatchObject({ loss: (3 * 2 + 6) / 3, rows: 3, batches: 2 });
  expect(seen).toEqual([2, 3, 1, 3]);
  const metrics = evaluationMetrics({ ...measure!, seconds: 2 });
  expect(metrics).toMatchObject({ eval_runtime: 2, eval_samples_per_second: 1.5, eval_steps_per_second: 1 });
});

test('counts a label at a first position, which nothing predicts, as transformers does', async () => {
  const batches = new EvaluationBatches(rowsInMemory([row(4, 4)]), {
    batchSize: 1,

    sharePrefix: true,
  });
  expect((await measureLoss(COUNTING, batches))?.loss).toBe(3 / 4);
});

test('ends without a result when told to', async () => {
  const batches = new EvaluationBatches(rowsInMemory([row(4, 4)]), {
    batchSize: 1,

    sharePrefix: true,
  });
  expect(await measureLoss(COUNTING, batches, { signal: AbortSignal.abort() })).toBeUndefined();
});
