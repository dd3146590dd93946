/** What the doctor says of a data set, and a repaired copy with each change, as the page sees them. */
import { z } from 'zod';
import { ByName, DatasetName, Reading } from './dataset.ts';
import { Progress } from './job.ts';
import { Done, Problem, route, Window } from './route.ts';

const Bilingual = z.object({ en: z.string(), zh: z.string() });

const Diagnosis = z.object({
  check: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  what: Bilingual,
  why: Bilingual,
  fix: Bilingual,
  /** Whether a repaired copy is without it. */
  isFixable: z.boolean(),
  rowCount: z.number(),
  /** The first ones, where there are very many. */
  rows: z.array(z.object({ file: z.string(), row: z.number(), note: Bilingual })),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

const Examination = z.object({
  /** Data sets that it was compared with: those that it will be judged on. */
  heldOut: z.array(z.string()),
  rows: z.number(),
  usableRows: z.number(),
  /** The worst first. */
  diagnoses: z.array(Diagnosis),
});
export type Examination = z.infer<typeof Examination>;

/** An examination that runs, is done, or could not be carried out. */
const CheckUp = z.object({
  state: z.enum(['running', 'done', 'failed']),
  progress: Progress.optional(),
  examination: Examination.optional(),
  error: Problem.shape.error.optional(),
});
export type CheckUp = z.infer<typeof CheckUp>;

/** Without a model nothing is said of rows that are cut. */
const CheckRequest = Reading.partial({ model: true }).extend({
  /** The parts beside a training part when absent. */
  against: z.array(z.string()).max(20).optional(),
});
export type CheckRequest = z.infer<typeof CheckRequest>;

const Fixed = z.object({
  name: z.string(),
  kept: z.number(),
  changed: z.number(),
  removed: z.number(),
});
export type Fixed = z.infer<typeof Fixed>;

/** A row as it was and as it is. */
const Change = z.object({
  file: z.string(),
  row: z.number(),
  /** What was found there. */
  checks: z.array(z.string()),
  action: z.enum(['removed', 'changed']),
  /** Columns that differ; all of them where the row was removed. */
  values: z.array(
    z.object({ column: z.string(), before: z.string().optional(), after: z.string().optional() }),
  ),
});
export type Change = z.infer<typeof Change>;

export const DOCTOR = {
  check: route({
    method: 'post',
    path: '/api/datasets/{name}/check',
    summary: 'Examine a data set, or look how far its examination is',
    params: ByName,
    body: CheckRequest,
    response: CheckUp,
  }),
  cancel: route({
    method: 'post',
    path: '/api/datasets/{name}/check/cancel',
    summary: 'Give up an examination',
    params: ByName,
    body: CheckRequest,
    response: Done,
  }),
  fix: route({
    method: 'post',
    path: '/api/datasets/{name}/fix',
    summary: 'Write a repaired copy of a data set',
    params: ByName,
    body: CheckRequest.extend({ as: DatasetName }),
    response: Fixed,
  }),
  changes: route({
    method: 'get',
    path: '/api/datasets/{name}/changes',
    summary: 'What differs in a repaired copy, row by row',
    params: ByName,
    query: Window,
    response: z.object({ total: z.number(), rows: z.array(Change) }),
  }),
};
