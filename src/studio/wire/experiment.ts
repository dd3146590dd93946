/** Experiments: the list, starting one, and where one stands. */
import { z } from 'zod';
import { ReportWordsSchema } from '../../config/index.ts';
import { Job } from './job.ts';
import { Done, route, Told } from './route.ts';

export const Decision = z.enum(['go', 'no_go', 'not_enough_evidence']);

export const Check = z.object({
  metric: z.string(),
  check: z.enum(['min', 'max', 'beats']),
  outcome: z.enum(['met', 'failed', 'open']),
  bound: z.number().optional(),
  against: z.string().optional(),
  atConcurrency: z.number().optional(),
  figure: z.object({ value: z.number(), low: z.number(), high: z.number() }).optional(),
  difference: z
    .object({ value: z.number(), low: z.number(), high: z.number(), corrected: z.number() })
    .optional(),
});
export type Check = z.infer<typeof Check>;

/** The candidate's figure of the metric that decides, and the baseline's. */
const Best = z.object({
  candidate: z.string(),
  metric: z.string(),
  figure: z.object({ value: z.number(), low: z.number(), high: z.number() }),
  against: z.string().optional(),
  baseline: z.number().optional(),
  /** How often chance alone would show as much, corrected by Holm. */
  corrected: z.number().optional(),
});

export const Stage = z.object({
  id: z.string(),
  kind: z.string(),
  subject: z.string(),
  state: z.enum(['waiting', 'running', 'finished']),
  seconds: z.number().optional(),
});

export const Experiment = z.object({
  /** Of its file's folder. */
  id: z.string(),
  name: z.string(),
  question: z.string().optional(),
  folder: z.string(),
  dataset: z.string(),
  models: z.array(z.string()),
  state: z.enum(['new', 'running', 'finished', 'stopped', 'failed']),
  ...Told.partial().shape,
  updated: z.string(),
  stages: z.array(Stage),
  decision: Decision.optional(),
  /** Absent before the candidates were compared. */
  best: Best.optional(),
  checks: z.array(Check),
  /** When its report was written; absent before there is one. */
  reportWritten: z.string().optional(),
  isArchived: z.boolean(),
  /** The experiment file. */
  file: z.string(),
  job: Job.optional(),
});
export type Experiment = z.infer<typeof Experiment>;

const ById = z.object({ id: z.string() });

export const EXPERIMENTS = {
  list: route({
    method: 'get',
    path: '/api/experiments',
    summary: 'All experiments, the latest first',
    response: z.object({ experiments: z.array(Experiment) }),
  }),
  start: route({
    method: 'post',
    path: '/api/experiments',
    summary: 'Write an experiment file and carry it out',
    body: z.object({
      /** The experiment file, as YAML. */
      file: z.string().max(256 * 1024),
      /** Of its report; that of the studio's environment when absent. */
      language: ReportWordsSchema.shape.language,
    }),
    response: z.object({ id: z.string(), job: Job }),
  }),
  resume: route({
    method: 'post',
    path: '/api/experiments/{id}/resume',
    summary: 'Go on where it was',
    params: ById,
    response: Job,
  }),
  archive: route({
    method: 'post',
    path: '/api/experiments/{id}/archive',
    summary: 'Take it out of the list, or back into it',
    params: ById,
    body: z.object({ isArchived: z.boolean() }),
    response: Done,
  }),
  words: route({
    method: 'get',
    path: '/api/experiments/{id}/words',
    summary: 'What somebody wrote into its report',
    params: ById,
    response: ReportWordsSchema,
  }),
  edit: route({
    method: 'post',
    path: '/api/experiments/{id}/words',
    summary: 'Write words into its report, and write the report anew; figures stay what was measured',
    params: ById,
    body: ReportWordsSchema,
    response: Done,
  }),
  print: route({
    method: 'post',
    path: '/api/experiments/{id}/pdf',
    summary: 'Print its report as PDF, by a browser of the machine; it is then the file report.pdf',
    params: ById,
    response: Done,
  }),
};
