/** model: decoders as graphs, adapters, families; names and shapes of weights, not where they lie. */
export { CachedAttention, type CachedShape, type LayerCache } from './attention/cached.ts';
export { type PrefixBatchShape, rowInputs, SharedPrefixAttention } from './attention/shared-prefix.ts';
export { type AttentionPattern, type Decoder, hiddenStates, outputHead } from './decoder.ts';
export type { Family, GgufMetadata, GgufReader } from './families/family.ts';
export { familyOf } from './families/index.ts';
export { weightBytes } from './footprint.ts';
export {
  initialLora,
  LoraBranches,
  type LoraParameter,
  type LoraSpec,
  loraModules,
  loraParameters,
  loraScaling,
} from './lora.ts';
export {
  type DecoderSpec,
  type HuggingFaceConfig,
  LINEAR_MODULES,
  type LinearModule,
  linearPath,
  linearShape,
} from './spec.ts';
export { type WeightSpec, Weights, weightSpecs } from './weights.ts';
