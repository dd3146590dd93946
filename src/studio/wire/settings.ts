/** Settings of the studio for this user on this machine, and what it says of itself. */
import { z } from 'zod';
import { Done, route } from './route.ts';

/** Empty: what the environment, or else the program, says. */
const Endpoint = z.string().trim().max(500);

export const StudioSettings = z.object({
  /** Where names without a hub are looked for. */
  hub: z.enum(['', 'hf', 'ms']).default(''),
  hfEndpoint: Endpoint.default(''),
  msEndpoint: Endpoint.default(''),
  /** As in a run file. */
  device: z.string().max(40).default(''),
  threads: z.number().int().min(1).max(1024).nullable().default(null),
});
export type StudioSettings = z.infer<typeof StudioSettings>;

const Hub = z.enum(['hf', 'ms']);

export const StoredThing = z.object({
  what: z.enum(['data', 'runs', 'experiments', 'models', 'state', 'cache', 'hf', 'ms']),
  path: z.string(),
  sizeBytes: z.number(),
});

export const License = z.object({ name: z.string(), version: z.string(), license: z.string() });

export const SETTINGS = {
  get: route({
    method: 'get',
    path: '/api/settings',
    summary: 'Settings of the studio; tokens are never told',
    response: z.object({
      settings: StudioSettings,
      /** What holds now where a setting is empty. */
      effective: z.object({
        hub: Hub,
        hfEndpoint: z.string(),
        msEndpoint: z.string(),
        isOffline: z.boolean(),
      }),
      tokens: z.object({ hf: z.boolean(), ms: z.boolean() }),
      devices: z.array(z.string()),
      processors: z.number(),
    }),
  }),
  save: route({
    method: 'post',
    path: '/api/settings',
    summary: 'Change the settings of the studio',
    body: StudioSettings,
    response: Done,
  }),
  token: route({
    method: 'post',
    path: '/api/settings/token',
    summary: 'Keep a token of a hub, or forget it when it is empty',
    body: z.object({ hub: Hub, token: z.string().trim().max(500).regex(/^\S*$/) }),
    response: Done,
  }),
  storage: route({
    method: 'get',
    path: '/api/settings/storage',
    summary: 'What lies where, and how large it is',
    response: z.object({ workspace: z.string(), stored: z.array(StoredThing) }),
  }),
  licenses: route({
    method: 'get',
    path: '/api/settings/licenses',
    summary: 'The libraries that the program runs on, and their licences',
    response: z.object({ license: z.string(), libraries: z.array(License) }),
  }),
};
