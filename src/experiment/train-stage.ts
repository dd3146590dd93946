/**
 * The stage that trains a variant: a run like any other, in a process of its own that goes on when the experiment is
 * killed. One that still runs is followed, one that died or was stopped goes on from its last checkpoint.
 */
import type { RunConfig } from '../config/index.ts';
import { type Language, RunError } from '../core/index.ts';
import { findJob, followJob, type Job, type OpenOptions, startJob } from '../jobs/index.ts';
import {
  lastCheckpoint,
  listCheckpoints,
  openRunDirectory,
  type RunEvent,
  type RunView,
  readResults,
  signalRun,
} from '../runs/index.ts';
import { type Stage, type StageMark, writeMark } from './stage.ts';

export interface TrainOptions extends OpenOptions {
  readonly language: Language;
  readonly onEvent: (event: RunEvent) => void;
  /** Stops the run with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

/** @returns undefined when the signal came before the end @throws the run's own error, or one that tells of its death */
export async function trainStage(
  stage: Stage,
  run: RunConfig,
  { language, onEvent, signal, ...opening }: TrainOptions,
): Promise<StageMark | undefined> {
  const { folder, key } = stage;
  const left = viewOf(folder);
  if (left?.state !== 'finished') {
    // What died without a checkpoint begins anew, also where it had written its last weights already.
    const overwrite_output_dir = lastCheckpoint(folder) === undefined;
    const config = { ...run, output_dir: folder, overwrite_output_dir, resume_from_checkpoint: null };
    const job: Job =
      left?.state === 'running' ? findJob(folder) : await startJob(config, { language, ...opening });
    const stop = () => signalRun(folder);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    try {
      if ((await followJob(job, { onEvent })) !== 'finished') {
        if (signal?.aborted) return undefined;
        throw new RunError({
          en: `experiment: the training ${stage.subject} was stopped by somebody else; run the experiment again to go on`,
          zh: `实验：训练 ${stage.subject} 被他人停止；请重新运行实验以继续`,
        });
      }
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
  const seconds = readResults(folder, 'train')?.['train_runtime'] ?? 0;
  const mark = { key, seconds, finished: new Date().toISOString() };
  writeMark(folder, mark);
  return mark;
}

/** The adapter that a training ends with, or that of a checkpoint. @throws RunError when there is no such checkpoint */
export function adapterOf(folder: string, checkpoint: number | undefined): string {
  if (checkpoint === undefined) return folder;
  const found = listCheckpoints(folder);
  const wanted = found.find(({ step }) => step === checkpoint);
  if (wanted) return wanted.path;
  const steps = found.map(({ step }) => step).join(', ') || 'none';
  throw new RunError({
    en: `experiment: ${folder} has no checkpoint of step ${checkpoint} (there are: ${steps}); set save_steps so that there is one`,
    zh: `实验：${folder} 中没有第 ${checkpoint} 步的检查点（现有：${steps}）；请设置 save_steps 使其存在`,
  });
}

function viewOf(folder: string): RunView | undefined {
  try {
    return openRunDirectory(folder);
  } catch (error) {
    if (error instanceof RunError) return undefined; // no run there so far
    throw error;
  }
}
