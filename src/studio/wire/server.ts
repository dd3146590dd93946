/** Models that are served, and talking to them. */
import { z } from 'zod';
import { Job } from './job.ts';
import { route } from './route.ts';

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
});
export type Server = z.infer<typeof Server>;

/** Since the server began, by its own metrics. */
export const ServerFigures = z.object({
  requests: z.number(),
  failed: z.number(),
  inside: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  tokensPerSecond: z.number().optional(),
  /** Seconds; absent before the first request. */
  p50: z.number().optional(),
  p95: z.number().optional(),
  p99: z.number().optional(),
  memoryBytes: z.number().optional(),
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
      settings: z.record(z.string(), z.unknown()).default({}),
    }),
    response: Server,
  }),
  figures: route({
    method: 'get',
    path: '/api/servers/{id}/figures',
    summary: 'How a server fares',
    params: ById,
    response: ServerFigures,
  }),
};
