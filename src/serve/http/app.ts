/** All endpoints behind what guards them: request ids, the log, names, keys, and errors in one form. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import { cors } from 'hono/cors';
import { addApiPage } from '../endpoints/api-page.ts';
import { addChatCompletions } from '../endpoints/chat-completions.ts';
import { addClassify } from '../endpoints/classify.ts';
import { addCompletions } from '../endpoints/completions.ts';
import { addEmbeddings } from '../endpoints/embeddings.ts';
import { addHealth } from '../endpoints/health.ts';
import { addMetrics } from '../endpoints/metrics.ts';
import { addModels } from '../endpoints/models.ts';
import { ApiError, badRequest, toApiError } from './api-error.ts';
import { createKeyring, type KeyHash } from './api-keys.ts';
import type { App, AppContext, AppEnv } from './app-env.ts';
import { Call, ClientGone } from './call.ts';
import { namesThisMachine } from './local-hosts.ts';
import { logCall, logFailure, type WriteLine } from './request-log.ts';

export interface AppOptions {
  readonly keys: readonly KeyHash[];
  readonly corsOrigins: readonly string[];
  /** Answers only to names of this machine. */
  readonly localOnly: boolean;
  readonly version: string;
  /** One line for each request; without it failures alone are written. */
  readonly accessLog: boolean;
  readonly log: WriteLine;
  /** The figures of all processes behind the port. */
  readonly readMetrics: () => Promise<string>;
}

/** A status that nobody receives: the client left before. */
const CLIENT_LEFT = 499;
const GUARDED = /^\/(v1\/|metrics$)/;

export function createListener(context: AppContext, options: AppOptions): RequestListener {
  const app: App = new OpenAPIHono<AppEnv>();
  addGuards(app, context, options);
  addModels(app, context);
  addChatCompletions(app, context);
  addCompletions(app, context);
  addEmbeddings(app, context);
  addClassify(app, context);
  addHealth(app, context);
  addMetrics(app, context.metrics.registry.contentType, options.readMetrics);
  addApiPage(app, {
    version: options.version,
    names: context.models.models.map(({ name }) => name),
    hasKeys: options.keys.length > 0,
  });
  addRefusals(app);
  // A request that is too broken to become one.
  const errorHandler = () =>
    asResponse(badRequest('the request line or a header is broken', { headers: { Connection: 'close' } }));
  const listener = getRequestListener(app.fetch as Parameters<typeof getRequestListener>[0], {
    errorHandler,
  });
  return listener as RequestListener;
}

function addGuards(app: App, context: AppContext, options: AppOptions): void {
  const { keys, corsOrigins, localOnly, accessLog, log } = options;
  const keyOf = createKeyring(keys);
  const endpoints = new Set<string>();
  app.use(async (c, next) => {
    const { incoming, outgoing } = c.env as { incoming: IncomingMessage; outgoing: ServerResponse };
    const call = new Call(incoming, outgoing);
    if (endpoints.size === 0) for (const { path } of app.routes) endpoints.add(path);
    if (endpoints.has(c.req.path)) call.endpoint = c.req.path;
    c.set('call', call);
    outgoing.setHeader('X-Request-Id', call.id);
    outgoing.once('close', () => {
      const status = outgoing.writableFinished ? outgoing.statusCode : CLIENT_LEFT;
      context.metrics.count(call, status);
      if (accessLog) logCall(log, call, status);
      if (call.failure !== undefined) logFailure(log, call);
    });
    await next();
  });
  if (localOnly) {
    app.use(async (c, next) => {
      if (namesThisMachine(c.env.incoming.headers.host)) return next();
      throw new ApiError(
        421,
        'this server answers to names of its own machine only; set an API key to open it',
        {
          code: 'misdirected_request',
        },
      );
    });
  }
  if (corsOrigins.length > 0) {
    app.use(cors({ origin: [...corsOrigins], exposeHeaders: ['X-Request-Id', 'Retry-After'] }));
  }
  if (keys.length > 0) {
    app.use(async (c, next) => {
      if (!GUARDED.test(c.req.path)) return next();
      const name = keyOf(c.env.incoming.headers.authorization);
      if (name === undefined) {
        throw new ApiError(401, 'no API key that is known; send "Authorization: Bearer KEY"', {
          code: 'invalid_api_key',
          headers: { 'WWW-Authenticate': 'Bearer' },
        });
      }
      c.var.call.key = name;
      return next();
    });
  }
}

function addRefusals(app: App): void {
  // Whatever the paths do not take in other ways, with the ways that they do.
  const allowed = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method === 'ALL') continue;
    const methods = allowed.get(path) ?? new Set();
    for (const name of method === 'GET' ? ['GET', 'HEAD'] : [method]) methods.add(name);
    allowed.set(path, methods);
  }
  for (const [path, methods] of allowed) {
    const list = [...methods].join(', ');
    app.all(path, (c) => {
      throw new ApiError(405, `${c.req.method.slice(0, 20)} is not for this path; use ${list}`, {
        code: 'method_not_allowed',
        headers: { Allow: list },
      });
    });
  }
  app.notFound((c) =>
    asResponse(
      new ApiError(404, `there is no ${c.req.path.slice(0, 100)}; see /docs`, { code: 'unknown_url' }),
    ),
  );
  app.onError((error, c) => {
    const { call } = c.var;
    if (error instanceof ClientGone || c.env.outgoing.destroyed || c.env.incoming.errored) {
      return new Response(null, { status: CLIENT_LEFT }); // Nobody is there to read it.
    }
    const told = toApiError(error);
    if (told.status >= 500) call.failure = error;
    return asResponse(told);
  });
}

function asResponse({ status, body, headers }: ApiError): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}
