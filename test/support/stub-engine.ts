/**
 * Stands in for the engine where only the server around it is looked at: says what it is told to say, at once, and
 * counts what it was asked. Deterministic; knows no model.
 */
import type {
  ClassifyRequest,
  EmbedRequest,
  GeneratedToken,
  GenerateRequest,
  Generation,
  InferenceEngine,
} from '../../src/infer/index.ts';

export interface StubOptions {
  readonly contextLength?: number;
  readonly adapters?: readonly string[];
  /** Width of embeddings. */
  readonly width?: number;
  /** The tokens of an answer; stop tokens end it. */
  readonly say: (request: GenerateRequest) => readonly number[];
  /** Tokens that end what a grammar keeps open. */
  readonly closing?: ReadonlySet<number>;
  /** Resolves before each token; at once when absent. */
  readonly wait?: (request: GenerateRequest) => Promise<void>;
}

export interface StubEngine extends InferenceEngine {
  /** The latest requests for text, as they came. */
  readonly asked: GenerateRequest[];
  /** Requests that are neither answered nor given up. */
  readonly open: number;
}

/** Of those that are kept to be looked at: measurements send many. */
const MAX_ASKED = 100;

export function createStubEngine({
  contextLength = 1024,
  adapters = [],
  width = 8,
  say,
  closing = new Set(),
  wait,
}: StubOptions): StubEngine {
  const asked: GenerateRequest[] = [];
  let open = 0;
  let generatedTokens = 0;
  return {
    contextLength,
    adapters,
    asked,
    get open() {
      return open;
    },
    get statistics() {
      return {
        running: open,
        waiting: 0,
        batchSize: open,
        cachedPrefixTokens: 0,
        computedTokens: 0,
        reusedTokens: 0,
        generatedTokens,
        tokensPerSecond: 0,
      };
    },
    generate(request): Generation {
      asked.push(request);
      if (asked.length > MAX_ASKED) asked.shift();
      let finishReason: Generation['finishReason'];
      async function* tokens(): AsyncGenerator<GeneratedToken> {
        open++;
        try {
          for (const token of constrained(request, say(request))) {
            await untilAborted(wait?.(request), request.signal);
            if (request.stopTokens.has(token.token)) break;
            generatedTokens++;
            yield token;
          }
          finishReason ??= 'stop';
        } finally {
          open--;
        }
      }
      function* constrained(
        { constraint, maxNewTokens }: GenerateRequest,
        answer: readonly number[],
      ): Generator<GeneratedToken> {
        for (let count = 0; constraint || count < answer.length; count++) {
          if (constraint?.finished) return;
          if (count === maxNewTokens) {
            finishReason = 'length';
            return;
          }
          const token = constraint ? pick(constraint.mask()!, count, closing) : answer[count]!;
          constraint?.accept(token);
          yield described(token, request);
        }
      }
      return {
        [Symbol.asyncIterator]: tokens,
        get finishReason() {
          return finishReason;
        },
        cachedTokens: 0,
      };
    },
    async classify({ prompts, labels, mode }: ClassifyRequest) {
      return prompts.map((prompt) => {
        const winner = prompt.length % labels.length;
        const logProbabilities = Float64Array.from(labels, (_, index) => (index === winner ? -0.5 : -2));
        return { winner, logProbability: -0.5, ...(mode === 'all' && { logProbabilities }) };
      });
    },
    async embed({ tokens }: EmbedRequest) {
      const vector = Float32Array.from({ length: width }, (_, index) => Math.sin(tokens.length + index));
      const length = Math.hypot(...vector);
      return vector.map((value) => value / length);
    },
    drain: async () => undefined,
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function described(token: number, { topLogprobs }: GenerateRequest): GeneratedToken {
  if (topLogprobs === undefined) return { token };
  const top = Array.from({ length: topLogprobs }, (_, rank) => ({
    token: token + rank,
    logprob: -0.25 - rank,
  }));
  return { token, logprob: -0.25, top };
}

/** Tokens after which what is open is closed, so that every answer ends. */
const CLOSES_AFTER = 24;

/** One of the allowed tokens, each time another one. */
function pick(mask: Int32Array, count: number, closing: ReadonlySet<number>): number {
  const allowed = [...mask].flatMap((word, index) =>
    Array.from({ length: 32 }, (_, bit) => index * 32 + bit).filter((id) => (word >>> (id % 32)) & 1),
  );
  const closers = count >= CLOSES_AFTER ? allowed.filter((id) => closing.has(id)) : [];
  const choice = closers.length > 0 ? closers : allowed;
  if (choice.length === 0) throw new Error('the grammar allows nothing');
  return choice[(count * 7919) % choice.length]!;
}

async function untilAborted(
  waiting: Promise<void> | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  if (!waiting) return;
  if (!signal) return waiting;
  const { promise, reject } = deferred();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([waiting, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function deferred(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  return { promise, reject };
}
