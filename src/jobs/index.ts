/**
 * jobs: what a run file asks for, composed. A job is a process of its own, followed through its folder; what computes
 * in the caller's own process brings the engine along, and is loaded when it is called.
 */
import type { RunConfig } from '../config/index.ts';
import type { TrainingEstimate } from '../train/index.ts';
import type { Chat } from './chat.ts';
import type { EstimateOptions } from './estimate-run.ts';
import type { EvaluateOptions, EvaluateResult } from './evaluate-models.ts';
import type { DatasetFiles, ModelFiles } from './input-files.ts';
import type { Answerer, JudgeCandidateOptions, JudgedCandidate, TestRows } from './judge-candidate.ts';
import type { OpenOptions } from './open-model.ts';

export type { Chat } from './chat.ts';
export { type ChatSettings, chatSettings } from './chat-settings.ts';
export type { EvaluateOptions, EvaluateResult } from './evaluate-models.ts';
export type { DatasetFiles, ModelFiles } from './input-files.ts';
export type { Answerer, JudgeCandidateOptions, JudgedCandidate, TestRows } from './judge-candidate.ts';
export type { OpenOptions } from './open-model.ts';
export { resumeConfig } from './resume-job.ts';
export { findJob, followJob, type Job, startJob } from './start-job.ts';
export { Supervisor } from './supervisor.ts';
export type { JobKind, JobOrder, JobState, JobView } from './supervisor-record.ts';
export type { CommandFailed } from './supervisor-worker.ts';

/** @see EvaluateOptions */
export async function evaluateModels(config: RunConfig, options: EvaluateOptions): Promise<EvaluateResult> {
  const room = await import('./evaluate-models.ts');
  return room.evaluateModels(config, options);
}

/** @see JudgeCandidateOptions */
export async function judgeCandidate(
  config: RunConfig,
  answerer: Answerer,
  options: JudgeCandidateOptions,
): Promise<JudgedCandidate> {
  const room = await import('./judge-candidate.ts');
  return room.judgeCandidate(config, answerer, options);
}

/** The rows that candidates are judged on, and the labels to choose among. */
export async function testRows(config: RunConfig): Promise<TestRows> {
  const room = await import('./judge-candidate.ts');
  return room.testRows(config);
}

/** The files of a run's model and adapters; fetches the model where it has to be. */
export async function modelFiles(config: RunConfig, options?: OpenOptions): Promise<ModelFiles> {
  const room = await import('./input-files.ts');
  return room.modelFiles(config, options);
}

/** The files of a run's data sets. */
export async function datasetFiles(config: RunConfig): Promise<DatasetFiles[]> {
  const room = await import('./input-files.ts');
  return room.datasetFiles(config);
}

/** Opens a conversation with the model that a run file names. */
export async function openChat(config: RunConfig, options?: OpenOptions): Promise<Chat> {
  const room = await import('./chat.ts');
  return room.Chat.open(config, options);
}

/** What the training of a run file would take. */
export async function estimateRun(config: RunConfig, options: EstimateOptions): Promise<TrainingEstimate> {
  const room = await import('./estimate-run.ts');
  return room.estimateRun(config, options);
}
