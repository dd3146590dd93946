/** Models on this machine, starters that can be fetched, and adapters made here. */
import { z } from 'zod';
import { Job } from './job.ts';
import { route } from './route.ts';

export const Model = z.object({
  /** What a run file says. */
  name: z.string(),
  title: z.string(),
  kind: z.enum(['starter', 'folder', 'gguf']),
  isHere: z.boolean(),
  family: z.string().optional(),
  sizeBytes: z.number(),
  license: z.string().optional(),
  licenseAt: z.string().optional(),
  mustAccept: z.boolean().default(false),
  template: z.string().optional(),
});
export type Model = z.infer<typeof Model>;

export const Adapter = z.object({
  /** What a run file says. */
  path: z.string(),
  run: z.string(),
  base: z.string(),
  dataset: z.string(),
  rank: z.number().optional(),
  sizeBytes: z.number(),
  made: z.string(),
  template: z.string().optional(),
});
export type Adapter = z.infer<typeof Adapter>;

export const MODELS = {
  list: route({
    method: 'get',
    path: '/api/models',
    summary: 'Models and adapters on this machine',
    response: z.object({
      models: z.array(Model),
      adapters: z.array(Adapter),
      memoryBytes: z.number(),
      /** Where models of one's own are looked for. */
      folder: z.string(),
    }),
  }),
  fetch: route({
    method: 'post',
    path: '/api/models/fetch',
    summary: 'Fetch a starter model',
    body: z.object({ name: z.string(), acceptLicense: z.boolean().default(false) }),
    response: Job,
  }),
};
