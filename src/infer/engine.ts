/**
 * Many requests at once over one base model: continuous batching. Between two passes requests join and leave; what
 * they begin alike is computed once. Token ids in, token ids and numbers out.
 */
import { ConfigError, RunError } from '../core/index.ts';
import type { Arena } from '../graph/index.ts';
import type { Decoder, DecoderSpec } from '../model/index.ts';
import { AdapterSet, type EngineAdapter } from './adapter-set.ts';
import { AnswerQueue } from './answer-queue.ts';
import type {
  ClassifyRequest,
  EmbedRequest,
  EngineStatistics,
  GenerateRequest,
  Generation,
  InferenceEngine,
} from './engine-types.ts';
import { ClassifyJob } from './jobs/classify-job.ts';
import { EmbedJob } from './jobs/embed-job.ts';
import { GenerateJob } from './jobs/generate-job.ts';
import type { Job } from './jobs/job.ts';
import { KvPool } from './kv-pool.ts';
import type { LabelScore } from './label-scoring.ts';
import { buildTrie } from './label-trie.ts';
import { PassRunner } from './pass.ts';
import { PrefixTree } from './prefix-tree.ts';
import { Rate } from './rate.ts';
import { type Part, Scheduler, type SchedulerLimits } from './scheduler.ts';

export interface EngineOptions extends Partial<SchedulerLimits> {
  /** Tokens that prompt and answer may have together. */
  readonly contextLength: number;
  /** Tokens whose keys and values are kept, of what runs and of what ran; `contextLength` at least. */
  readonly cacheTokens?: number;
  readonly adapters?: ReadonlyMap<string, EngineAdapter>;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Passes of about half a second with a small model: large enough for products to run at full speed. */
const PASS_TOKENS = 768;
/** Beside streams: a prompt may hold up their next token this much. */
const SHARED_PASS_TOKENS = 192;
const MAX_RUNNING = 64;
/** Of keys and values that are kept when nothing is said: as many contexts as may run, but no more than this. */
const CACHE_BYTES = 512 << 20;

export function createEngine(decoder: Decoder, arena: Arena, options: EngineOptions): InferenceEngine {
  return new Engine(decoder, arena, options);
}

class Engine implements InferenceEngine {
  readonly contextLength: number;
  readonly #cacheTokens: number;
  readonly #adapters: AdapterSet;
  readonly #pool: KvPool;
  readonly #runner: PassRunner;
  readonly #scheduler: Scheduler;
  readonly #rate: Rate;
  readonly #counts = { batchSize: 0, computedTokens: 0, generatedTokens: 0 };
  #tree: PrefixTree;
  #loop: Promise<void> | undefined;
  #closed: 'no' | 'draining' | 'closed' = 'no';

