/** The settings with which a run goes on. */
import { parseRunFile, type RunConfig, resolveRunConfig } from '../config/index.ts';
import { RunError } from '../core/index.ts';
import { lastCheckpoint, openRunDirectory } from '../runs/index.ts';

/**
 * A run's own settings, from its folder, to go on from its last checkpoint.
 * @param overrides raw settings that change it, such as more epochs
 * @throws RunError when the run is not one that can go on
 */
export function resumeConfig(outputDir: string, overrides: Readonly<Record<string, unknown>>): RunConfig {
  const { path, state, runFile } = openRunDirectory(outputDir);
  if (state === 'running') {
    throw new RunError({
      en: `resume ${path}: the run is running; attach to it, or stop it first`,
      zh: `续训 ${path}：该运行正在进行；请接入查看，或先停止它`,
    });
  }
  if (runFile === undefined) {
    throw new RunError({
      en: `resume ${path}: the folder holds no run.yaml; start it again with its own run file, and it goes on from its last checkpoint`,
      zh: `续训 ${path}：文件夹中没有 run.yaml；请用原来的运行文件重新启动，它会从最后一个检查点继续`,
    });
  }
  if (state === 'finished' && Object.keys(overrides).length === 0) {
    throw new RunError({
      en: `resume ${path}: the run has finished, there is nothing left to do; to train longer add num_train_epochs=N or max_steps=N`,
      zh: `续训 ${path}：该运行已完成，没有剩余的步数；要训练更久，请加上 num_train_epochs=N 或 max_steps=N`,
    });
  }
  const raw = parseRunFile(runFile, `${path}/run.yaml`);
  const goOn = {
    output_dir: path,
    overwrite_output_dir: false,
    ...(lastCheckpoint(path) ? { resume_from_checkpoint: null } : {}),
  };
  return resolveRunConfig(raw, goOn, overrides);
}
