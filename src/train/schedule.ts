/** Learning rates over a run, as transformers' schedulers give them. */
import { assert } from '../core/index.ts';

const SCHEDULES = ['linear', 'cosine', 'constant', 'constant_with_warmup'] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

export interface Schedule {
  readonly name: ScheduleName;
  readonly peakRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** The rate of an update. @param step counted from 0 */
export function learningRate({ name, peakRate, warmupSteps, totalSteps }: Schedule, step: number): number {
  assert(SCHEDULES.includes(name), `no schedule ${name}`);
  if (name !== 'constant' && step < warmupSteps) return peakRate * (step / Math.max(1, warmupSteps));
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  switch (name) {
    case 'linear':
      return peakRate * Math.max(0, 1 - progress);
    case 'cosine':
      return peakRate * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
    case 'constant':
    case 'constant_with_warmup':
      return peakRate;
  }
}

/** Whole steps of warm-up; below 1, `warmup_steps` is a share of all steps. */
export function warmupSteps(warmup_steps: number, totalSteps: number): number {
  return warmup_steps >= 1 ? warmup_steps : Math.ceil(totalSteps * warmup_steps);
}
