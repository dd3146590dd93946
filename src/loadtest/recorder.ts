/** Gathers what requests came to, in constant memory, into one measurement. Knows no connections and no clock. */
import type { Exchange } from './connection.ts';
import { TimeHistogram } from './histogram.ts';
import { ERROR_KINDS, type ErrorKind, type Measurement } from './result.ts';
import { averaged, TimeLine } from './time-line.ts';

/** A request that is over. Times on one clock, in milliseconds. */
export interface Outcome {
  readonly exchange: Exchange | undefined;
  /** When it was due; absent in closed loops. */
  readonly dueAt?: number | undefined;
  readonly endedAt: number;
  readonly error: ErrorKind | undefined;
  readonly reason?: string | undefined;
  /** Whether the answer was compared with a label. */
  readonly isCompared: boolean;
}

export class Recorder {
  readonly #startedAt: number;
  readonly #percentile: number | undefined;
  #endedAt: number;
  #requests = 0;
  #completed = 0;
  #keptAlive = 0;
  #compared = 0;
  #bytes = { received: 0, sent: 0, body: 0 };
  readonly #errors = Object.fromEntries(ERROR_KINDS.map((kind) => [kind, 0])) as Record<ErrorKind, number>;
  readonly #reasons: Partial<Record<ErrorKind, string>> = {};
  readonly #statuses: Record<string, number> = {};
  readonly #times = {
    connect: new TimeHistogram(),
    processing: new TimeHistogram(),
    waiting: new TimeHistogram(),
    total: new TimeHistogram(),
    queueing: new TimeHistogram(),
  };
  readonly #line = new TimeLine();

  /** @param percentile that a service level asks for */
  constructor(startedAt: number, percentile?: number) {
    this.#startedAt = startedAt;
    this.#endedAt = startedAt;
    this.#percentile = percentile;
  }

  get requests(): number {
    return this.#requests;
  }

  add({ exchange, dueAt, endedAt, error, reason, isCompared }: Outcome): void {
    this.#requests++;
    this.#endedAt = Math.max(this.#endedAt, endedAt);
    if (error !== undefined) {
      this.#errors[error]++;
      if (reason !== undefined) this.#reasons[error] ??= reason;
    }
    if (isCompared) this.#compared++;
    const isCompleted = exchange !== undefined && exchange.loss === undefined;
    const totalMs = endedAt - (dueAt ?? exchange?.startedAt ?? endedAt);
    if (exchange) this.#addExchange(exchange, isCompleted);
    if (isCompleted || error === 'timeout') this.#addTimes(totalMs, exchange, dueAt);
    const isFailed = error !== undefined && error !== 'label';
    this.#line.add(endedAt - this.#startedAt, { isCompleted, isFailed, totalMs });
  }

  #addExchange(exchange: Exchange, isCompleted: boolean): void {
    const { status, keptAlive, bytesReceived, bytesSent, bodyBytes } = exchange;
    this.#bytes.received += bytesReceived;
    this.#bytes.sent += bytesSent;
    this.#bytes.body += bodyBytes;
    if (!isCompleted) return;
    this.#completed++;
    if (keptAlive) this.#keptAlive++;
    this.#statuses[String(status)] = (this.#statuses[String(status)] ?? 0) + 1;
  }

  #addTimes(totalMs: number, exchange: Exchange | undefined, dueAt: number | undefined): void {
    this.#times.total.record(totalMs);
    const queueing = dueAt === undefined ? 0 : (exchange?.startedAt ?? dueAt + totalMs) - dueAt;
    if (dueAt !== undefined) this.#times.queueing.record(queueing);
    if (!exchange) return;
    this.#times.connect.record(exchange.connectMs);
    this.#times.processing.record(exchange.totalMs - exchange.connectMs);
    if (exchange.waitingMs !== undefined) this.#times.waiting.record(exchange.waitingMs);
  }

  /** What was gathered so far. */
  measurement(): Measurement {
    const seconds = (this.#endedAt - this.#startedAt) / 1000;
    const { label: _, ...failures } = this.#errors;
    const { total, queueing, connect, processing, waiting } = this.#times;
    return {
      seconds,
      requests: this.#requests,
      completed: this.#completed,
      failed: Object.values(failures).reduce((sum, count) => sum + count, 0),
      errors: { ...this.#errors },
      reasons: { ...this.#reasons },
      statuses: { ...this.#statuses },
      requestsPerSecond: averaged(this.#completed, seconds),
      keptAlive: this.#keptAlive,
      bytesReceived: this.#bytes.received,
      bytesSent: this.#bytes.sent,
      bodyBytes: this.#bytes.body,
      times: {
        connect: connect.summary(),
        processing: processing.summary(),
        waiting: waiting.summary(),
        total: total.summary(),
        ...(queueing.count > 0 && { queueing: queueing.summary() }),
      },
      percentiles: total.percentiles(),
      histogram: total.buckets(),
      overTime: this.#line.moments(seconds),
      ...(this.#compared > 0 && {
        accuracy: { right: this.#compared - this.#errors.label, compared: this.#compared },
      }),
      ...(this.#percentile !== undefined &&
        total.count > 0 && { levelMs: total.percentile(this.#percentile) }),
    };
  }
}
