/** One line of JSON for each request: who, what, how long, how it ended. Never a prompt, an answer, a key or a header. */
import { messageOf } from '../../core/index.ts';
import type { Call } from './call.ts';

export type WriteLine = (line: string) => void;

export function logCall(write: WriteLine, call: Call, status: number): void {
  const { id, method, endpoint, model, key, promptTokens, completionTokens, firstTokenMs, elapsedMs } = call;
  write(
    JSON.stringify({
      time: new Date().toISOString(),
      level: status >= 500 ? 'error' : 'info',
      request_id: id,
      method,
      endpoint,
      status,
      ms: rounded(elapsedMs),
      first_token_ms: firstTokenMs === undefined ? undefined : rounded(firstTokenMs),
      model: model?.slice(0, 100),
      key,
      prompt_tokens: promptTokens || undefined,
      completion_tokens: completionTokens || undefined,
    }),
  );
}

/** What went wrong on our side, with its place. */
export function logFailure(write: WriteLine, call: Call): void {
  const { id, failure } = call;
  const error = failure instanceof Error ? (failure.stack ?? failure.message) : messageOf(failure);
  write(JSON.stringify({ time: new Date().toISOString(), level: 'error', request_id: id, error }));
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;
