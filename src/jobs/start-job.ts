/**
 * Starts a job as a process of its own, which goes on when the starter ends, and follows what it tells: through the
 * events in its folder, whether it was started here or elsewhere.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunConfig } from '../config/index.ts';
import {
  type Bilingual,
  ConfigError,
  checkMachine,
  heard,
  type Language,
  messageOf,
  type OnProgress,
  RunError,
  StorageError,
  TunesmithError,
} from '../core/index.ts';
import type { LicenseNotice } from '../hub/index.ts';
import { followEvents, isFinal, type OnRunEvent, openRunDirectory, type RunEvent } from '../runs/index.ts';
import { deathOf, type Exit, RUN_LOG } from './death.ts';
import { findModel, placed, withAdapters } from './find-model.ts';
import type { Claimed, Order } from './worker.ts';

export interface StartOptions {
  /** Of the pictures that the run draws. */
  readonly language: Language;
  /** Asked once for a model whose licence has to be accepted. */
  readonly acceptLicense?: (notice: LicenseNotice) => Promise<boolean>;
  /** Hears of downloads, which happen before the job starts. */
  readonly onProgress?: OnProgress;
}

/** A job that runs, or ran. */
export interface Job {
  /** Absolute. */
  readonly outputDir: string;
  readonly pid: number;
  /** What it told before it was found, of its steps the last; nothing of one that was started here. */
  readonly past: readonly RunEvent[];
  /** Byte offset of the events that follow. */
  readonly from: number;
  /** Whether its folder came into being with it. */
  readonly isNew: boolean;
  /** How its process ended; resolves at once with nulls where that cannot be seen. */
  readonly exit: Promise<Exit>;
  /** Lets this process end before the job does. */
  release(): void;
}

