/** Models on this machine and on hubs, what they need of it, and adapters made here. */
import { z } from 'zod';
import { Job } from './job.ts';
import { Done, route, Told } from './route.ts';

export const Model = z.object({
  /** What a run file says. */
  name: z.string(),
  title: z.string(),
  kind: z.enum(['starter', 'hub', 'folder', 'gguf']),
  /** Whole, so that it can be opened. */
  isHere: z.boolean(),
  /** Where it lies. */
  place: z.string().optional(),
  family: z.string().optional(),
  /** On disk; of a starter that is not here, what it will be. */
  sizeBytes: z.number(),
  license: z.string().optional(),
  licenseAt: z.string().optional(),
  mustAccept: z.boolean().default(false),
  template: z.string().optional(),
  /** What removing takes: its files, or only its place in the list; absent where neither is the studio's. */
  removes: z.enum(['files', 'entry']).optional(),
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

/** What a model takes of memory for one use. */
export const Need = z.object({
  use: z.enum(['train', 'answer', 'serve']),
  dtype: z.enum(['bf16', 'f32']),
  bytes: z.number(),
  fit: z.enum(['fits', 'tight', 'too large']),
});
export type Need = z.infer<typeof Need>;

export const ModelNeeds = z.object({
  name: z.string(),
  family: z.string().optional(),
  /** Empty where there is nothing to judge by. */
  needs: z.array(Need),
  /** Why it cannot be judged, or used. */
  problem: Told.optional(),
});
export type ModelNeeds = z.infer<typeof ModelNeeds>;

/** A model as its hub, or its folder, tells of it before anything is fetched. */
export const ModelInfo = ModelNeeds.extend({
  isHere: z.boolean(),
  id: z.string().optional(),
  endpoint: z.string().optional(),
  files: z.array(z.object({ path: z.string(), sizeBytes: z.number() })).optional(),
  downloadBytes: z.number().optional(),
  license: z.string().optional(),
  freeBytes: z.number(),
  totalBytes: z.number(),
});
export type ModelInfo = z.infer<typeof ModelInfo>;

/** One that was removed and can come back for a while. */
export const RemovedModel = z.object({
  id: z.string(),
  title: z.string(),
  sizeBytes: z.number(),
  /** When it goes for good. */
  until: z.string(),
});
export type RemovedModel = z.infer<typeof RemovedModel>;

const Named = z.object({ name: z.string().min(1).max(500) });
const ById = z.object({ id: z.string() });

export const MODELS = {
  list: route({
    method: 'get',
    path: '/api/models',
    summary: 'Models and adapters on this machine',
    response: z.object({
      models: z.array(Model),
      adapters: z.array(Adapter),
      removed: z.array(RemovedModel),
      memoryBytes: z.number(),
      /** Where models of one's own are looked for. */
      folder: z.string(),
      /** Whether folders elsewhere may be added from the page. */
      takesPaths: z.boolean(),
    }),
  }),
  needs: route({
    method: 'get',
    path: '/api/models/needs',
    summary: 'What the models on this machine need of its memory',
    response: z.object({ models: z.array(ModelNeeds), freeBytes: z.number(), totalBytes: z.number() }),
  }),
  look: route({
    method: 'post',
    path: '/api/models/look',
    summary: 'What a hub says of a model, before it is fetched',
    body: Named,
    response: ModelInfo,
  }),
  fetch: route({
    method: 'post',
    path: '/api/models/fetch',
    summary: 'Fetch a model, or go on fetching it',
    body: Named.extend({ acceptLicense: z.boolean().default(false) }),
    response: Job,
  }),
  add: route({
    method: 'post',
    path: '/api/models/add',
    summary: 'Add a folder or GGUF file of this machine to the list, where it lies',
    body: z.object({ path: z.string().min(1).max(4000) }),
    response: Named,
  }),
  remove: route({
    method: 'post',
    path: '/api/models/remove',
    summary: 'Remove a model from this machine; it can be brought back for a while',
    body: Named,
    response: z.object({ undo: z.string() }),
  }),
  restore: route({
    method: 'post',
    path: '/api/models/removed/{id}/restore',
    summary: 'Bring a removed model back',
    params: ById,
    response: Named,
  }),
  purge: route({
    method: 'delete',
    path: '/api/models/removed/{id}',
    summary: 'Delete a removed model for good',
    params: ById,
    response: Done,
  }),
};
