/** Server-sent events as OpenAI sends them: one JSON an event, then [DONE]; an error is an event and the last one. */
import { toApiError } from './api-error.ts';
import type { Call } from './call.ts';
import { ClientGone } from './call.ts';

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache',
  // Said beforehand, so that the first event is not waited for to find out the length.
  'Transfer-Encoding': 'chunked',
  'X-Accel-Buffering': 'no',
};

export function eventResponse(events: AsyncGenerator<unknown>, call: Call): Response {
  return new Response(ReadableStream.from(written(events, call)), { headers: HEADERS });
}

const encoder = new TextEncoder();

async function* written(events: AsyncGenerator<unknown>, call: Call): AsyncGenerator<Uint8Array> {
  try {
    for await (const event of events) yield encoder.encode(`data: ${JSON.stringify(event)}\n\n`);
    yield encoder.encode('data: [DONE]\n\n');
  } catch (error) {
    if (error instanceof ClientGone) return;
    const told = toApiError(error);
    if (told.status >= 500) call.failure = error;
    yield encoder.encode(`data: ${JSON.stringify(told.body)}\n\n`);
  }
}
