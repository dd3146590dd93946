/**
 * A checkpoint's folder: the adapter as PEFT reads it, trainer_state.json, and in optimizer.safetensors what a
 * training needs to go on as if it had never stopped. All else follows from seed, epoch and step.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, RunError, writeFolderAtomic } from '../core/index.ts';
import { readTensor } from '../graph/index.ts';
import { type LoadedAdapter, readArrays, writeAdapter, writeArrays } from '../load/index.ts';
import { type Checkpoint, checkpointPath, type RunDirectory } from '../runs/index.ts';
import type { OptimizerState } from './optimizer.ts';

const OPTIMIZER_FILE = 'optimizer.safetensors';

/** Sums of the steps' losses, kept in full precision so that a resumed run logs what an unbroken one would. */
export interface LossSums {
  /** Of all steps. */
  readonly total: number;
  /** Since the last log. */
  readonly sinceLog: number;
  readonly lastLoggedStep: number;
}

export interface TrainingState {
  readonly optimizer: OptimizerState;
  readonly losses: LossSums;
}

/** The adapter's parameters on the host. */
export function adapterValues({ flat }: LoadedAdapter): Float32Array {
  const values = new Float32Array(flat.shape[0]!);
  readTensor(flat, values);
  return values;
}

/** Writes `checkpoint-<step>`, whole or not at all. @param training absent with save_only_model */
export async function saveCheckpoint(
  run: RunDirectory,
  step: number,
  {
    adapter,
    baseModel,
    training,
  }: { adapter: LoadedAdapter; baseModel: string; training?: TrainingState | undefined },
): Promise<Checkpoint> {
  const path = checkpointPath(run.path, step);
  await writeFolderAtomic(path, async (folder) => {
    writeAdapter(folder, { ...adapter, values: adapterValues(adapter) }, baseModel);
    run.saveTrainerState(folder);
    if (training) writeTrainingState(join(folder, OPTIMIZER_FILE), training);
  });
  return { step, path };
}

/**
 * @param count parameters of the adapter
 * @throws RunError when the checkpoint lacks what a training needs to go on
 */
export function readTrainingState({ path: folder }: Checkpoint, count: number): TrainingState {
  const path = join(folder, OPTIMIZER_FILE);
  const remedy = {
    en: 'set overwrite_output_dir: true to begin anew, or start from it by adapter_name_or_path',
    zh: '请设置 overwrite_output_dir: true 重新训练，或用 adapter_name_or_path 以它为起点',
  };
  const file = readArrays(path);
  if (!file) {
    throw new RunError({
      en: `resume: ${folder} holds no ${OPTIMIZER_FILE}, so a training cannot go on from it (save_only_model, or another program wrote it); ${remedy.en}`,
      zh: `续训：${folder} 中没有 ${OPTIMIZER_FILE}，训练无法由此继续（设置了 save_only_model，或由其他程序写出）；${remedy.zh}`,
    });
  }
  const moment = (name: string) => {
    const values = file.arrays[name];
    if (values?.length === count) return values;
    throw new RunError({
      en: `resume: ${path} does not fit the adapter's ${count} parameters; ${remedy.en}`,
      zh: `续训：${path} 与适配器的 ${count} 个参数不符；${remedy.zh}`,
    });
  };
  const number = (key: string) => {
    const value = Number(file.metadata[key] ?? Number.NaN);
    if (Number.isFinite(value)) return value;
    throw new RunError({
      en: `resume: ${path} lacks ${key}; ${remedy.en}`,
      zh: `续训：${path} 缺少 ${key}；${remedy.zh}`,
    });
  };
  return {
    optimizer: { updates: number('updates'), mean: moment('mean'), variance: moment('variance') },
    losses: {
      total: number('loss_total'),
      sinceLog: number('loss_since_log'),
      lastLoggedStep: number('last_logged_step'),
    },
  };
}

/** Folders that a crash left half written under their temporary names. */
export function removeTornCheckpoints(outputDir: string): void {
  for (const name of readdirSync(outputDir)) {
    if (!/^\.checkpoint-\d+\..*(part|removed)$/.test(name)) continue;
    try {
      rmSync(join(outputDir, name), { recursive: true });
    } catch (error) {
      throw new RunError(
        {
          en: `resume: ${join(outputDir, name)} cannot be removed: ${messageOf(error)}; remove it`,
          zh: `续训：无法删除 ${join(outputDir, name)}：${messageOf(error, 'zh')}；请手动删除`,
        },
        error,
      );
    }
  }
}

function writeTrainingState(path: string, { optimizer, losses }: TrainingState): void {
  const { updates, mean, variance } = optimizer;
  const metadata = {
    updates: `${updates}`,
    loss_total: `${losses.total}`,
    loss_since_log: `${losses.sinceLog}`,
    last_logged_step: `${losses.lastLoggedStep}`,
  };
  writeArrays(path, { arrays: { mean, variance }, metadata });
}
