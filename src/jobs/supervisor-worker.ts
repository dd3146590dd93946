/**
 * The process of a supervised job: claims the job's folder, carries the order out, and tells in the folder how it goes.
 * A train order starts a run and stays with it; any other is a command of the program, whose lines and progress it
 * passes on. SIGINT stops politely, SIGTERM at once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseRunFile, resolveRunConfig } from '../config/index.ts';
import {
  heard,
  languageOf,
  type Progress,
  RunError,
  type Told,
  TunesmithError,
  textOf,
  told,
} from '../core/index.ts';
import { RunDirectory, type RunEnd, signalRun } from '../runs/index.ts';
import { followJob, startJob } from './start-job.ts';
import { type JobRecord, readRecord } from './supervisor-record.ts';

/** A server's log grows without end; what the page shows of it does not. */
const MOST_LINES = 5000;
/** Progress comes a hundred times a second; nobody reads it so fast. */
const PROGRESS_INTERVAL_MS = 200;
/** As a shell tells that Ctrl-C ended a program. */
const INTERRUPTED = 130;
/** Exit codes that tell what was found, not that something went wrong. */
const FOUND: Readonly<Partial<Record<JobRecord['kind'], readonly number[]>>> = {
  experiment: [2, 3],
  loadtest: [1],
};

/** What the program tells of its error, beside what it prints in the terminal's language. */
export interface CommandFailed {
  readonly failed: Told & { readonly code: string };
}

type Stop = 'none' | 'politely' | 'at once';

async function main(folder: string, program: readonly string[]): Promise<void> {
  const record = readRecord(folder);
  const run = new RunDirectory({
    outputDir: folder,
    runFile: `# tunesmith ${record.words.join(' ')}\n`,
    model: record.title,
    datasets: [],
    // Its folder lists it already.
    cacheFolder: dirname(dirname(folder)),
  });
  let end: RunEnd = {
    state: 'failed',
    ...told({ en: 'the process of the job ended early', zh: '作业进程提前结束' }),
  };
  try {
    run.emit({ type: 'state', state: 'running' });
    checkSecrets(record);
    end =
      record.kind === 'train' ? await train(record, run) : await runCommand(record, { run, folder, program });
  } catch (error) {
    const code = error instanceof TunesmithError ? error.code : 'internal';
    end = { state: 'failed', ...told(textOf(error)), code };
  } finally {
    run.close(end);
  }
}

/** They were in the memory of the supervisor that took the order, and are gone where another one starts it. */
function checkSecrets({ id, secrets = [] }: JobRecord): void {
  const lost = secrets.filter((name) => process.env[name] === undefined);
  if (lost.length === 0) return;
  throw new RunError({
    en: `job ${id}: ${lost.join(', ')} is kept in no file and went with the program that had it; give it again and go on`,
    zh: `作业 ${id}：${lost.join('、')} 没有存入任何文件，已随当时的程序消失；请重新给出后继续`,
  });
}

async function train({ words, outputDir }: JobRecord, run: RunDirectory): Promise<RunEnd> {
  const [, runFile = ''] = words;
  const stop = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    stop.abort();
    if (outputDir !== undefined) tryTo(() => signalRun(outputDir, signal));
  };
  process.on('SIGINT', () => interrupt('SIGINT'));
  process.on('SIGTERM', () => interrupt('SIGKILL'));
  const config = resolveRunConfig(parseRunFile(readFileSync(runFile, 'utf8'), runFile));
  const job = await startJob(config, { language: languageOf(), onProgress: thinned(run) });
  if (stop.signal.aborted) interrupt('SIGINT');
  // What the run tells stands in its own folder; here only how it ends.
  const state = await followJob(job, { onEvent: () => undefined });
  return { state: state ?? 'stopped' };
}

async function runCommand(
  { kind, words }: JobRecord,
  { run, folder, program }: { run: RunDirectory; folder: string; program: readonly string[] },
): Promise<RunEnd> {
  const child = spawn(process.execPath, [...program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // This process says in the guard's place what a crash of native code means.
    env: { ...process.env, TUNESMITH_GUARDED: '1', NO_COLOR: '1' },
    windowsHide: true,
  });
  let wish: Stop = 'none';
  process.on('SIGINT', () => {
    wish = 'politely';
    child.kill('SIGINT');
  });
  process.on('SIGTERM', () => {
    wish = 'at once';
    child.kill('SIGKILL');
  });
  const report = thinned(run);
  let failure: (Told & { readonly code: string }) | undefined;
  child.on('message', (message: Progress | CommandFailed) => {
    if ('failed' in message) failure = message.failed;
    else report(message);
  });
  const complaint = passLinesOn(child, run, join(folder, 'job.log'));
  const { code, signal } = await exitOf(child);
  if (code === 0) return { state: 'finished' };
  if (wish !== 'none' || code === INTERRUPTED) return { state: 'stopped' };
  if (failure) return { state: 'failed', ...told(heard(failure)), code: failure.code };
  const said = complaint();
  if (code !== null && said === '' && FOUND[kind]?.includes(code)) return { state: 'finished' };
  const text = said || {
    en: `the command ended by ${signal ?? `exit code ${code}`}; see its log`,
    zh: `命令以${signal ?? `退出码 ${code} `}结束；请看它的日志`,
  };
  return { state: 'failed', ...told(text), code: 'command' };
}

/** @returns gives what the program said in its error */
function passLinesOn(child: ChildProcess, run: RunDirectory, log: string): () => string {
  let lines = 0;
  // From `error: ` on, as the program says it last.
  const errors: string[] = [];
  for (const [stream, level] of [
    [child.stdout!, 'info'],
    [child.stderr!, 'warn'],
  ] as const) {
    createInterface({ input: stream }).on('line', (message) => {
      appendFileSync(log, `${message}\n`);
      if (message.startsWith('error: ')) errors.length = 0;
      if (message.startsWith('error: ') || errors.length > 0) errors.push(message.replace(/^error: /, ''));
      if (lines++ < MOST_LINES && message.trim() !== '') run.emit({ type: 'log', level, message });
    });
  }
  return () => errors.slice(0, 8).join('\n');
}

function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // All its lines are read by then; a message may come after them.
    child.once('close', (code, signal) => {
      if (child.connected) child.once('disconnect', () => resolve({ code, signal }));
      else resolve({ code, signal });
    });
  });
}

function thinned(run: RunDirectory): (progress: Progress) => void {
  let last = Number.NEGATIVE_INFINITY;
  let task = '';
  return (progress) => {
    const now = performance.now();
    const isTelling = progress.task !== task || progress.done === progress.total;
    if (!isTelling && now - last < PROGRESS_INTERVAL_MS) return;
    last = now;
    task = progress.task;
    run.emit({ type: 'progress', ...progress });
  };
}

/** A run that is over already needs no signal. */
function tryTo(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof TunesmithError)) throw error;
  }
}

const [folder, ...program] = process.argv.slice(2);
await main(folder!, program);
