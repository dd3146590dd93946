/** Models that are served, and talking to them. */
import { z } from 'zod';
import { Job } from './job.ts';
import { Done, route } from './route.ts';

/** A served model: what requests call it, and what it is. */
export const ServedModel = z.object({
  name: z.string(),
  /** Empty for the base model. */
  adapter: z.string(),
});

export const Server = z.object({
  job: Job,
  base: z.string(),
  models: z.array(ServedModel),
  /** It answers. */
  isReady: z.boolean(),
  /** Where requests go to; of one that other machines reach, by the name of this one. */
  url: z.string().optional(),
  needsKey: z.boolean(),
  /** Other machines reach it. */
  isOpen: z.boolean(),
});
export type Server = z.infer<typeof Server>;

/** By the server's own metrics: counts since it began, percentiles of the last minute. */
export const ServerFigures = z.object({
  requests: z.number(),
  failed: z.number(),
  inside: z.number(),
  /** Requests that wait for a place in the batch, and rows of the latest pass. */
  waiting: z.number().optional(),
  batchSize: z.number().optional(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  tokensPerSecond: z.number().optional(),
  /** Seconds; absent where nothing was asked of late. */
  p50: z.number().optional(),
  p95: z.number().optional(),
  p99: z.number().optional(),
  memoryBytes: z.number().optional(),
  /** Requests per second between looks at it, each with how many seconds ago it was, as a negative number. */
  rates: z.array(z.object({ second: z.number(), qps: z.number() })),
});
export type ServerFigures = z.infer<typeof ServerFigures>;

export const ChatMessage = z.object({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string().max(100_000),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/** What a server is asked; the answer is a stream of OpenAI's chunks. */
export const ChatRequest = z.object({
  model: z.string(),
  messages: z.array(ChatMessage).min(1).max(500),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().gt(0).max(1).optional(),
  top_k: z.number().int().min(0).max(1000).optional(),
  repetition_penalty: z.number().gt(0).max(2).optional(),
  seed: z.number().int().min(0).optional(),
  max_tokens: z.number().int().min(1).max(8192).optional(),
  enable_thinking: z.boolean().optional(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

const ById = z.object({ id: z.string() });

export const SERVERS = {
  list: route({
    method: 'get',
    path: '/api/servers',
    summary: 'Models that are, or were, served',
    response: z.object({ servers: z.array(Server) }),
  }),
  start: route({
    method: 'post',
    path: '/api/servers',
    summary: 'Serve a model and its adapters',
    body: z.object({
      model: z.string(),
      adapters: z.array(z.string()).max(10).default([]),
      /** 0 takes a free one. */
      port: z.number().int().min(0).max(65535).default(0),
      /** Asks requests for one of the API keys. */
      needsKey: z.boolean().default(false),
      /** Lets other machines reach it; needs a key. */
      isOpen: z.boolean().default(false),
      settings: z.record(z.string(), z.unknown()).default({}),
    }),
    response: Server,
  }),
  keys: route({
    method: 'get',
    path: '/api/keys',
    summary: 'The names of the API keys that servers started here ask for',
    response: z.object({ keys: z.array(z.string()) }),
  }),
  addKey: route({
    method: 'post',
    path: '/api/keys',
    summary: 'Make an API key; it is told this once, and its hash is kept',
    body: z.object({ name: z.string().regex(/^\w[\w.-]{0,63}$/) }),
    response: z.object({ key: z.string() }),
  }),
  removeKey: route({
    method: 'delete',
    path: '/api/keys/{name}',
    summary: 'Take an API key back; servers that run have read it already',
    params: z.object({ name: z.string() }),
    response: Done,
  }),
  figures: route({
    method: 'get',
    path: '/api/servers/{id}/figures',
    summary: 'How a server fares',
    params: ById,
    response: ServerFigures,
  }),
};
