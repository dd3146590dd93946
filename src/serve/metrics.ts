/** What Prometheus reads: requests by endpoint and status, times, tokens, and the engine's own figures. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EngineStatistics, InferenceEngine } from '../infer/index.ts';
import type { Call } from './http/call.ts';
import type { Gate } from './http/gate.ts';

/** From a one-word answer of a small model to a long one of a large. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

const ENGINE: Readonly<Record<keyof EngineStatistics, string>> = {
  running: 'Requests that are being computed.',
  waiting: 'Requests that wait for a place in the batch.',
  batchSize: 'Rows of the latest pass.',
  cachedPrefixTokens: 'Tokens whose keys and values can be found again.',
  computedTokens: 'Tokens run through the model since the start.',
  reusedTokens: 'Tokens of prompts found in the cache since the start.',
  generatedTokens: 'Tokens generated since the start.',
  tokensPerSecond: 'Generated tokens per second of late.',
};

export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<'endpoint' | 'status'>;
  readonly #seconds: Histogram<'endpoint'>;
  readonly #firstToken: Histogram<'endpoint'>;
  readonly #tokens: Counter<'kind'>;

  constructor(engine: InferenceEngine, gate: Gate) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Counter({
      name: 'tunesmith_requests_total',
      help: 'Requests that were answered or given up (status 499: the client left).',
      labelNames: ['endpoint', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'tunesmith_request_seconds',
      help: 'From the arrival of a request to the end of its answer.',
      labelNames: ['endpoint'],
      buckets: SECONDS,
      registers,
    });
    this.#firstToken = new Histogram({
      name: 'tunesmith_first_token_seconds',
      help: 'From the arrival of a request to its first token.',
      labelNames: ['endpoint'],
      buckets: SECONDS,
      registers,
    });
    this.#tokens = new Counter({
      name: 'tunesmith_tokens_total',
      help: 'Tokens of prompts and answers.',
      labelNames: ['kind'],
      registers,
    });
    gauge(
      'tunesmith_requests_inside',
      'Requests accepted and not yet answered.',
      registers,
      () => gate.inside,
    );
    for (const [name, help] of Object.entries(ENGINE) as [keyof EngineStatistics, string][]) {
      const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      gauge(`tunesmith_engine_${snake}`, help, registers, () => engine.statistics[name]);
    }
  }

  /** A request is over. */
  count({ endpoint, elapsedMs, firstTokenMs, promptTokens, completionTokens }: Call, status: number): void {
    this.#requests.inc({ endpoint, status });
    this.#seconds.observe({ endpoint }, elapsedMs / 1000);
    if (firstTokenMs !== undefined) this.#firstToken.observe({ endpoint }, firstTokenMs / 1000);
    if (promptTokens > 0) this.#tokens.inc({ kind: 'prompt' }, promptTokens);
    if (completionTokens > 0) this.#tokens.inc({ kind: 'completion' }, completionTokens);
  }
}

function gauge(name: string, help: string, registers: Registry[], read: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}
