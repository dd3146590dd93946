/**
 * What an inference engine promises: many requests at once over one base model, each with an adapter of its own or
 * none. Token ids in, token ids and numbers out; it knows no texts and no HTTP.
 */
import type { OnProgress } from '../core/index.ts';
import type { LabelScore, ScoringMode } from './label-scoring.ts';
import type { Sampling } from './sampler.ts';

/** Which tokens may come next; kept by whoever knows the grammar. */
export interface TokenConstraint {
  /** Bit t of word ⌊t / 32⌋ is set where token t is allowed, [⌈V / 32⌉]; undefined where all are. Read at once. */
  mask(): Int32Array | undefined;
  /** Told of every token that was chosen, stop tokens included. */
  accept(token: number): void;
  /** Nothing can follow: the answer ends. */
  readonly finished: boolean;
}

interface Request {
  /** One of the engine's adapters; the base model alone when absent. */
  readonly adapter?: string | undefined;
  /** Ends the request at once; what awaits it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface GenerateRequest extends Request {
  /** Token ids; at least one. */
  readonly prompt: readonly number[];
  readonly maxNewTokens: number;
  /** End an answer, and are no part of it. */
  readonly stopTokens: ReadonlySet<number>;
  readonly sampling: Sampling;
  /** How many of the most likely tokens are told with each; 0 for the token's own log-probability only. */
  readonly topLogprobs?: number | undefined;
  readonly constraint?: TokenConstraint | undefined;
}

export interface TokenLogprob {
  readonly token: number;
  /** log p(token | what stands before), of the model as it is: before temperature, penalties and constraints. */
  readonly logprob: number;
}

export interface GeneratedToken {
  readonly token: number;
  /** Where `topLogprobs` was given. */
  readonly logprob?: number;
  /** Most likely first; where `topLogprobs` was given. */
  readonly top?: readonly TokenLogprob[];
}

/** `stop`: a stop token or the constraint's end; `length`: as many tokens as allowed, or as the context holds. */
export type FinishReason = 'stop' | 'length';

/** An answer as it comes; to be iterated once. Leaving the loop early cancels the request. */
export interface Generation extends AsyncIterable<GeneratedToken> {
  /** Why it ended; undefined before it did. */
  readonly finishReason: FinishReason | undefined;
  /** Tokens of the prompt that were not computed but found in the cache; known once the first token came. */
  readonly cachedTokens: number;
}

export interface ClassifyRequest extends Request {
  /** Token ids up to where each answer begins; none empty. */
  readonly prompts: readonly (readonly number[])[];
  /** Token ids of each label as an answer, end token included; at least two. */
  readonly labels: readonly (readonly number[])[];
  readonly mode: ScoringMode;
  readonly onProgress?: OnProgress | undefined;
}

export interface EmbedRequest extends Request {
  /** Token ids; at least one. */
  readonly tokens: readonly number[];
}

export interface EngineStatistics {
  /** Requests that are being computed. */
  readonly running: number;
  /** Requests that wait for a place. */
  readonly waiting: number;
  /** Rows of the latest pass. */
  readonly batchSize: number;
  /** Tokens whose keys and values can be found again. */
  readonly cachedPrefixTokens: number;
  /** Tokens run through the model since the start, prompts included. */
  readonly computedTokens: number;
  /** Tokens of prompts that were found in the cache since the start. */
  readonly reusedTokens: number;
  /** Tokens generated since the start. */
  readonly generatedTokens: number;
  /** Generated tokens per second over the last seconds in which any were. */
  readonly tokensPerSecond: number;
}

export interface InferenceEngine extends AsyncDisposable {
  /** Tokens that prompt and answer may have together. */
  readonly contextLength: number;
  /** Names that a request may give as its adapter. */
  readonly adapters: readonly string[];
  readonly statistics: EngineStatistics;
  /** @throws ConfigError, when iterated, on an unknown adapter or a prompt that does not fit */
  generate(request: GenerateRequest): Generation;
  /** One score a prompt, in order. @throws ConfigError as above */
  classify(request: ClassifyRequest): Promise<LabelScore[]>;
  /** [C]: mean over all tokens of the last hidden state after the final norm, scaled to length 1. */
  embed(request: EmbedRequest): Promise<Float32Array>;
  /** Takes no more requests; resolves when those that it has are answered. */
  drain(): Promise<void>;
  /** Ends what runs (it throws), waits for the device, and frees all memory. The decoder stays its owner's. */
  close(): Promise<void>;
}
