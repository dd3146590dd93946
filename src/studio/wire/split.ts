/** Splitting a data set, and writing it for other programs, as the page sees them. */
import { z } from 'zod';
import { ByName, Column } from './dataset.ts';
import { route } from './route.ts';

const PartCounts = z.object({ train: z.number(), val: z.number(), test: z.number() });

const SplitRequest = z.object({
  /** Shares below 1, or numbers of rows. */
  val: z.number().min(0),
  test: z.number().min(0),
  /** A column; the answers, where they are labels, when absent. */
  stratify: z.string().max(200).optional(),
  /** A column whose values stay together. */
  group: z.string().max(200).optional(),
  seed: z.number().int().min(0),
  /** Whether the parts of an earlier split go into the bin. */
  replace: z.boolean().default(false),
});
export type SplitRequest = z.infer<typeof SplitRequest>;

/** How the parts came about. */
const Split = z.object({
  seed: z.number(),
  val: z.number(),
  test: z.number(),
  stratify: z.string().nullable(),
  group: z.string().nullable(),
  rows: PartCounts,
  strata: z.record(z.string(), PartCounts),
  duplicates: z.number(),
  dropped: z.number(),
  parts: z.record(z.string(), z.object({ file: z.string(), sha256: z.string() })),
});
export type Split = z.infer<typeof Split>;

export const ExportFormat = z.enum(['alpaca', 'sharegpt', 'openai', 'csv', 'parquet', 'openai-batch']);
export type ExportFormat = z.infer<typeof ExportFormat>;

const Exported = z.object({
  /** Of the file, for `/api/exports/{id}`; it is kept for a day. */
  id: z.string(),
  file: z.string(),
  sizeBytes: z.number(),
  rows: z.number(),
  /** Rows that cannot be used and are not in it. */
  left: z.number(),
});
export type Exported = z.infer<typeof Exported>;

export const SPLITS = {
  columns: route({
    method: 'get',
    path: '/api/datasets/{name}/columns',
    summary: 'The columns of the file that a data set is made of',
    params: ByName,
    response: z.object({ columns: z.array(Column) }),
  }),
  split: route({
    method: 'post',
    path: '/api/datasets/{name}/split',
    summary: 'Split a data set into training, validation and test rows',
    params: ByName,
    body: SplitRequest,
    response: Split,
  }),
  record: route({
    method: 'get',
    path: '/api/datasets/{name}/split',
    summary: 'How a data set was split',
    params: ByName,
    response: z.object({ split: Split.optional() }),
  }),
};

export const EXPORTS = {
  prepare: route({
    method: 'post',
    path: '/api/datasets/{name}/export',
    summary: 'Write a data set for another program; the file is at /api/exports/{id}',
    params: ByName,
    body: z.object({
      format: ExportFormat,
      /** Of alpaca, sharegpt and openai: one list in place of a row a line. */
      asList: z.boolean().default(false),
      /** openai-batch: who is asked. */
      model: z.string().max(200).optional(),
    }),
    response: Exported,
  }),
};
