/** Data sets and uploads as the page sees them. */
import { z } from 'zod';
import { Done, route, Told, Window } from './route.ts';

/** Of a data set that is made: it names files too. */
export const DatasetName = z
  .string()
  .max(100)
  .regex(/^(?!\.)[^\s,"'/\\]+$/u, 'choose a name without spaces, commas, quotes and slashes');

export const Dataset = z.object({
  name: z.string(),
  file: z.string(),
  sizeBytes: z.number().optional(),
  formatting: z.string(),
  changed: z.string().optional(),
  /** Why it cannot be read. */
  problem: Told.optional(),
});
export type Dataset = z.infer<typeof Dataset>;

/** Why a row was left out or cut, in English, and in Chinese where there is such. */
const Reason = z.object({ kind: z.string(), reason: z.string(), zh: z.string().optional() });
export const Finding = Reason.extend({ file: z.string(), row: z.number() });

export const Bar = z.object({ label: z.string(), count: z.number() });

export const Overview = z.object({
  name: z.string(),
  rows: z.number(),
  findings: z.array(Finding),
  findingCount: z.number(),
  /** Different answers with their rows, where they look like classes. */
  classes: z.array(Bar),
  distinctAnswers: z.number(),
  duplicates: z.number(),
  /** Files that its rows come from. */
  files: z.number(),
  /** Whether it is a repaired copy with a log of its changes, and whether it was split. */
  isRepaired: z.boolean(),
  isSplit: z.boolean(),
});
export type Overview = z.infer<typeof Overview>;

export const DataRow = z.object({
  /** As it stands in the file, from 1. */
  row: z.number(),
  file: z.string(),
  system: z.string().optional(),
  input: z.string(),
  output: z.string(),
  turns: z.number(),
});
export type DataRow = z.infer<typeof DataRow>;

export const ShownToken = z.object({
  id: z.number(),
  text: z.string(),
  trained: z.boolean(),
  cut: z.boolean(),
});
export const ShownRow = z.object({
  template: z.string(),
  model: z.string(),
  tokens: z.array(ShownToken),
  finding: Reason.optional(),
});
export type ShownRow = z.infer<typeof ShownRow>;

export const Lengths = z.object({
  /** Bars of equal width, from 0. */
  binWidth: z.number(),
  counts: z.array(z.number()),
  longest: z.number(),
  median: z.number(),
  p95: z.number(),
  beyondCutoff: z.number(),
  cutoffLen: z.number(),
  /** Rows that were measured; the first ones where there are very many. */
  measured: z.number(),
});
export type Lengths = z.infer<typeof Lengths>;

export const Role = z.enum(['instruction', 'input', 'output', 'system', 'history', 'messages', 'tools']);
export const RoleTexts = z.partialRecord(Role, z.string().max(10_000));
export type RoleTexts = z.infer<typeof RoleTexts>;

export const Upload = z.object({ id: z.string(), name: z.string(), sizeBytes: z.number() });
export type Upload = z.infer<typeof Upload>;

export const Column = z.object({
  name: z.string(),
  kind: z.enum(['text', 'number', 'boolean', 'list', 'object', 'empty']),
  filled: z.number(),
  distinct: z.number(),
  meanLength: z.number(),
  /** Of the first rows. */
  examples: z.array(z.string()),
});

export const Table = z.object({
  name: z.string(),
  rows: z.number(),
  columns: z.array(Column),
  encoding: z.string().optional(),
  delimiter: z.string().optional(),
  hasHeader: z.boolean(),
  findings: z.array(Finding),
  roles: RoleTexts,
  doubts: z.array(Role),
});
export type Table = z.infer<typeof Table>;

export const Plan = z.object({
  rows: z.number(),
  samples: z.array(DataRow),
  findings: z.array(Finding),
  findingCount: z.number(),
  classes: z.array(Bar),
  distinctAnswers: z.number(),
});
export type Plan = z.infer<typeof Plan>;

export const ByName = z.object({ name: z.string() });
const ById = z.object({ id: z.string() });
/** What a file does not say of itself. */
const FileHints = {
  sheet: z.string().max(100).optional(),
  encoding: z.string().max(40).optional(),
};
const PlanRequest = z.object({
  name: z.string().min(1).max(100),
  roles: RoleTexts,
  hasHeader: z.boolean().optional(),
  ...FileHints,
});
export type PlanRequest = z.infer<typeof PlanRequest>;
/** How rows become tokens: settings of a run. */
export const Reading = z.object({
  model: z.string(),
  template: z.string().optional(),
  cutoff_len: z.coerce.number().int().min(1).default(2048),
});
export type Reading = z.infer<typeof Reading>;

/** A data set that was deleted and can be had back. */
const Binned = z.object({ id: z.string(), name: z.string(), removed: z.string() });
export type Binned = z.infer<typeof Binned>;

export const DATASETS = {
  list: route({
    method: 'get',
    path: '/api/datasets',
    summary: 'The data sets of dataset_info.json',
    /** `folder` as a person calls it, `datasetDir` for commands that are run anywhere. */
    response: z.object({ folder: z.string(), datasetDir: z.string(), datasets: z.array(Dataset) }),
  }),
  overview: route({
    method: 'get',
    path: '/api/datasets/{name}',
    summary: 'Rows, classes and findings of a data set',
    params: ByName,
    response: Overview,
  }),
  rows: route({
    method: 'get',
    path: '/api/datasets/{name}/rows',
    summary: 'A window of its rows',
    params: ByName,
    query: Window.extend({ search: z.string().max(200).default(''), label: z.string().optional() }),
    response: z.object({ total: z.number(), rows: z.array(DataRow) }),
  }),
  tokens: route({
    method: 'get',
    path: '/api/datasets/{name}/rows/{row}/tokens',
    summary: 'A row as the model sees it',
    params: z.object({ name: z.string(), row: z.coerce.number().int().min(1) }),
    /** `file` tells rows of several files apart. */
    query: Reading.extend({ file: z.string().optional() }),
    response: ShownRow,
  }),
  lengths: route({
    method: 'get',
    path: '/api/datasets/{name}/lengths',
    summary: 'Tokens a row, as a histogram',
    params: ByName,
    query: Reading,
    response: Lengths,
  }),
  remove: route({
    method: 'delete',
    path: '/api/datasets/{name}',
    summary: 'Put a data set into the bin',
    params: ByName,
    response: z.object({ undo: z.string() }),
  }),
  bin: route({
    method: 'get',
    path: '/api/bin',
    summary: 'Data sets in the bin, the latest first',
    response: z.object({ binned: z.array(Binned) }),
  }),
  restore: route({
    method: 'post',
    path: '/api/bin/{id}/restore',
    summary: 'Take it out of the bin again',
    params: ById,
    response: z.object({ name: z.string() }),
  }),
  example: route({
    method: 'post',
    path: '/api/datasets/example',
    summary: 'Add an example that comes with the program',
    body: z.object({ example: z.enum(['support-tickets', 'news-headlines-zh']) }),
    response: z.object({ names: z.array(z.string()) }),
  }),
  upload: route({
    method: 'put',
    path: '/api/uploads',
    summary: 'Upload a file; the body is its bytes',
    query: z.object({ name: z.string().min(1).max(255) }),
    response: Upload,
  }),
  table: route({
    method: 'get',
    path: '/api/uploads/{id}/table',
    summary: 'What an uploaded file holds',
    params: ById,
    query: z.object({ hasHeader: z.enum(['true', 'false']).optional(), ...FileHints }),
    response: Table,
  }),
  plan: route({
    method: 'post',
    path: '/api/uploads/{id}/plan',
    summary: 'What the rows would become',
    params: ById,
    body: PlanRequest,
    response: Plan,
  }),
  add: route({
    method: 'post',
    path: '/api/uploads/{id}/add',
    summary: 'Make a data set of it',
    params: ById,
    body: PlanRequest,
    response: z.object({ name: z.string(), rows: z.number() }),
  }),
  discard: route({
    method: 'delete',
    path: '/api/uploads/{id}',
    summary: 'Throw an upload away',
    params: ById,
    response: Done,
  }),
};
