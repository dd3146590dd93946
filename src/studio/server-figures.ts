/** What a server's metrics, as Prometheus reads them, say at a glance; percentiles come from their buckets. */
import type { ServerFigures } from './wire/index.ts';

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Kinds of answers that count as requests; health and metrics do not. */
const IS_ANSWER = /endpoint="\/v1\//;

export function readFigures(text: string): ServerFigures {
  const samples = text.split('\n').flatMap(parseLine);
  const sum = (name: string, where: (labels: string) => boolean = () => true) =>
    samples.reduce((total, one) => (one.name === name && where(one.labels) ? total + one.value : total), 0);
  const gauge = (name: string) => samples.find((one) => one.name === name)?.value;
  const buckets = bucketsOf(samples);
  const at = (share: number) => quantile(buckets, share);
  const tokensPerSecond = gauge('tunesmith_engine_tokens_per_second');
  const memoryBytes = gauge('process_resident_memory_bytes');
  return {
    requests: sum('tunesmith_requests_total', (labels) => IS_ANSWER.test(labels)),
    failed: sum(
      'tunesmith_requests_total',
      (labels) => IS_ANSWER.test(labels) && !/status="2\d\d"/.test(labels),
    ),
    inside: gauge('tunesmith_requests_inside') ?? 0,
    promptTokens: sum('tunesmith_tokens_total', (labels) => labels.includes('kind="prompt"')),
    completionTokens: sum('tunesmith_tokens_total', (labels) => labels.includes('kind="completion"')),
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...defined({ p50: at(0.5), p95: at(0.95), p99: at(0.99) }),
  };
}

function parseLine(line: string): Sample[] {
  const found = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line);
  return found ? [{ name: found[1]!, labels: found[2] ?? '', value: Number(found[3]) }] : [];
}

/** Upper edges in seconds, and how many requests lie below each, over all endpoints that answer. */
function bucketsOf(samples: readonly Sample[]): [edge: number, below: number][] {
  const counts = new Map<number, number>();
  for (const { name, labels, value } of samples) {
    if (name !== 'tunesmith_request_seconds_bucket' || !IS_ANSWER.test(labels)) continue;
    const word = /le="([^"]+)"/.exec(labels)?.[1] ?? '';
    const edge = word === '+Inf' ? Number.POSITIVE_INFINITY : Number(word);
    counts.set(edge, (counts.get(edge) ?? 0) + value);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/** Within its bucket in a straight line, as Prometheus reckons; undefined where nothing was counted. */
function quantile(buckets: readonly [number, number][], share: number): number | undefined {
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
