/**
 * How an endpoint is added: to the routes, and to the page that describes them. What all of them do alike (the queue,
 * the clock, the body's check) is done here.
 */
import type { z } from '@hono/zod-openapi';
import { errorResponse } from '../wire/error.ts';
import type { App, AppContext } from './app-env.ts';
import type { Call } from './call.ts';
import { readJson } from './read-json.ts';

interface PostEndpoint<Schema extends z.ZodType> {
  readonly path: string;
  readonly summary: string;
  readonly request: Schema;
  readonly response: z.ZodType;
  /** Whether `stream: true` gives server-sent events instead. */
  readonly streams?: boolean;
  readonly handle: (request: z.output<Schema>, call: Call) => Promise<Response>;
}

const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request cannot be carried out as it is.',
  401: 'No API key that is known.',
  404: 'There is no such model.',
  408: 'The request did not arrive in time.',
  413: 'The body is too large.',
  415: 'The body is no JSON.',
  429: 'The queue is full.',
  500: 'The server failed.',
  503: 'The server is ending.',
  504: 'The answer took too long.',
};

/** JSON in each, and [DONE] in the last. */
const EVENT = { type: 'object' as const, properties: { data: { type: 'string' as const } } };
const EVENTS = { 'text/event-stream': { schema: EVENT } };

export function addPost<Schema extends z.ZodType>(
  app: App,
  { gate, maxBodyBytes, requestTimeoutSeconds }: AppContext,
  { path, summary, request, response, streams = false, handle }: PostEndpoint<Schema>,
): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path,
    summary,
    security: [{ apiKey: [] }],
    request: { body: { required: true, content: { 'application/json': { schema: request } } } },
    responses: {
      200: {
        description: streams ? 'The answer; as events where stream is set.' : 'The answer.',
        content: { 'application/json': { schema: response }, ...(streams && EVENTS) },
      },
      ...errorResponses(),
    },
  });
  app.post(path, async (context) => {
    const { call } = context.var;
    gate.enter();
    // A streamed answer goes on after this function has returned.
    context.env.outgoing.once('close', () => gate.leave());
    call.limit(requestTimeoutSeconds);
    return handle(await readJson(context.env.incoming, request, maxBodyBytes), call);
  });
}

function errorResponses(): Record<number, object> {
  const content = { 'application/json': { schema: errorResponse } };
  return Object.fromEntries(
    Object.entries(ERRORS).map(([status, description]) => [status, { description, content }]),
  );
}

/** An answer in one piece. */
export function jsonResponse(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } });
}