/** This file and the worker have the same ending: .ts in development, .js in the package. */
const WORKER = fileURLToPath(
  new URL(`./worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

/**
 * Fetches the model, where it has to be, and starts the job's process. Resolves when that holds its folder.
 * @throws TunesmithError when the job cannot start; nothing is left behind then
 */
export async function startJob(config: RunConfig, options: StartOptions): Promise<Job> {
  checkMachine();
  checkTasks(config);
  // What the job reads is here before it begins; it finds it again by the same names.
  await findModel(config, options);
  await withAdapters(config, options);
  const ordered = withAbsolutePaths(config);
  const outputDir = ordered.output_dir!;
  const isNew = !existsSync(outputDir);
  const from = endOfEvents(outputDir);
  const child = spawnWorker(outputDir, { config: { ...ordered }, language: options.language });
  const exit = exitOf(child);
  try {
    await claimOf(child, exit, outputDir);
  } catch (error) {
    if (isNew) rmSync(outputDir, { recursive: true, force: true });
    throw error;
  }
  return { outputDir, pid: child.pid!, past: [], from, isNew, exit, release: () => child.unref() };
}

/** A run that was started elsewhere. @throws RunError when the folder holds none */
export function findJob(outputDir: string): Job {
  const { path, process, liveness, events, lastStep, end: from } = openRunDirectory(outputDir);
  if (process === undefined || liveness === 'elsewhere') {
    throw new RunError({
      en: `run ${path}: ${process ? `it belongs to host ${process.host}` : 'no process of it is known'}; attach where it runs`,
      zh: `运行 ${path}：${process ? `它属于主机 ${process.host}` : '找不到它的进程'}；请在它运行的机器上接入`,
    });
  }
  const exit = Promise.resolve({ code: null, signal: null });
  const past = events.filter(
    (event) => event.type !== 'progress' && (event.type !== 'step' || event === lastStep),
  );
  return { outputDir: path, pid: process.pid, past, from, isNew: false, exit, release: () => {} };
}

export interface FollowOptions {
  readonly onEvent: OnRunEvent;
  /** Looks no further; the job goes on. */
  readonly signal?: AbortSignal;
}

/**
 * Passes a job's events on until it ends.
 * @returns undefined when the signal came first
 * @throws the job's own error, or a RunError that tells of its death; a run that never began leaves nothing behind
 */
export async function followJob(
  job: Job,
  { onEvent, signal }: FollowOptions,
): Promise<'finished' | 'stopped' | undefined> {
  let hasBegun = false;
  let last: Extract<RunEvent, { type: 'state' }> | undefined;
  const hear = (event: RunEvent) => {
    if (event.type === 'state') {
      last = event;
      hasBegun ||= event.state === 'running';
    }
    onEvent(event);
  };
  for (const event of job.past) hear(event);
  const range = { from: job.from, ...(signal ? { signal } : {}) };
  for await (const { event } of followEvents(job.outputDir, range)) hear(event);
  if (signal?.aborted) return undefined;
  const exit = await job.exit;
  if (last === undefined || !isFinal(last.state)) throw deathOf(job.outputDir, exit);
  if (last.state !== 'failed') return last.state;
  const { code = 'internal', message = 'the run failed', zh } = last;
  if (job.isNew && !hasBegun && code !== 'internal') rmSync(job.outputDir, { recursive: true, force: true });
  throw errorOf(code, heard({ message, zh }), job.outputDir);
}

function checkTasks({ do_train, do_eval, do_predict, output_dir }: RunConfig): void {
  if (!do_train && !do_eval && !do_predict) {
    throw new ConfigError({
      en: 'run: do_train, do_eval and do_predict are all off; set do_train: true to train, or one of the others',
      zh: '运行：do_train、do_eval、do_predict 都没有开启；要训练请设置 do_train: true，或开启其他任务',
    });
  }
  if (output_dir === null) {
    throw new ConfigError({
      en: 'run: output_dir is missing; name the folder for the results',
      zh: '运行：缺少 output_dir；请指定存放结果的文件夹',
    });
  }
}

/** So that a run can be resumed from any folder. */
function withAbsolutePaths(config: RunConfig): RunConfig {
  const absolute = (path: string | null) => (path === null ? null : resolve(path));
  return {
    ...config,
    model_name_or_path: placed(config.model_name_or_path),
    adapter_name_or_path: config.adapter_name_or_path.map(placed),
    dataset_dir: resolve(config.dataset_dir),
    output_dir: absolute(config.output_dir),
    resume_from_checkpoint: absolute(config.resume_from_checkpoint),
    cache_dir: absolute(config.cache_dir),
  };
}

/** Where the events of the next run in this folder will begin. */
function endOfEvents(outputDir: string): number {
  try {
    return openRunDirectory(outputDir).end;
  } catch (error) {
    if (error instanceof RunError) return 0; // no run there so far
    throw error;
  }
}

function spawnWorker(outputDir: string, order: Order): ChildProcess {
  const log = openLog(outputDir);
  try {
    // A session of its own: neither Ctrl-C nor the end of the terminal reaches it.
    const child = spawn(process.execPath, [...process.execArgv, WORKER], {
      detached: true,
      stdio: ['pipe', log, log, 'ipc'],
      windowsHide: true,
    });
    child.stdin!.on('error', () => {}); // it ended before it read: its exit tells
    child.stdin!.end(JSON.stringify(order));
    return child;
  } finally {
    closeSync(log);
  }
}

function openLog(outputDir: string): number {
  try {
    mkdirSync(outputDir, { recursive: true });
    return openSync(join(outputDir, RUN_LOG), 'a');
  } catch (error) {
    throw new StorageError(
      {
        en: `output_dir ${outputDir}: cannot be written to: ${messageOf(error)}; choose another folder`,
        zh: `output_dir ${outputDir}：无法写入：${messageOf(error, 'zh')}；请换一个文件夹`,
      },
      error,
    );
  }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) =>
      reject(
        new RunError(
          {
            en: `run: its process cannot be started: ${error.message}; free memory or close programs`,
            zh: `运行：无法启动进程：${messageOf(error, 'zh')}；请腾出内存，或关闭其他程序`,
          },
          error,
        ),
      ),
    );
  });
}

/** Waits until the worker holds the folder. */
async function claimOf(child: ChildProcess, exit: Promise<Exit>, outputDir: string): Promise<void> {
  const message = new Promise<Claimed>((resolve) => child.once('message', resolve));
  const first = await Promise.race([message, exit]);
  if (!('claimed' in first)) throw deathOf(outputDir, first);
  if (!first.claimed) throw errorOf(first.code, heard(first), outputDir);
}

function errorOf(code: string, text: Bilingual, outputDir: string): TunesmithError {
  if (code !== 'internal') return new TunesmithError(code, text);
  const log = join(outputDir, RUN_LOG);
  return new TunesmithError(code, { en: `${text.en}; see ${log}`, zh: `${text.zh}；详见 ${log}` });
}
