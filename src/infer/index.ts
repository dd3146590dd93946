/** infer: answers and label probabilities from a decoder; token ids in, token ids and numbers out. */
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
export { type GenerateOptions, generate, generateAll } from './generate.ts';
export {
  type LabelScore,
  type ScoringMode,
  type ScoringOptions,
  scoreLabels,
  scoringSize,
} from './label-scoring.ts';
export type { Sampling } from './sampler.ts';
export { Session } from './session.ts';
