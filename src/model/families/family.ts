/** What one model family adds: how its configuration reads, and how GGUF files of it differ. */
import type { DecoderSpec, HuggingFaceConfig } from '../spec.ts';

/** GGUF's metadata, by key. */
export type GgufMetadata = ReadonlyMap<string, unknown>;

export interface Family {
  /** `model_type` in config.json. */
  readonly modelType: string;
  /** `general.architecture` in a GGUF file. */
  readonly ggufArchitecture: string;
  /** The class that transformers would load, written into config.json. */
  readonly architecture: string;
  readSpec(config: HuggingFaceConfig): DecoderSpec;
  /** Keys of config.json beyond those that every family has. */
  configFromGguf(metadata: GgufReader): HuggingFaceConfig;
  /** GGUF's tensor names (within a block) to Hugging Face's, where they differ from the common ones. */
  readonly ggufNames: Readonly<Record<string, string>>;
  /** GGUF stores query and key rows of a head as pairs (2i, 2i+1) instead of halves. */
  readonly ggufInterleavesHeads: boolean;
}

/** Reads `<architecture>.<key>` of GGUF metadata. */
export interface GgufReader {
  number(key: string, fallback?: number): number;
  has(key: string): boolean;
  readonly vocabSize: number;
}
