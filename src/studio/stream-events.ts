/**
 * Server-sent events: of one run or job, from any byte of its file on, and of what has changed in the studio. The id of
 * an event is the byte offset behind it, so a page that lost its connection goes on where it was.
 */
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { followEvents } from '../runs/index.ts';

/** Keeps the connection open through proxies, and tells a page that is gone. */
const HEARTBEAT_MS = 15_000;

/** What may have changed, as the page calls it. */
export type Topic = 'jobs' | 'progress' | 'runs' | 'datasets' | 'models' | 'settings' | 'keys';

/** Tells every open page what has changed. */
export class Changes {
  readonly #listeners = new Set<(topic: Topic) => void>();

  tell(...topics: readonly Topic[]): void {
    for (const listener of this.#listeners) for (const topic of topics) listener(topic);
  }

  listen(listener: (topic: Topic) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The events of a folder; after its last one an event `end`, and the page need not ask again. */
export function streamFolder(context: Context, folder: string): Response {
  const last = context.req.header('last-event-id') ?? context.req.query('from') ?? '0';
  const from = /^\d{1,15}$/.test(last) ? Number(last) : 0;
  return stream(context, async (sse, signal) => {
    for await (const { event, end } of followEvents(folder, { from, signal })) {
      await sse.writeSSE({ id: String(end), event: event.type, data: JSON.stringify(event) });
    }
    if (!signal.aborted) await sse.writeSSE({ event: 'end', data: '{}' });
  });
}

export function streamChanges(context: Context, changes: Changes): Response {
  return stream(context, async (sse, signal) => {
    await new Promise<void>((resolve) => {
      const stop = changes.listen((topic) => void sse.writeSSE({ event: 'changed', data: topic }));
      signal.addEventListener('abort', () => {
        stop();
        resolve();
      });
    });
  });
}

function stream(
  context: Context,
  write: (sse: SSEStreamingApi, signal: AbortSignal) => Promise<void>,
): Response {
  return streamSSE(context, async (sse) => {
    const closing = new AbortController();
    sse.onAbort(() => closing.abort());
    const beat = setInterval(() => void sse.write(': \n\n'), HEARTBEAT_MS);
    try {
      await sse.write(': open\n\n');
      await write(sse, closing.signal);
    } finally {
      clearInterval(beat);
    }
  });
}
