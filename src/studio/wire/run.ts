/** Trainings as the page sees them: the list, one run, and its curves as columns. */
import { z } from 'zod';
import { Job } from './job.ts';
import { Done, route, Told } from './route.ts';

export const RunState = z.enum(['queued', 'running', 'finished', 'stopped', 'failed', 'died', 'unknown']);

export const Step = z.object({
  step: z.number(),
  totalSteps: z.number(),
  epoch: z.number(),
  loss: z.number(),
  loggedLoss: z.number().optional(),
  learningRate: z.number(),
  gradNorm: z.number(),
  tokensPerSecond: z.number(),
  rowsPerSecond: z.number(),
  elapsedSeconds: z.number(),
  remainingSeconds: z.number(),
  totalTokens: z.number(),
});

export const Run = z.object({
  id: z.string(),
  /** Relative to the workspace where it lies there. */
  folder: z.string(),
  model: z.string(),
  dataset: z.string(),
  started: z.string(),
  ended: z.string().optional(),
  state: RunState,
  phase: z.string().optional(),
  ...Told.partial().shape,
  code: z.string().optional(),
  lastStep: Step.optional(),
  /** It holds an adapter that can answer. */
  hasAdapter: z.boolean(),
  /** It can go on. */
  hasCheckpoint: z.boolean(),
});
export type Run = z.infer<typeof Run>;

export const RunDetail = Run.extend({
  /** The run file, as YAML. */
  runFile: z.string(),
  command: z.string(),
  /** Its process has not begun to write: it waits, or fetches what it needs. */
  isPending: z.boolean(),
  /** Figures as in all_results.json. */
  results: z.record(z.string(), z.number()),
  /** Resident memory of its process, in bytes, while it runs. */
  memoryBytes: z.number().optional(),
  job: z.string().optional(),
});
export type RunDetail = z.infer<typeof RunDetail>;

export const Settings = z.record(z.string(), z.unknown());

export const Estimate = z.object({
  rows: z.number(),
  steps: z.number(),
  /** Tokens that the whole training reads. */
  tokens: z.number(),
  longestRow: z.number(),
  cutRows: z.number(),
  memoryBytes: z.number().optional(),
  weightBytes: z.number().optional(),
  adapterBytes: z.number().optional(),
  activationBytes: z.number().optional(),
  availableBytes: z.number(),
  /** From how fast this machine trained this model before; absent where it never did. */
  seconds: z.number().optional(),
  tokensPerSecond: z.number().optional(),
});
export type Estimate = z.infer<typeof Estimate>;

const ById = z.object({ id: z.string() });

export const RUNS = {
  list: route({
    method: 'get',
    path: '/api/runs',
    summary: 'All runs of this machine, the latest first',
    response: z.object({ runs: z.array(Run) }),
  }),
  start: route({
    method: 'post',
    path: '/api/runs',
    summary: 'Train, or put it in the queue',
    body: z.object({ settings: Settings }),
    response: z.object({ job: Job, run: z.string() }),
  }),
  estimate: route({
    method: 'post',
    path: '/api/runs/estimate',
    summary: 'What a training would take',
    body: z.object({ settings: Settings }),
    response: Estimate,
  }),
  get: route({
    method: 'get',
    path: '/api/runs/{id}',
    summary: 'One run',
    params: ById,
    response: RunDetail,
  }),
  stop: route({
    method: 'post',
    path: '/api/runs/{id}/stop',
    summary: 'Stop after the present step, with a checkpoint; or at once',
    params: ById,
    body: z.object({ atOnce: z.boolean().default(false) }),
    response: Done,
  }),
  resume: route({
    method: 'post',
    path: '/api/runs/{id}/resume',
    summary: 'Go on from the last checkpoint, maybe for more epochs',
    params: ById,
    body: z.object({
      settings: z.object({ num_train_epochs: z.number().positive().optional() }).default({}),
    }),
    response: z.object({ job: Job, run: z.string() }),
  }),
};
