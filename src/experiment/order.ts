/** What a stage's process is told, and what it tells: plain data that crosses between processes. */
import type { CandidateSpec, LoadTestSpec, RunConfig } from '../config/index.ts';
import type { Progress, Told } from '../core/index.ts';
import type { StageMark } from './stage.ts';

/** A candidate's answers to the test rows. */
export interface JudgeOrder {
  readonly kind: 'judge';
  readonly candidate: CandidateSpec;
  /** Of a variant's candidate: the folder of its adapter. */
  readonly adapter?: string;
  readonly testDataset: readonly string[];
}

export interface CompareOrder {
  readonly kind: 'compare';
  /** Each candidate and the folder of its judged rows. */
  readonly judged: readonly { readonly name: string; readonly folder: string }[];
  readonly incumbent?: string;
  readonly seed: number;
}

/** A load test of a model that is served for it, or of an endpoint. */
export interface LoadOrder {
  readonly kind: 'load';
  readonly candidate: CandidateSpec;
  readonly adapter?: string;
  readonly loadtest: LoadTestSpec;
  /** Of the program. */
  readonly version: string;
}

export type StageOrder = (JudgeOrder | CompareOrder | LoadOrder) & {
  readonly folder: string;
  readonly key: string;
};

export type FromStage =
  | { readonly progress: Progress }
  | { readonly finished: StageMark }
  | (Told & { readonly code: string });

/** The settings that a candidate's model is opened with. */
export function runOf(candidate: CandidateSpec, adapter: string | undefined): RunConfig {
  const { run } = candidate;
  if (adapter === undefined) return run;
  return { ...run, adapter_name_or_path: [...run.adapter_name_or_path, adapter] };
}
