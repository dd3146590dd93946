/**
 * One connection to the server, carrying one request at a time and measured as ab measures: connect, first byte, last
 * byte. It is opened by the request that first needs it, and again after a failure or where it is not kept alive.
 */
import type { Socket } from 'node:net';
import { buildConnector, Client } from 'undici';

export interface Target {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly keepAlive: boolean;
  /** From the start of a request to its last byte. */
  readonly timeoutMs: number;
}

/** Why there is no whole answer. */
type Loss = 'connect' | 'timeout' | 'receive';

/** One request and what came of it; times in milliseconds. */
export interface Exchange {
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  /** Zero where the connection stood already. */
  readonly connectMs: number;
  /** From the sent request to the head of the answer; undefined where none came. */
  readonly waitingMs: number | undefined;
  /** From the start to the last byte, or to the failure. */
  readonly totalMs: number;
  readonly status: number | undefined;
  readonly server: string | undefined;
  readonly keptAlive: boolean;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly bodyBytes: number;
  /** Its first MiB. */
  readonly body: Buffer;
  readonly loss: Loss | undefined;
  readonly reason: string | undefined;
}

/** What lies beyond is counted, not kept: no label is that long. */
const MAX_KEPT_BYTES = 1 << 20;

export class Connection {
  readonly #target: Target;
  readonly #url: URL;
  #client: Client | undefined;
  #socket: Socket | undefined;
  #connectedAt: number | undefined;
  #isClosed = false;

  constructor(target: Target) {
    this.#target = target;
    this.#url = new URL(target.url);
  }

  /**
   * @param timeoutMs less than the target's where a part of its time has passed
   * @returns undefined when the connection was closed meanwhile
   */
  send(body: string | undefined, timeoutMs = this.#target.timeoutMs): Promise<Exchange | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    const { method, headers, keepAlive } = this.#target;
    const startedAt = performance.now();
    this.#connectedAt = undefined;
    this.#client ??= this.#open();
    const client = this.#client;
    const before = { read: this.#socket?.bytesRead ?? 0, written: this.#socket?.bytesWritten ?? 0 };
    const socketBefore = this.#socket;
    let sentAt = startedAt;
    let headAt: number | undefined;
    let status: number | undefined;
    let server: string | undefined;
    let bodyBytes = 0;
    let timedOut = false;
    let isKept = false;
    const chunks: Buffer[] = [];

    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        timedOut = true;
        void client.destroy(new Error(`no whole answer within ${this.#target.timeoutMs / 1000} s`));
      }, timeoutMs);
      const end = (error?: Error) => {
        clearTimeout(timer);
        const totalMs = performance.now() - startedAt;
        if (this.#isClosed) return resolve(undefined);
        const isSame = this.#socket === socketBefore;
        const connectMs = this.#connectedAt === undefined ? 0 : this.#connectedAt - startedAt;
        const hasConnected = this.#connectedAt !== undefined || headAt !== undefined || sentAt > startedAt;
        const loss = !error ? undefined : timedOut ? 'timeout' : hasConnected ? 'receive' : 'connect';
        const exchange: Exchange = {
          ...{ startedAt, connectMs, totalMs, status, server, bodyBytes, loss },
          waitingMs: headAt === undefined ? undefined : headAt - sentAt,
          keptAlive: isKept && !error,
          bytesReceived: (this.#socket?.bytesRead ?? 0) - (isSame ? before.read : 0),
          bytesSent: (this.#socket?.bytesWritten ?? 0) - (isSame ? before.written : 0),
          body: Buffer.concat(chunks),
          reason: error && sentenceOf(error),
        };
        if (error) this.#drop();
        resolve(exchange);
      };
      client.dispatch(
        {
          path: this.#url.pathname + this.#url.search,
          method,
          headers: { ...headers },
          reset: !keepAlive,
          ...(body !== undefined && { body }),
        },
        {
          onRequestStart: () => {
            sentAt = performance.now();
          },
          onResponseStart: (_, code, answered) => {
            headAt = performance.now();
            status = code;
            server = textOf(answered['server']);
            isKept = keepAlive && textOf(answered['connection'])?.toLowerCase() !== 'close';
          },
          onResponseData: (_, chunk) => {
            bodyBytes += chunk.length;
            if (bodyBytes <= MAX_KEPT_BYTES) chunks.push(chunk);
          },
          onResponseEnd: () => end(),
          onResponseError: (_, error) => end(error),
        },
      );
    });
  }

  /** Gives up what is under way. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  #drop(): void {
    void this.#client?.destroy();
    this.#client = undefined;
    this.#socket = undefined;
  }

  #open(): Client {
    // The request's own limit holds for connecting too.
    const connect = buildConnector({ timeout: 0, allowH2: false });
    return new Client(this.#url.origin, {
      connect: (options, callback) => {
        connect(options, (...[error, socket]) => {
          if (error) return callback(error, null);
          this.#connectedAt = performance.now();
          this.#socket = socket;
          callback(null, socket);
        });
      },
      headersTimeout: 0,
      bodyTimeout: 0,
      pipelining: 1,
    });
  }
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

/** Of an error that gathers others, as for a name with several addresses, their messages. */
function sentenceOf(error: Error): string {
  if (error.message !== '' || !('errors' in error) || !Array.isArray(error.errors)) return error.message;
  return error.errors.map((inner: Error) => inner.message).join('; ');
}
