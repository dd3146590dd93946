/** Jobs as the page sees them, and what it may do with one. */
import { z } from 'zod';
import { Done, route, Told } from './route.ts';

export const JobKind = z.enum(['train', 'evaluate', 'serve', 'loadtest', 'experiment', 'download', 'enrich']);
export const JobState = z.enum(['queued', 'running', 'finished', 'stopped', 'failed', 'died']);

export const Progress = z.object({
  task: z.string(),
  done: z.number(),
  total: z.number().optional(),
  unit: z.string(),
  perSecond: z.number().optional(),
});

export const Job = z.object({
  id: z.string(),
  kind: JobKind,
  title: z.string(),
  lane: z.enum(['device', 'network', 'none']),
  state: JobState,
  /** The command that does the same. */
  command: z.string(),
  created: z.string(),
  started: z.string().optional(),
  ended: z.string().optional(),
  ...Told.partial().shape,
  code: z.string().optional(),
  progress: Progress.optional(),
  /** Of a server. */
  url: z.string().optional(),
  /** The run that a train job makes. */
  run: z.string().optional(),
  about: z.record(z.string(), z.string()).optional(),
});
export type Job = z.infer<typeof Job>;
export type JobKind = z.infer<typeof JobKind>;

const ById = z.object({ id: z.string() });

export const JOBS = {
  list: route({
    method: 'get',
    path: '/api/jobs',
    summary: 'All jobs, the latest first',
    response: z.object({ jobs: z.array(Job) }),
  }),
  get: route({ method: 'get', path: '/api/jobs/{id}', summary: 'One job', params: ById, response: Job }),
  stop: route({
    method: 'post',
    path: '/api/jobs/{id}/stop',
    summary: 'Take a job out of the queue, or stop it',
    params: ById,
    body: z.object({ atOnce: z.boolean().default(false) }),
    response: Done,
  }),
  remove: route({
    method: 'delete',
    path: '/api/jobs/{id}',
    summary: 'Take a job that is over out of the list',
    params: ById,
    response: Done,
  }),
  restore: route({
    method: 'post',
    path: '/api/jobs/{id}/restore',
    summary: 'Bring a removed job back, for a month',
    params: ById,
    response: Job,
  }),
};
