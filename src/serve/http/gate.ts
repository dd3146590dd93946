/** Lets so many requests in at a time, and none any more once the server is to end. */
import { ApiError } from './api-error.ts';

/** Seconds after which a client that found the queue full should come again. */
const RETRY_AFTER = '1';

export class Gate {
  readonly #limit: number;
  #inside = 0;
  #closed = false;

  /** @param limit requests that may wait or run */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get inside(): number {
    return this.#inside;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @throws ApiError 429 when full, 503 when closed */
  enter(): void {
    if (this.#closed) {
      throw new ApiError(503, 'the server is ending; ask another one, or again later', {
        code: 'shutting_down',
        headers: { 'Retry-After': RETRY_AFTER, Connection: 'close' },
      });
    }
    if (this.#inside >= this.#limit) {
      throw new ApiError(429, `${this.#limit} requests wait already; try again later`, {
        code: 'queue_full',
        headers: { 'Retry-After': RETRY_AFTER },
      });
    }
    this.#inside++;
  }

  leave(): void {
    this.#inside--;
  }

  close(): void {
    this.#closed = true;
  }
}
