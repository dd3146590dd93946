/** Server state: one query a route and input, told to look again when the studio says that something changed. */
import {
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import type { z } from 'zod';
import type { Route } from '../../src/studio/wire/index.ts';
import { CallError, call, type Input } from './call.ts';

interface AskOptions<T> {
  readonly enabled?: boolean;
  /** Keeps showing the last answer while the next one is on its way. */
  readonly keep?: boolean;
  /** Asks again and again, as long as it says how often. */
  readonly everyMs?: (data: T | undefined) => number | false;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        // The machine is this one or near: what does not answer now is down, and the stream says when it is back.
        retry: (count, error) => error instanceof CallError && error.code === 'offline' && count < 3,
      },
    },
  });
}

export function useAsk<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Response extends z.ZodType,
>(
  route: Route<Params, Query, Body, Response>,
  input: Input<Params, Query, Body> = {},
  { enabled = true, keep = false, everyMs }: AskOptions<z.output<Response>> = {},
): UseQueryResult<z.output<Response>, Error> {
  return useQuery({
    queryKey: [route.path, input.params ?? {}, input.query ?? {}, input.body ?? {}],
    queryFn: ({ signal }) => call(route, { ...input, signal }),
    enabled,
    ...(everyMs && {
      refetchInterval: ({ state }: { state: { data: unknown } }) =>
        everyMs(state.data as z.output<Response> | undefined),
    }),
    ...(keep && { placeholderData: (previous: unknown) => previous as never }),
  });
}

/** Something that changes the studio; what it changes is looked at anew by itself. */
export function useDo<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Response extends z.ZodType,
>(
  route: Route<Params, Query, Body, Response>,
): UseMutationResult<z.output<Response>, Error, Input<Params, Query, Body>> {
  return useMutation({ mutationFn: (input: Input<Params, Query, Body>) => call(route, input) });
}

/** Which routes show what a topic is about. */
const ROUTES_OF: Readonly<Record<string, readonly string[]>> = {
  jobs: [
    '/api/jobs',
    '/api/evaluations',
    '/api/models',
    '/api/experiments',
    '/api/loadtests',
    '/api/servers',
    '/api/enrichments',
  ],
  progress: ['/api/jobs', '/api/evaluations', '/api/experiments', '/api/loadtests', '/api/servers'],
  runs: ['/api/runs'],
  datasets: ['/api/datasets', '/api/bin'],
  models: ['/api/models'],
  settings: ['/api/settings'],
  keys: ['/api/keys'],
};

/** Listens to the studio for as long as the page is open. */
export function useLiveChanges(): void {
  const client = useQueryClient();
  useEffect(() => {
    const source = new EventSource('/api/changes');
    const look = (paths: readonly string[]) =>
      client.invalidateQueries({
        predicate: ({ queryKey }) => {
          const path = String(queryKey[0]);
          return paths.some((start) => path.startsWith(start));
        },
      });
    source.addEventListener('changed', (event) =>
      look(ROUTES_OF[(event as MessageEvent<string>).data] ?? []),
    );
    // What changed between the first answers and the opening of the stream was told to nobody.
    let wasLost = true;
    source.onerror = () => {
      wasLost = true;
    };
    source.onopen = () => {
      if (wasLost) void client.invalidateQueries();
      wasLost = false;
    };
    return () => source.close();
  }, [client]);
}
