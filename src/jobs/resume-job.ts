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
    throw new RunError(`resume ${path}: the run is running; attach to it, or stop it first`);
  }
  if (runFile === undefined) {
    throw new RunError(
      `resume ${path}: the folder holds no run.yaml; start it again with its own run file, and it goes on from its last checkpoint`,
    );
  }
  if (state === 'finished' && Object.keys(overrides).length === 0) {
    throw new RunError(
      `resume ${path}: the run has finished, there is nothing left to do; to train longer add num_train_epochs=N or max_steps=N`,
    );
  }
  const raw = parseRunFile(runFile, `${path}/run.yaml`);
  const goOn = {
    output_dir: path,
    overwrite_output_dir: false,
    ...(lastCheckpoint(path) ? { resume_from_checkpoint: null } : {}),
  };
  return resolveRunConfig(raw, goOn, overrides);
}
