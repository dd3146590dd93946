/** Enriching a data set by a teacher, as the page sees it. */
import { z } from 'zod';
import { DatasetName, Finding } from './dataset.ts';
import { Job } from './job.ts';
import { route } from './route.ts';

export const EnrichTask = z.enum(['thought', 'system', 'paraphrase', 'label', 'answer']);
export type EnrichTask = z.infer<typeof EnrichTask>;

const MOST_PROMPT = 20_000;

const EnrichSettings = z.object({
  dataset: z.string(),
  task: EnrichTask,
  /** A model of this machine, or whoever answers OpenAI-style chats at a URL. */
  teacher: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('local'), model: z.string().min(1) }),
    z.object({
      kind: z.literal('endpoint'),
      url: z.string().min(1).max(2000),
      model: z.string().max(200).optional(),
    }),
  ]),
  /** Name of the new data set. */
  as: DatasetName,
  /** Whether the teacher is told the row's answer. */
  withLabel: z.boolean().default(false),
  /** In place of the task's own. */
  prompt: z.string().max(MOST_PROMPT).optional(),
  /** Versions of each row, of paraphrase. */
  count: z.number().int().min(1).max(20).default(2),
  concurrency: z.number().int().min(1).max(256).default(8),
  temperature: z.number().min(0).max(2).default(0.7),
  maxTokens: z.number().int().min(1).max(32_768).default(512),
  /** The first so many rows. */
  maxSamples: z.number().int().min(1).optional(),
  /** Of a million tokens, to show the cost. */
  priceIn: z.number().min(0).optional(),
  priceOut: z.number().min(0).optional(),
});
export type EnrichSettings = z.infer<typeof EnrichSettings>;

/** Kept in memory until the job begins, and in no file. */
const ApiKey = z.string().max(4000).optional();

const EnrichFigures = z.object({
  asked: z.number(),
  kept: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  cost: z.number(),
  /** Once it is there. */
  made: z
    .object({
      name: z.string(),
      rows: z.number(),
      /** Of labels: how often the teacher says the same. */
      agreement: z.number().optional(),
      findings: z.array(Finding),
      findingCount: z.number(),
      /** Where the new rows tell their own answer. */
      givesAway: z.array(
        z.object({
          what: z.object({ en: z.string(), zh: z.string() }),
          why: z.object({ en: z.string(), zh: z.string() }),
        }),
      ),
    })
    .optional(),
});

const Enrichment = z.object({ job: Job, settings: EnrichSettings, figures: EnrichFigures.optional() });
export type Enrichment = z.infer<typeof Enrichment>;

export const ENRICHMENTS = {
  list: route({
    method: 'get',
    path: '/api/enrichments',
    summary: 'What teachers added, or are adding, to data sets; the latest first',
    query: z.object({ dataset: z.string().optional() }),
    response: z.object({ enrichments: z.array(Enrichment) }),
  }),
  start: route({
    method: 'post',
    path: '/api/enrichments',
    summary: 'Have a teacher enrich a data set',
    body: EnrichSettings.extend({ apiKey: ApiKey }),
    response: Job,
  }),
  resume: route({
    method: 'post',
    path: '/api/enrichments/{id}/resume',
    summary: 'Go on where one ended early; no answer is paid for twice',
    params: z.object({ id: z.string() }),
    body: z.object({ apiKey: ApiKey }),
    response: Job,
  }),
};
