/**
 * What a run file asks for, one after the other: train, evaluate, predict. Runs in the process that calls it; a
 * job's own process is worker.ts.
 */
import { type RunConfig, toRunFile } from '../config/index.ts';
import { assert, type Language, type OnProgress, TunesmithError, textOf, told } from '../core/index.ts';
import { datasetFetcher } from '../hub/index.ts';
import { type OnRunEvent, RunDirectory, type RunEnd } from '../runs/index.ts';
import { evaluate, openRunSession, train } from '../train/index.ts';
import { findModel, withAdapters } from './find-model.ts';
import { predict } from './predict.ts';

export interface JobOptions {
  /** Ends the job after its present step, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onEvent?: OnRunEvent;
  /** The folder is ours, and events are being written. */
  readonly onClaimed?: () => void;
  /** Of pictures. */
  readonly language: Language;
}

/**
 * Carries out a job and tells its end in the run's folder.
 * @throws whatever ended it, RunError also when another process holds the folder
 */
export async function runJob(config: RunConfig, options: JobOptions): Promise<'finished' | 'stopped'> {
  assert(config.output_dir, 'a job without output_dir');
  const run = new RunDirectory({
    outputDir: config.output_dir,
    runFile: toRunFile(config),
    model: config.model_name_or_path,
    datasets: config.do_train ? config.dataset : config.eval_dataset,
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  });
  options.onClaimed?.();
  let end: RunEnd = { state: 'failed' };
  try {
    const state = await carryOut(config, run, options);
    end = { state };
    return state;
  } catch (error) {
    const code = error instanceof TunesmithError ? error.code : 'internal';
    end = { state: 'failed', ...told(textOf(error)), code };
    throw error;
  } finally {
    run.close(end);
  }
}

async function carryOut(
  config: RunConfig,
  run: RunDirectory,
  { signal, language }: JobOptions,
): Promise<'finished' | 'stopped'> {
  const isStopped = () => signal?.aborted === true;
  const stopping = signal ? { signal } : {};
  const onEvent: OnRunEvent = (event) => run.emit(event);
  const onProgress: OnProgress = (progress) => onEvent({ type: 'progress', ...progress });
  const model = await findModel(config, { onProgress });
  const placed = await withAdapters(config, { onProgress });
  if (isStopped()) return 'stopped';
  const fetchFiles = datasetFetcher({ onProgress, refresh: config.overwrite_cache });
  using session = await openRunSession(placed, { model, fetchFiles, outputDir: run.path, onEvent, signal });
  if (isStopped()) return 'stopped';
  const trained = config.do_train ? await train(session, { run, language, ...stopping }) : undefined;
  if (trained?.end === 'stopped') return 'stopped';
  if (!trained) onEvent({ type: 'state', state: 'running' });
  if (config.do_eval && (await evaluate(session, { run, trained, ...stopping })) === 'stopped')
    return 'stopped';
  // Awaited here: the session is closed when this function returns.
  if (config.do_predict) return await predict(session, { run, ...stopping });
  return 'finished';
}
