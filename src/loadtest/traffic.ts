/**
 * Sends requests in a closed or an open loop and tells of each that is over. Connections are opened as they are needed,
 * and kept from one loop to the next. Knows nothing of figures.
 */
import { Connection, type Exchange } from './connection.ts';
import { judgeExchange } from './judge-answer.ts';
import type { ClosedLoop, Extent, LoadTestOrder, OpenLoop, PreparedRequest } from './order.ts';
import type { Outcome } from './recorder.ts';

/** Hears of each request that is over, in the order in which they end. */
export type OnOutcome = (outcome: Outcome) => void;

export class Traffic {
  readonly #order: LoadTestOrder;
  readonly #connections: Connection[] = [];
  #firstBodyBytes: number | undefined;
  #next = 0;

  constructor(order: LoadTestOrder) {
    this.#order = order;
  }

  /** Resolves when all requests are over, or at once when the signal comes: what is under way counts for nothing then. */
  async closedLoop(
    { concurrency, ...extent }: Omit<ClosedLoop, 'kind'>,
    onOutcome: OnOutcome,
    signal: AbortSignal,
  ): Promise<void> {
    const until = endOf(extent);
    let sent = 0;
    const client = async (connection: Connection) => {
      while (sent < (extent.requests ?? Number.POSITIVE_INFINITY) && performance.now() < until) {
        sent++;
        const outcome = await this.#perform(connection, this.#take());
        if (!outcome) return;
        onOutcome(outcome);
      }
    };
    const clients = Math.min(concurrency, extent.requests ?? concurrency);
    await this.#unlessAborted(signal, async () => {
      await Promise.all(Array.from({ length: clients }, (_, index) => client(this.#connection(index))));
    });
  }

  /** As closedLoop; a request that is still waiting for a connection when its time is up was never sent and timed out. */
  async openLoop(
    { rate, connections, ...extent }: Omit<OpenLoop, 'kind'>,
    onOutcome: OnOutcome,
    signal: AbortSignal,
  ): Promise<void> {
    const { timeoutMs } = this.#order.target;
    const startedAt = performance.now();
    const count = Math.min(
      extent.requests ?? Number.POSITIVE_INFINITY,
      Math.ceil((extent.seconds ?? Number.POSITIVE_INFINITY) * rate),
    );
    const dueAt = (index: number) => startedAt + (index * 1000) / rate;
    const free: Connection[] = [];
    let opened = 0;
    /** Requests that were taken up; those from here to the last that is due wait. */
    let taken = 0;
    const due = () => Math.min(count, Math.floor(((performance.now() - startedAt) * rate) / 1000) + 1);

    /** Serves what waits, then lets the connection go. */
    const serve = async (connection: Connection) => {
      while (taken < due() && !signal.aborted) {
        const at = dueAt(taken++);
        const now = performance.now();
        if (now - at > timeoutMs) {
          const reason = `not sent within ${timeoutMs / 1000} s: all connections were busy`;
          onOutcome({ ...{ exchange: undefined, dueAt: at, endedAt: now, reason }, ...TIMED_OUT });
          continue;
        }
        const outcome = await this.#perform(connection, this.#take(), at);
        if (!outcome) return;
        onOutcome(outcome);
      }
      free.push(connection);
    };
    const underWay = new Set<Promise<void>>();
    const start = (connection: Connection) => {
      const served: Promise<void> = serve(connection).finally(() => underWay.delete(served));
      underWay.add(served);
    };
    await this.#unlessAborted(signal, async () => {
      while (taken < count && !signal.aborted) {
        let isBusy = false;
        for (let waiting = due() - taken; waiting > 0 && !isBusy; waiting--) {
          const connection = free.pop() ?? (opened < connections ? this.#connection(opened++) : undefined);
          if (connection) start(connection);
          else isBusy = true;
        }
        // A connection that becomes free serves what waits by itself.
        if (isBusy) await Promise.race(underWay);
        else if (taken < count) await pause(dueAt(taken) - performance.now(), signal);
      }
      await Promise.all(underWay);
    });
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Bytes of the first answer that came; undefined where none did. */
  get firstBodyBytes(): number | undefined {
    return this.#firstBodyBytes;
  }

  async #perform(
    connection: Connection,
    request: PreparedRequest,
    dueAt?: number,
  ): Promise<Outcome | undefined> {
    const { timeoutMs } = this.#order.target;
    const passedMs = dueAt === undefined ? 0 : performance.now() - dueAt;
    const exchange = await connection.send(request.body, timeoutMs - passedMs);
    if (!exchange) return undefined;
    const { answers, sameLength } = this.#order;
    if (exchange.loss === undefined) this.#firstBodyBytes ??= exchange.bodyBytes;
    const bodyBytes = sameLength ? this.#firstBodyBytes : undefined;
    const judged = judgeExchange(exchange, request, { bodyBytes, answers });
    return { exchange, dueAt, endedAt: endedAt(exchange), ...judged };
  }

  #take(): PreparedRequest {
    const { requests } = this.#order;
    return requests[this.#next++ % requests.length]!;
  }

  #connection(index: number): Connection {
    this.#connections[index] ??= new Connection(this.#order.target);
    return this.#connections[index]!;
  }

  async #unlessAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const onAbort = () => {
      this.close();
      this.#connections.length = 0;
    };
    if (signal.aborted) return;
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await work();
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

const TIMED_OUT = { error: 'timeout', isCompared: false } as const;

function endedAt({ startedAt, totalMs }: Exchange): number {
  return startedAt + totalMs;
}

function endOf({ seconds }: Extent): number {
  return seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    signal.addEventListener('abort', done, { once: true });
  });
}
