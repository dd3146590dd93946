/** Evaluations as the page sees them: what was judged, the report of each model, and its rows. */
import { z } from 'zod';
import { Job } from './job.ts';
import { route, Window } from './route.ts';

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
const Tested = Interval.extend({ p: z.number(), corrected: z.number() });

export const Comparison = z.object({
  rows: z.number(),
  incumbent: z.string().optional(),
  models: z.array(
    z.object({
      name: z.string(),
      judgedBy: z.enum(['labels', 'answer']),
      metrics: Metrics,
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

export const EvaluationDetail = z.object({
  id: z.string(),
  job: Job,
  dataset: z.string(),
  labels: z.array(z.string()),
  rows: z.number(),
  models: z.array(ModelReport),
  comparison: Comparison.optional(),
});
export type EvaluationDetail = z.infer<typeof EvaluationDetail>;

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
      model: z.string(),
      adapters: z.array(z.string()).max(10).default([]),
      dataset: z.string(),
      withBase: z.boolean().default(true),
      freeAnswers: z.boolean().default(false),
      settings: z.record(z.string(), z.unknown()).default({}),
    }),
    response: Job,
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
      onlyWrong: z.enum(['true', 'false']).default('false'),
      search: z.string().max(200).default(''),
    }),
    response: z.object({ total: z.number(), rows: z.array(JudgedRow) }),
  }),
};
