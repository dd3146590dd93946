/** Calls a route of the studio, typed by the route itself; what goes wrong is an error with the server's code. */
import type { z } from 'zod';
import { heard, type Told, TunesmithError } from '../../src/core/portable.ts';
import type { Route } from '../../src/studio/wire/index.ts';

export interface Input<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  readonly params?: z.input<Params>;
  readonly query?: z.input<Query>;
  readonly body?: z.input<Body>;
  /** The bytes of a file, for a route that takes one. */
  readonly file?: Blob;
  readonly signal?: AbortSignal;
}

/** What the server, or the way to it, says went wrong. */
export class CallError extends TunesmithError {}

/** @throws CallError */
export async function call<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Response extends z.ZodType,
>(
  route: Route<Params, Query, Body, Response>,
  input: Input<Params, Query, Body> = {},
): Promise<z.output<Response>> {
  const { body, file, signal } = input;
  const isPost = route.method === 'post';
  const response = await request(urlOf(route, input), {
    method: route.method.toUpperCase(),
    ...(signal && { signal }),
    ...(isPost && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }),
    ...(file && { body: file }),
  });
  return parse(await response.text()) as z.output<Response>;
}

/**
 * An answer that says yes, whatever it holds.
 * @throws CallError
 */
export async function request(url: string, init: RequestInit): Promise<globalThis.Response> {
  const response = await fetch(url, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new CallError('offline', error instanceof Error ? error.message : String(error));
  });
  if (response.ok) return response;
  const text = await response.text();
  const {
    code = 'internal',
    message = text,
    zh,
  } = (parse(text) as { error?: Partial<Told> & { code?: string } })?.error ?? {};
  throw new CallError(code, heard({ message, zh }));
}

function urlOf(
  route: Pick<Route, 'path'>,
  { params = {}, query = {} }: { params?: unknown; query?: unknown },
): string {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((params as Record<string, unknown>)[name])),
  );
  const pairs = Object.entries(query as Record<string, unknown>).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]));
  return pairs.length > 0 ? `${path}?${search}` : path;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no answer of ours: its text is the message
  }
}
