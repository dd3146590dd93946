/** infer: answers and label probabilities from a decoder; token ids in, token ids and numbers out. */
export type { EngineAdapter } from './adapter-set.ts';
export { createEngine, type EngineOptions, usualCacheBytes } from './engine.ts';
export type {
  ClassifyRequest,
  EmbedRequest,
  EngineStatistics,
  FinishReason,
  GeneratedToken,
  GenerateRequest,
  Generation,
  InferenceEngine,
  TokenConstraint,
  TokenLogprob,
} from './engine-types.ts';
export { generateAll } from './generate.ts';
export type { LabelScore, ScoringMode } from './label-scoring.ts';
export type { Sampling } from './sampler.ts';
