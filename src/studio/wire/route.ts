/** A route of the studio's API as both sides see it: the server checks by it, the page calls by it, the API page lists it. */
import { z } from 'zod';

// The page's policy forbids code that is written at run time, and zod would try at the first schema.
z.config({ jitless: true });

const Nothing = z.object({});
type Nothing = typeof Nothing;

export interface Route<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With names in braces for the parameters. */
  readonly path: string;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly response: Response;
}

interface Given<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Response extends z.ZodType,
> {
  readonly method: Route['method'];
  readonly path: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly response: Response;
}

/** What is left out takes nothing. */
export function route<
  Response extends z.ZodType,
  Params extends z.ZodObject = Nothing,
  Query extends z.ZodObject = Nothing,
  Body extends z.ZodType = Nothing,
>(given: Given<Params, Query, Body, Response>): Route<Params, Query, Body, Response> {
  const { params = Nothing, query = Nothing, body = Nothing, ...rest } = given;
  return { ...rest, params, query, body } as Route<Params, Query, Body, Response>;
}

/** A sentence `<where>: <what is wrong>; <what to do>` in English, and in Chinese where there is such. */
export const Told = z.object({ message: z.string(), zh: z.string().optional() });

/** What went wrong, as every route answers it; the code is stable and names the class of problem. */
export const Problem = z.object({ error: Told.extend({ code: z.string() }) });

/** Done, with nothing to tell. */
export const Done = z.object({ done: z.boolean() });

/** A page of a long list. */
export const Window = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
