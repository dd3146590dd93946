/**
 * Binds a route of the wire to what answers it: input is checked by its schemas before, and whatever is thrown becomes
 * the one shape of a problem.
 */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { type Bilingual, TunesmithError, textOf, told } from '../core/index.ts';
import { Problem, type Route } from './wire/index.ts';

interface Input<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  /** The bytes of the request, for a route that takes a file. */
  readonly raw: ReadableStream<Uint8Array> | null;
  readonly signal: AbortSignal;
}

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 422 | 500;

/** By the error's code; what is not named is a mistake in what was asked. */
const STATUS: Readonly<Record<string, Status>> = {
  internal: 500,
  run: 409,
  missing: 404,
  forbidden: 403,
  token: 401,
  large: 413,
  request: 400,
};

/** Something that a request names and that is not there. */
export class MissingError extends TunesmithError {
  constructor(message: string | Bilingual) {
    super('missing', message);
  }
}

export function createApi(): OpenAPIHono {
  const api = new OpenAPIHono({
    defaultHook: (result, context) => {
      if (result.success) return undefined;
      const inWords = (request: string, and: string) =>
        result.error.issues.map(({ path, message }) => `${path.join('.') || request}: ${message}`).join(and);
      return problem(context, 'request', { en: inWords('the request', '; '), zh: inWords('请求', '；') });
    },
  });
  api.onError((error, context) => answerError(error, context));
  api.notFound(noSuchAddress);
  return api;
}

export function bind<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Response extends z.ZodType,
>(
  api: OpenAPIHono,
  route: Route<Params, Query, Body, Response>,
  answer: (input: Input<Params, Query, Body>) => z.input<Response> | Promise<z.input<Response>>,
): void {
  const takesJson = route.method === 'post';
  const told = createRoute({
    method: route.method,
    path: route.path,
    summary: route.summary,
    request: {
      params: route.params,
      query: route.query,
      ...(takesJson && {
        body: { required: true, content: { 'application/json': { schema: route.body } } },
      }),
    },
    responses: {
      200: { description: 'done', content: { 'application/json': { schema: route.response } } },
      400: { description: 'not so', content: { 'application/json': { schema: Problem } } },
    },
  });
  const handler = async (context: Context) => {
    const valid = (part: string) => context.req.valid(part as never) as unknown;
    const answered = await answer({
      params: valid('param') as z.output<Params>,
      query: valid('query') as z.output<Query>,
      body: (takesJson ? valid('json') : {}) as z.output<Body>,
      raw: context.req.raw.body,
      signal: context.req.raw.signal,
    });
    return context.json(answered as object);
  };
  api.openapi(told, handler as never);
}

export function noSuchAddress(context: Context): Response {
  const { path } = context.req;
  return problem(context, 'missing', {
    en: `${path}: there is no such address`,
    zh: `${path}：没有这个地址`,
  });
}

export function problem(context: Context, code: string, text: string | Bilingual): Response {
  return context.json({ error: { code, ...told(text) } }, STATUS[code] ?? 422);
}

function answerError(error: Error, context: Context): Response {
  if (error instanceof HTTPException) {
    if (error.status === 413) {
      return problem(context, 'large', {
        en: 'the request is too large; send less at once',
        zh: '请求过大；请减少一次发送的内容',
      });
    }
    const unread = { en: 'the request cannot be read; send JSON', zh: '请求无法解析；请发送 JSON' };
    return problem(context, 'request', error.message || unread);
  }
  if (error instanceof TunesmithError) return problem(context, error.code, textOf(error));
  console.error(error);
  const { en, zh } = textOf(error);
  return problem(context, 'internal', {
    en: `internal: ${en}; see the terminal of the studio`,
    zh: `内部错误：${zh}；请看 studio 所在的终端`,
  });
}
