/** Asks a served model and passes on the pieces of its answer as they come. Knows no page. */
import { heard, type Told } from '../../../src/core/portable.ts';
import { CallError } from '../../api/call.ts';
import type { chatBody } from './chat-request.ts';

export interface Piece {
  readonly text: string;
  readonly thought: string;
  /** Of the answer, once it is over. */
  readonly tokens?: number;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly reasoning_content?: string | null };
  }[];
  readonly usage?: { readonly completion_tokens?: number } | null;
  readonly error?: { readonly message?: string };
}

/** @throws CallError when the server refuses */
export async function* streamChat(
  server: string,
  body: ReturnType<typeof chatBody>,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const response = await fetch(`/api/servers/${encodeURIComponent(server)}/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok || !response.body) {
    const { error } = (await response.json()) as { error?: Told & { code: string } };
    throw new CallError(error?.code ?? 'internal', error ? heard(error) : response.statusText);
  }
  for await (const data of eventsOf(response.body)) {
    if (data === '[DONE]') return;
    const { choices, usage, error } = JSON.parse(data) as Chunk;
    if (error) throw new CallError('model', error.message ?? 'the server gave up');
    const delta = choices?.[0]?.delta;
    yield {
      text: delta?.content ?? '',
      thought: delta?.reasoning_content ?? '',
      ...(usage?.completion_tokens !== undefined && { tokens: usage.completion_tokens }),
    };
  }
}

/** The data of server-sent events, one by one. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) yield line.slice(5).trim();
  }
}
