import { expect, test } from 'vitest';
import { learningRate, type ScheduleName, warmupSteps } from './schedule.ts';

// Expected: transformers 5.6, optimization.get_scheduler, before each of ten steps.
test.each<[name: ScheduleName, warmupSteps: number, rates: number[]]>([
  ['linear', 0, [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]],
  ['linear', 2, [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]],
  ['cosine', 2, [0, 0.5, 1, 0.96194, 0.853553, 0.691342, 0.5, 0.308658, 0.146447, 0.03806]],
  ['constant', 2, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
  ['constant_with_warmup', 4, [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1]],
])('%s with %d steps of warm-up', (name, warmup, rates) => {
  const schedule = { name, peakRate: 2e-4, warmupSteps: warmup, totalSteps: 10 };
  for (const [step, rate] of rates.entries()) {
    expect(learningRate(schedule, step)).toBeCloseTo(rate * 2e-4, 9);
  }
});

test.each([
  [0, 40, 0],
  [10, 40, 10],
  [0.1, 41, 5],
])('warmup_steps %d of %d steps are %d', (given, total, steps) => {
  expect(warmupSteps(given, total)).toBe(steps);
});
