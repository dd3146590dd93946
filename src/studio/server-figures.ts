/**
 * What a server's metrics, as Prometheus reads them, say at a glance: totals since it began, and rate and percentiles of
 * late, from the difference to what was read before.
 */
import type { ServerFigures } from './wire/index.ts';

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Upper edges in seconds, and how many requests lie below each. */
type Buckets = readonly (readonly [edge: number, below: number])[];

interface Reading {
  /** Milliseconds of a clock. */
  readonly at: number;
  readonly answered: number;
  readonly buckets: Buckets;
}

/** Kinds of answers that count as requests; health and metrics do not. */
const IS_ANSWER = /endpoint="\/v1\//;
/** What percentiles of late are about. */
const LATE_MS = 60_000;
/** Two pages that look at once are one reading. */
const LEAST_GAP_MS = 500;
const MOST_READINGS = 300;

/** Remembers what servers said, for as long as the studio runs. */
export class FigureReader {
  readonly #now: () => number;
  readonly #past = new Map<string, Reading[]>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param id of the server @param text its metrics */
  read(id: string, text: string): ServerFigures {
    const samples = text.split('\n').flatMap(parseLine);
    const totals = totalsOf(samples);
    const reading = { at: this.#now(), answered: totals.requests, buckets: bucketsOf(samples) };
    const past = this.#past.get(id) ?? [];
    const isNew = reading.at - (past.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= LEAST_GAP_MS;
    const all = isNew ? [...past, reading].slice(-MOST_READINGS) : past;
    this.#past.set(id, all);
    const last = all.at(-1)!;
    const before = all.find(({ at }) => last.at - at <= LATE_MS)!;
    const late = difference(last.buckets, before.buckets);
    const at = (share: number) => quantile(late, share);
    return {
      ...totals,
      ...defined({ p50: at(0.5), p95: at(0.95), p99: at(0.99) }),
      rates: all.slice(1).map((one, index) => {
        const { at: from, answered } = all[index]!;
        return {
          second: (one.at - last.at) / 1000,
          // A replica that was started again begins to count anew.
          qps: Math.max(0, one.answered - answered) / ((one.at - from) / 1000),
        };
      }),
    };
  }
}

function totalsOf(samples: readonly Sample[]): Omit<ServerFigures, 'p50' | 'p95' | 'p99' | 'rates'> {
  const sum = (name: string, where: (labels: string) => boolean = () => true) =>
    samples.reduce((total, one) => (one.name === name && where(one.labels) ? total + one.value : total), 0);
  const gauge = (name: string) => samples.find((one) => one.name === name)?.value;
  return {
    requests: sum('tunesmith_requests_total', (labels) => IS_ANSWER.test(labels)),
    failed: sum(
      'tunesmith_requests_total',
      (labels) => IS_ANSWER.test(labels) && !/status="2\d\d"/.test(labels),
    ),
    inside: gauge('tunesmith_requests_inside') ?? 0,
    promptTokens: sum('tunesmith_tokens_total', (labels) => labels.includes('kind="prompt"')),
    completionTokens: sum('tunesmith_tokens_total', (labels) => labels.includes('kind="completion"')),
    ...defined({
      waiting: gauge('tunesmith_engine_waiting'),
      batchSize: gauge('tunesmith_engine_batch_size'),
      tokensPerSecond: gauge('tunesmith_engine_tokens_per_second'),
      memoryBytes: gauge('process_resident_memory_bytes'),
    }),
  };
}

function parseLine(line: string): Sample[] {
  const found = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line);
  return found ? [{ name: found[1]!, labels: found[2] ?? '', value: Number(found[3]) }] : [];
}

/** Over all endpoints that answer. */
function bucketsOf(samples: readonly Sample[]): Buckets {
  const counts = new Map<number, number>();
  for (const { name, labels, value } of samples) {
    if (name !== 'tunesmith_request_seconds_bucket' || !IS_ANSWER.test(labels)) continue;
    const word = /le="([^"]+)"/.exec(labels)?.[1] ?? '';
    const edge = word === '+Inf' ? Number.POSITIVE_INFINITY : Number(word);
    counts.set(edge, (counts.get(edge) ?? 0) + value);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

function difference(now: Buckets, before: Buckets): Buckets {
  const then = new Map(before);
  return now.map(([edge, below]) => [edge, Math.max(0, below - (then.get(edge) ?? 0))] as const);
}

/** Within its bucket in a straight line, as Prometheus reckons; undefined where nothing was counted. */
function quantile(buckets: Buckets, share: number): number | undefined {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total === 0) return undefined;
  const rank = share * total;
  let [lowEdge, lowCount] = [0, 0];
  for (const [edge, below] of buckets) {
    if (below >= rank) {
      if (!Number.isFinite(edge)) return lowEdge;
      return lowEdge + ((edge - lowEdge) * (rank - lowCount)) / Math.max(1, below - lowCount);
    }
    [lowEdge, lowCount] = [edge, below];
  }
  return lowEdge;
}

function defined<T extends Record<string, number | undefined>>(values: T): { [K in keyof T]?: number } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: number;
  };
}
