/** Evaluations as the page sees them: what was judged, the report of each model, and its rows. */
import { z } from 'zod';
import { Job } from './job.ts';
import { Done, route, Window } from './route.ts';

const Interval = z.object({ value: z.number(), low: z.number(), high: z.number() });
const Scores = z.object({ precision: z.number(), recall: z.number(), f1: z.number(), support: z.number() });

export const JudgedRow = z.object({
  model: z.string(),
  judgedBy: z.enum(['labels', 'answer']),
  file: z.string(),
  row: z.number(),
  input: z.string(),
  truth: z.string(),
  prediction: z.string().optional(),
  probability: z.number().optional(),
  answer: z.string().optional(),
  /** Where its label was marked as wrong: the right one, or null where nobody knows it. */
  corrected: z.string().nullable().optional(),
});
export type JudgedRow = z.infer<typeof JudgedRow>;

export const ModelReport = z.object({
  model: z.string(),
  judgedBy: z.enum(['labels', 'answer']),
  rowsPerSecond: z.number().optional(),
  report: z.object({
    rows: z.number(),
    correct: z.number(),
    accuracy: z.number(),
    classes: z.array(Scores.extend({ label: z.string() })),
    macro: Scores,
    micro: Scores,
    weighted: Scores,
    /** [labels, labels + 1]: rows true, columns predicted; the last column counts answers that are no label. */
    confusion: z.object({ labels: z.array(z.string()), counts: z.array(z.array(z.number())) }),
  }),
});
export type ModelReport = z.infer<typeof ModelReport>;

const ClassFigures = z.object({
  label: z.string(),
  support: z.number(),
  precision: Interval,
  recall: Interval,
  f1: Interval,
});
const Metrics = z.object({
  accuracy: Interval,
  macro_f1: Interval,
  micro_f1: Interval,
  weighted_f1: Interval,
});
const Average = z.object({ precision: Interval, recall: Interval });
const Tested = Interval.extend({ p: z.number(), corrected: z.number() });

export const Comparison = z.object({
  rows: z.number(),
  incumbent: z.string().optional(),
  models: z.array(
    z.object({
      name: z.string(),
      judgedBy: z.enum(['labels', 'answer']),
      metrics: Metrics,
      /** Absent in evaluations of an earlier version. */
      averages: z.object({ macro: Average, micro: Average, weighted: Average }).optional(),
      classes: z.array(ClassFigures),
    }),
  ),
  pairs: z.array(
    z.object({
      model: z.string(),
      against: z.string(),
      mcNemar: z.object({
        onlyModel: z.number(),
        onlyAgainst: z.number(),
        p: z.number(),
        corrected: z.number(),
      }),
      differences: z.object({
        accuracy: Tested,
        macro_f1: Tested,
        micro_f1: Tested,
        weighted_f1: Tested,
      }),
      agreement: z.object({ share: z.number(), kappa: z.number().optional() }),
    }),
  ),
});

/** A model that answers over HTTP, as config's schema of endpoints has it. */
const AskedEndpoint = z.object({
  settings: z.record(z.string(), z.unknown()),
  /** Given to the job's process, and written nowhere. */
  key: z.string().max(4000).optional(),
});
export type AskedEndpoint = z.infer<typeof AskedEndpoint>;

/** A label that somebody marked as wrong; the data set stays as it is. */
export const Correction = z.object({
  file: z.string(),
  row: z.number().int().min(1),
  /** As the data set has it. */
  label: z.string(),
  /** The right one; null takes the row out of the figures. */
  corrected: z.string().nullable(),
});
export type Correction = z.infer<typeof Correction>;

/** The figures with the corrections. */
const Corrected = z.object({ models: z.array(ModelReport), comparison: Comparison });

export type Comparison = z.infer<typeof Comparison>;

export const EvaluationDetail = z.object({
  id: z.string(),
  job: Job,
  dataset: z.string(),
  labels: z.array(z.string()),
  rows: z.number(),
  models: z.array(ModelReport),
  comparison: Comparison.optional(),
  corrections: z.array(Correction),
});
export type EvaluationDetail = z.infer<typeof EvaluationDetail>;

/** What a training ended with, or one of its checkpoints. */
const JudgedAdapter = z.object({
  path: z.string(),
  base: z.string(),
  /** Of a checkpoint. */
  step: z.number().optional(),
  template: z.string().optional(),
});

const ById = z.object({ id: z.string() });

export const EVALUATIONS = {
  list: route({
    method: 'get',
    path: '/api/evaluations',
    summary: 'All evaluations, the latest first',
    response: z.object({ evaluations: z.array(Job) }),
  }),
  start: route({
    method: 'post',
    path: '/api/evaluations',
    summary: 'Judge models on a data set',
    body: z.object({
      dataset: z.string(),
      /** Absent where no model of this machine is judged. */
      model: z.string().optional(),
      /** The model without its adapters too. */
      withBase: z.boolean().default(true),
      /** Runs, or checkpoints of runs, on that model. */
      adapters: z.array(z.string()).max(20).default([]),
      endpoints: z.array(AskedEndpoint).max(10).default([]),
      /** Uploads. */
      predictions: z.array(z.string()).max(10).default([]),
      /** The name of who is in use today. */
      incumbent: z.string().max(200).optional(),
      freeAnswers: z.boolean().default(false),
      settings: z.record(z.string(), z.unknown()).default({}),
    }),
    response: Job,
  }),
  adapters: route({
    method: 'get',
    path: '/api/evaluations/adapters',
    summary: 'Trainings that can be judged, and the checkpoints of each',
    response: z.object({ adapters: z.array(JudgedAdapter) }),
  }),
  get: route({
    method: 'get',
    path: '/api/evaluations/{id}',
    summary: 'What an evaluation found',
    params: ById,
    response: EvaluationDetail,
  }),
  rows: route({
    method: 'get',
    path: '/api/evaluations/{id}/rows',
    summary: 'A window of the judged rows',
    params: ById,
    query: Window.extend({
      model: z.string(),
      judgedBy: z.enum(['labels', 'answer']).default('labels'),
      truth: z.string().optional(),
      /** Empty for answers that are no label. */
      prediction: z.string().optional(),
      only: z.enum(['all', 'wrong', 'corrected']).default('all'),
      search: z.string().max(200).default(''),
    }),
    response: z.object({ total: z.number(), rows: z.array(JudgedRow) }),
  }),
  correct: route({
    method: 'post',
    path: '/api/evaluations/{id}/corrections',
    summary: 'Mark the label of a row as wrong, or take that back',
    params: ById,
    body: z.object({
      file: z.string(),
      row: z.number().int().min(1),
      corrected: z.string().max(10_000).nullable(),
      isTakenBack: z.boolean().default(false),
    }),
    response: Done,
  }),
  corrected: route({
    method: 'get',
    path: '/api/evaluations/{id}/corrected',
    summary: 'What the figures are with the corrections',
    params: ById,
    response: Corrected,
  }),
};
