/** How a test went from span to span: short spans are counted while it runs, and joined to a readable number at its end. */
import type { Moment } from './result.ts';

const SPAN_MS = 100;
const MOST_MOMENTS = 120;
/** Spans of a moment: 0.1 s, 0.2 s, 0.5 s and so on. */
const WIDTHS = [1, 2, 5, 10, 20, 50, 100, 200, 600, 1200, 3000, 6000, 12000, 36000];

interface Span {
  completed: number;
  failed: number;
  ended: number;
  sumMs: number;
  maxMs: number;
}

export class TimeLine {
  readonly #spans: Span[] = [];

  /** @param atMs since the start, when the request ended */
  add(
    atMs: number,
    request: { readonly isCompleted: boolean; readonly isFailed: boolean; readonly totalMs: number },
  ): void {
    const place = Math.max(0, Math.floor(atMs / SPAN_MS));
    while (this.#spans.length <= place) this.#spans.push(emptySpan());
    const span = this.#spans[place]!;
    if (request.isCompleted) span.completed++;
    if (request.isFailed) span.failed++;
    span.ended++;
    span.sumMs += request.totalMs;
    span.maxMs = Math.max(span.maxMs, request.totalMs);
  }

  /** @param seconds that the whole took: the last moment is as short as it was */
  moments(seconds: number): Moment[] {
    const count = this.#spans.length;
    const width = WIDTHS.find((spans) => count / spans <= MOST_MOMENTS) ?? Math.ceil(count / MOST_MOMENTS);
    return Array.from({ length: Math.ceil(count / width) }, (_, index) => {
      const joined = this.#spans.slice(index * width, (index + 1) * width).reduce(join, emptySpan());
      const second = (index * width * SPAN_MS) / 1000;
      const lasted = Math.min((width * SPAN_MS) / 1000, seconds - second);
      return {
        second,
        requestsPerSecond: averaged(joined.completed, lasted),
        failed: joined.failed,
        meanMs: joined.ended > 0 ? joined.sumMs / joined.ended : undefined,
        maxMs: joined.ended > 0 ? joined.maxMs : undefined,
      };
    });
  }
}

/** A count over a time; 0 where no time has passed. */
export function averaged(count: number, seconds: number): number {
  return seconds > 0 ? count / seconds : 0;
}

function emptySpan(): Span {
  return { completed: 0, failed: 0, ended: 0, sumMs: 0, maxMs: 0 };
}

function join(a: Span, b: Span): Span {
  return {
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    ended: a.ended + b.ended,
    sumMs: a.sumMs + b.sumMs,
    maxMs: Math.max(a.maxMs, b.maxMs),
  };
}
