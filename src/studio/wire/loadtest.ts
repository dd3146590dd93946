/** Load tests: ordering one, and what it found. */
import { z } from 'zod';
import { Job } from './job.ts';
import { route } from './route.ts';

const TimeSummary = z.object({
  min: z.number(),
  mean: z.number(),
  sd: z.number(),
  median: z.number(),
  max: z.number(),
});

export const Measurement = z.object({
  seconds: z.number(),
  requests: z.number(),
  completed: z.number(),
  failed: z.number(),
  errors: z.record(z.string(), z.number()),
  reasons: z.record(z.string(), z.string()),
  requestsPerSecond: z.number(),
  keptAlive: z.number(),
  times: z.object({
    connect: TimeSummary,
    processing: TimeSummary,
    waiting: TimeSummary,
    total: TimeSummary,
  }),
  percentiles: z.array(z.object({ percent: z.number(), ms: z.number() })),
  histogram: z.array(z.object({ fromMs: z.number(), toMs: z.number(), count: z.number() })),
  overTime: z.array(
    z.object({
      second: z.number(),
      requestsPerSecond: z.number(),
      failed: z.number(),
      meanMs: z.number().optional(),
      maxMs: z.number().optional(),
    }),
  ),
  accuracy: z.object({ right: z.number(), compared: z.number() }).optional(),
});
export type Measurement = z.infer<typeof Measurement>;

/** How many machines like the one that was measured a load needs. */
const Capacity = z.object({
  targetQps: z.number(),
  level: z.string().optional(),
  qpsPerInstance: z.number(),
  measuredBy: z.enum(['ramp', 'loop']),
  headroom: z.number(),
  instances: z.number(),
  utilization: z.number(),
  cost: z.object({ perHour: z.number(), perMonth: z.number(), perMillionRequests: z.number() }).optional(),
});

export const LoadTest = z.object({
  job: Job,
  /** Absent before it is done. */
  measured: Measurement.optional(),
  steps: z.array(z.object({ rate: z.number(), holds: z.boolean(), measured: Measurement })).optional(),
  /** The service level that was asked for, and whether what was measured holds it; of a ramp, any of its rates. */
  promise: z.object({ level: z.string(), holds: z.boolean() }).optional(),
  capacity: Capacity.optional(),
  highestQps: z.number().optional(),
  generatorBusy: z.number().optional(),
  /** What the command printed: the table of ApacheBench, and the plan of machines. */
  printed: z.string(),
});
export type LoadTest = z.infer<typeof LoadTest>;

const ById = z.object({ id: z.string() });

export const LOADTESTS = {
  list: route({
    method: 'get',
    path: '/api/loadtests',
    summary: 'All load tests, the latest first',
    response: z.object({ loadtests: z.array(Job) }),
  }),
  start: route({
    method: 'post',
    path: '/api/loadtests',
    summary: 'Press a server of this studio',
    body: z.object({
      /** Its job. */
      server: z.string(),
      model: z.string(),
      endpoint: z.enum(['classify', 'chat']).default('classify'),
      dataset: z.string(),
      requests: z.number().int().min(1).max(10_000_000),
      concurrency: z.number().int().min(1).max(4096),
      keepAlive: z.boolean().default(true),
      timeoutSeconds: z.number().positive().max(3600).default(30),
      /** As `p95<500`: what counts as fast enough. */
      serviceLevel: z.string().max(60).optional(),
      targetQps: z.number().positive().optional(),
      /** Where the server asks for one: given to the job's process, and written nowhere. */
      key: z.string().max(4000).optional(),
      /** Of a machine. */
      pricePerHour: z.number().positive().optional(),
      /** Rates that rise until the service level breaks, in place of one concurrency. */
      ramp: z
        .object({
          from: z.number().positive(),
          to: z.number().positive().max(100_000),
          stepSeconds: z.number().min(1).max(600),
        })
        .optional(),
    }),
    response: Job,
  }),
  get: route({
    method: 'get',
    path: '/api/loadtests/{id}',
    summary: 'What a load test found',
    params: ById,
    response: LoadTest,
  }),
};
