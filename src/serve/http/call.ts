/**
 * One request on its way: who it is, when it has to end, and what the log and the metrics will say of it. Ends early
 * when its client goes or its time is over.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';

/** Thrown into work whose client is gone; nobody is left to hear of it. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Names that clients give: short, and free of anything that could forge a line of a log. */
const REQUEST_ID = /^[\w.-]{1,128}$/;

export class Call {
  readonly id: string;
  readonly method: string;
  readonly #stop = new AbortController();
  readonly #started = performance.now();
  #timer: NodeJS.Timeout | undefined;
  /** The pattern of the path, so that there are few; `other` for what is not there. */
  endpoint = 'other';
  /** As the request names it. */
  model: string | undefined;
  /** The name of the API key. */
  key: string | undefined;
  promptTokens = 0;
  completionTokens = 0;
  firstTokenMs: number | undefined;
  /** What went wrong on our side; for the log only. */
  failure: unknown;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    const given = incoming.headers['x-request-id'];
    this.id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    this.method = incoming.method ?? '';
    outgoing.once('close', () => {
      clearTimeout(this.#timer);
      if (!outgoing.writableFinished) this.#stop.abort(new ClientGone());
    });
  }

  /** Aborted when nobody waits for an answer any more. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get elapsedMs(): number {
    return performance.now() - this.#started;
  }

  /** From now on the clock runs. */
  limit(seconds: number): void {
    const late = () =>
      this.#stop.abort(
        new ApiError(504, `the request took longer than ${seconds} s; try again later, or ask for less`, {
          code: 'deadline_exceeded',
        }),
      );
    this.#timer = setTimeout(late, seconds * 1000);
  }

  /** The first token of an answer is there. */
  sawToken(): void {
    this.firstTokenMs ??= this.elapsedMs;
  }
}