  constructor(decoder: Decoder, arena: Arena, options: EngineOptions) {
    const { contextLength, adapters = new Map(), now = () => performance.now() } = options;
    this.contextLength = contextLength;
    this.#cacheTokens = Math.max(
      contextLength,
      options.cacheTokens ?? cacheTokens(decoder.spec, contextLength),
    );
    this.#adapters = new AdapterSet(decoder, adapters, arena.device);
    this.#pool = new KvPool(decoder.spec, arena.device, this.#cacheTokens);
    this.#runner = new PassRunner(this.#adapters, this.#pool, arena);
    this.#tree = new PrefixTree(this.#cacheTokens);
    this.#scheduler = new Scheduler({
      maxRunning: options.maxRunning ?? MAX_RUNNING,
      passTokens: options.passTokens ?? PASS_TOKENS,
      sharedPassTokens: options.sharedPassTokens ?? SHARED_PASS_TOKENS,
    });
    this.#rate = new Rate(now);
  }

  get adapters(): readonly string[] {
    return this.#adapters.names;
  }

  get statistics(): EngineStatistics {
    return {
      ...this.#counts,
      running: this.#scheduler.running,
      waiting: this.#scheduler.waiting,
      cachedPrefixTokens: this.#tree.size,
      reusedTokens: this.#tree.reused,
      tokensPerSecond: this.#rate.perSecond,
    };
  }

  generate(request: GenerateRequest): Generation {
    const queue = new AnswerQueue();
    let job: GenerateJob | undefined;
    const start = () => {
      this.#check(request, [request.prompt], 1);
      const place = { tree: this.#tree, contextLength: this.contextLength };
      job = new GenerateJob(request, place, {
        onToken: (token) => {
          this.#counts.generatedTokens++;
          this.#rate.add(1);
          queue.onToken(token);
        },
        onEnd: (reason) => queue.onEnd(reason),
        onError: (reason) => queue.onError(reason),
      });
      return this.#enqueue([job], request.signal);
    };
    async function* iterate() {
      const stop = start();
      try {
        yield* queue.read();
      } finally {
        stop(new RunError('generate: nobody reads the answer any more'));
      }
    }
    const tokens = iterate();
    return {
      get finishReason() {
        return queue.finishReason;
      },
      get cachedTokens() {
        return job?.found ?? 0;
      },
      [Symbol.asyncIterator]: () => tokens,
    };
  }

  async classify(request: ClassifyRequest): Promise<LabelScore[]> {
    const { prompts, labels, mode, adapter, signal, onProgress } = request;
    const longest = Math.max(...labels.map((label) => label.length));
    this.#check(request, prompts, longest);
    const root = buildTrie(labels);
    const jobs: Job[] = [];
    let scored = 0;
    const scores = prompts.map((prompt) => {
      return new Promise<LabelScore>((resolve, reject) => {
        const task = { prompt, adapter, root, labelCount: labels.length, mode };
        const outcome = {
          resolve: (score: LabelScore) => {
            scored++;
            onProgress?.({ task: 'score labels', done: scored, total: prompts.length, unit: 'rows' });
            resolve(score);
          },
          reject,
        };
        jobs.push(new ClassifyJob(this.#tree, task, outcome));
      });
    });
    const all = Promise.all(scores);
    const stop = this.#enqueue(jobs, signal);
    try {
      return await all;
    } catch (error) {
      stop(error);
      throw error;
    } finally {
      stop(undefined);
    }
  }

  async embed(request: EmbedRequest): Promise<Float32Array> {
    this.#check(request, [request.tokens], 0);
    let stop: ((reason: unknown) => void) | undefined;
    const result = new Promise<Float32Array>((resolve, reject) => {
      stop = this.#enqueue([new EmbedJob(this.#tree, request, { resolve, reject })], request.signal);
    });
    try {
      return await result;
    } finally {
      stop?.(undefined);
    }
  }

  async drain(): Promise<void> {
    if (this.#closed === 'no') this.#closed = 'draining';
    await this.#loop;
  }

  async close(): Promise<void> {
    if (this.#closed === 'closed') return this.#loop;
    this.#closed = 'closed';
    this.#failAll(new RunError('engine: it was closed; send the request to another one'));
    await this.#loop;
    this.#runner[Symbol.dispose]();
    this.#pool[Symbol.dispose]();
    this.#adapters[Symbol.dispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(
    { adapter }: { adapter?: string | undefined },
    prompts: readonly (readonly number[])[],
    more: number,
  ) {
    if (this.#closed !== 'no') {
      throw new RunError('engine: it takes no more requests; send the request to another one');
    }
    if (adapter !== undefined && !this.#adapters.names.includes(adapter)) {
      const known = this.#adapters.names.join(', ') || 'none';
      throw new ConfigError(`engine: there is no adapter ${adapter}; known are: ${known}`);
    }
    for (const { length } of prompts) {
      if (length > 0 && length + more <= this.contextLength) continue;
      throw new ConfigError(
        length === 0
          ? 'engine: a prompt holds no token; give at least one'
          : `engine: a prompt of ${length} tokens does not leave room for ${more} of an answer among ` +
              `${this.contextLength}; shorten it`,
      );
    }
  }

  /** @returns ends what has not ended yet */
  #enqueue(jobs: readonly Job[], signal: AbortSignal | undefined): (reason: unknown) => void {
    const end = (reason: unknown) => {
      signal?.removeEventListener('abort', onAbort);
      for (const job of jobs) if (!job.done) job.fail(reason);
    };
    const onAbort = () => end(signal!.reason);
    if (signal?.aborted) {
      onAbort();
      return end;
    }
    signal?.addEventListener('abort', onAbort);
    this.#scheduler.add(jobs);
    this.#loop ??= this.#work();
    return end;
  }

  async #work(): Promise<void> {
    await Promise.resolve(); // what is asked for in the same moment goes into the first pass
    try {
      for (let parts = this.#scheduler.plan(); parts.length > 0; parts = this.#scheduler.plan()) {
        await this.#pass(parts);
      }
    } catch (error) {
      this.#failAll(error);
      this.#tree = new PrefixTree(this.#cacheTokens); // what the pass was to compute is not there
    } finally {
      this.#scheduler.sweep();
      this.#loop = undefined;
    }
  }

  async #pass(parts: readonly Part[]): Promise<void> {
    const runs = parts.flatMap((part) => part.runs);
    this.#counts.batchSize = parts.length;
    const values = await this.#runner.run(runs);
    this.#counts.computedTokens += runs.reduce((sum, { tokens }) => sum + tokens.length, 0);
    let at = 0;
    for (const { job, runs: own } of parts) {
      job.take(values.slice(at, at + own.length));
      at += own.length;
    }
  }

  #failAll(reason: unknown): void {
    for (const job of this.#scheduler.jobs) job.fail(reason);
  }
}

/** Bytes of keys and values that an engine keeps when nothing is said. */
export function usualCacheBytes(spec: DecoderSpec, contextLength: number): number {
  return bytesPerToken(spec) * Math.max(contextLength, cacheTokens(spec, contextLength));
}

function cacheTokens(spec: DecoderSpec, contextLength: number): number {
  return Math.min(MAX_RUNNING * contextLength, Math.floor(CACHE_BYTES / bytesPerToken(spec)));
}

function bytesPerToken({ layers, kvHeadCount, headDim }: DecoderSpec): number {
  return 2 * layers.length * kvHeadCount * headDim * Float32Array.BYTES_PER_ELEMENT;
}
