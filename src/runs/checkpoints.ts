/**
 * Checkpoints of a run: folders `checkpoint-<step>` in its output_dir. Which one a training goes on from, and which
 * are removed when there are too many, by the rules of LLaMA-Factory and transformers.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { RunError } from '../core/index.ts';
import { guardStorage } from './storage.ts';
import { readTrainerState } from './trainer-state.ts';

export interface Checkpoint {
  readonly step: number;
  readonly path: string;
}

const NAME = /^checkpoint-(\d+)$/;

/** Files that hold weights; a folder with one of them is a checkpoint or a finished model. */
const WEIGHT_FILES = [
  'adapter_model.safetensors',
  'adapter_model.bin',
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];

export function checkpointPath(outputDir: string, step: number): string {
  return join(outputDir, `checkpoint-${step}`);
}

/** The checkpoints of a folder, complete or not, by step. */
export function listCheckpoints(outputDir: string): Checkpoint[] {
  if (!existsSync(outputDir)) return [];
  const entries = guardStorage('read', outputDir, () => readdirSync(outputDir, { withFileTypes: true }));
  return entries
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .map((entry) => ({ step: Number(NAME.exec(entry.name)![1]), path: join(outputDir, entry.name) }))
    .sort((a, b) => a.step - b.step);
}

/** The last checkpoint that has weights and a trainer state; torn ones are passed over. */
export function lastCheckpoint(outputDir: string): Checkpoint | undefined {
  return listCheckpoints(outputDir).findLast(({ path }) => isComplete(path));
}

/**
 * Where a training begins: at the checkpoint it is told, else at the last one in output_dir, else at step 0.
 * @throws RunError when the checkpoint is none, or output_dir holds a model that would be lost
 */
export function checkpointToResume(settings: {
  readonly output_dir: string;
  readonly overwrite_output_dir: boolean;
  readonly resume_from_checkpoint: string | null;
}): Checkpoint | undefined {
  const { output_dir, overwrite_output_dir, resume_from_checkpoint: told } = settings;
  if (told !== null) {
    if (!isComplete(told)) {
      throw new RunError({
        en: `resume: ${told} is no complete checkpoint; name a folder with weights and trainer_state.json`,
        zh: `续训：${told} 不是完整的检查点；请指定含权重和 trainer_state.json 的文件夹`,
      });
    }
    return { step: readTrainerState(told).global_step, path: told };
  }
  if (overwrite_output_dir) return undefined;
  const last = lastCheckpoint(output_dir);
  if (last === undefined && hasWeights(output_dir)) {
    throw new RunError({
      en: `output_dir ${output_dir}: holds a finished model and no checkpoint to go on from; choose another output_dir, or set overwrite_output_dir: true`,
      zh: `output_dir ${output_dir}：其中有训练完的模型，但没有可继续的检查点；请换一个 output_dir，或设置 overwrite_output_dir: true`,
    });
  }
  return last;
}

/**
 * Removes the oldest checkpoints above the limit. The newest stays, to go on from, and so does the best.
 * @param limit save_total_limit; null keeps all
 * @param best path of the best checkpoint, where one is tracked
 * @returns what was removed
 */
export function rotateCheckpoints(
  outputDir: string,
  limit: number | null,
  best: string | null = null,
): Checkpoint[] {
  const checkpoints = listCheckpoints(outputDir);
  if (limit === null || limit <= 0) return [];
  const kept = new Set([checkpoints.at(-1)?.path, best === null ? undefined : resolve(best)]);
  const isKept = ({ path }: Checkpoint) => kept.has(path) || kept.has(resolve(path));
  const surplus = checkpoints.length - Math.max(limit, checkpoints.filter(isKept).length);
  const removed = checkpoints.filter((checkpoint) => !isKept(checkpoint)).slice(0, Math.max(0, surplus));
  for (const checkpoint of removed) removeCheckpoint(checkpoint);
  return removed;
}

/** Takes the folder's name away first, so that a torn removal leaves no half checkpoint behind. */
export function removeCheckpoint({ path }: Checkpoint): void {
  const doomed = join(path, '..', `.${basename(path)}.removed`);
  guardStorage('write', path, () => {
    rmSync(doomed, { recursive: true, force: true });
    renameSync(path, doomed);
    rmSync(doomed, { recursive: true, force: true });
  });
}

function isComplete(folder: string): boolean {
  if (!hasWeights(folder)) return false;
  try {
    readTrainerState(folder);
    return true;
  } catch (error) {
    if (error instanceof RunError) return false;
    throw error;
  }
}

function hasWeights(folder: string): boolean {
  return WEIGHT_FILES.some((name) => existsSync(join(folder, name)));
}
