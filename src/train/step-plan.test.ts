import { expect, test } from 'vitest';
import { StepPlan } from './step-plan.ts';

const COUNTS = {
  num_train_epochs: 3,
  max_steps: -1,
  per_device_train_batch_size: 4,
  gradient_accumulation_steps: 2,
  logging_steps: 5,
  save_steps: 500,
  save_strategy: 'steps',
  eval_steps: 5,
  eval_strategy: 'no',
} as const;

type Counts = ConstructorParameters<typeof StepPlan>[1];

// Expected: transformers 5.6, Trainer.set_initial_training_values.
test.each<[rows: number, counts: Partial<Counts>, total: number, perEpoch: number, epochs: number]>([
  [80, {}, 30, 10, 3],
  [81, {}, 33, 11, 3],
  [1, {}, 3, 1, 3],
  [80, { num_train_epochs: 0.25 }, 3, 10, 1],
  [80, { num_train_epochs: 2.5 }, 25, 10, 3],
  [80, { max_steps: 10 }, 10, 10, 1],
  [80, { max_steps: 11 }, 11, 10, 2],
  [80, { max_steps: 0 }, 30, 10, 3],
  [7, { per_device_train_batch_size: 8, gradient_accumulation_steps: 8 }, 3, 1, 3],
])('%d rows with %j make %d steps, %d an epoch', (rows, counts, total, perEpoch, epochs) => {
  const plan = new StepPlan(rows, { ...COUNTS, ...counts });
  expect(plan.totalSteps).toBe(total);
  expect(plan.stepsPerEpoch).toBe(perEpoch);
  expect(plan.trainerPlan.num_train_epochs).toBe(epochs);
});

test('every micro batch of an epoch belongs to one step, the last step takes what is left', () => {
  const plan = new StepPlan(18, COUNTS); // 5 batches, 3 steps
  expect([0, 1, 2, 3, 5].map((step) => plan.batchesOf(step))).toEqual([
    { epoch: 0, from: 0, to: 2 },
    { epoch: 0, from: 2, to: 4 },
    { epoch: 0, from: 4, to: 5 },
    { epoch: 1, from: 0, to: 2 },
    { epoch: 1, from: 4, to: 5 },
  ]);
  expect([0, 1, 2, 3, 4, 9].map((steps) => plan.epochAfter(steps))).toEqual([0, 0.4, 0.8, 1, 1.4, 3]);
});

/** The steps of 9 (3 an epoch) after which something is due. */
function dueSteps(counts: Partial<Counts>, what: 'log' | 'evaluate' | 'save'): number[] {
  const plan = new StepPlan(24, { ...COUNTS, ...counts });
  return Array.from({ length: plan.totalSteps }, (_, index) => index + 1).filter(
    (step) => plan.dueAfter(step)[what],
  );
}

// Expected: transformers 5.6, DefaultFlowCallback.
test.each<[what: 'log' | 'evaluate' | 'save', counts: Partial<Counts>, steps: number[]]>([
  ['log', { logging_steps: 4 }, [4, 8]],
  ['log', { logging_steps: 0.3 }, [3, 6, 9]],
  ['evaluate', {}, []],
  ['evaluate', { eval_strategy: 'steps', eval_steps: 4 }, [4, 8, 9]],
  ['evaluate', { eval_strategy: 'epoch' }, [3, 6, 9]],
  ['evaluate', { eval_strategy: 'epoch', max_steps: 4 }, [3, 4]],
  ['save', {}, [9]],
  ['save', { save_steps: 4 }, [4, 8, 9]],
  ['save', { save_strategy: 'epoch', max_steps: 7 }, [3, 6, 7]],
  ['save', { save_strategy: 'no' }, []],
])('%s is due with %j after steps %j', (what, counts, steps) => {
  expect(dueSteps(counts, what)).toEqual(steps);
});
