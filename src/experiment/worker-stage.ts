/** Starts a stage's process and follows it to its end; what it says beside its messages goes into a log. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { heard, messageOf, type OnProgress, RunError, TunesmithError } from '../core/index.ts';
import type { FromStage, StageOrder } from './order.ts';
import type { StageMark } from './stage.ts';

/** This file and the worker have the same ending: .ts in development, .js in the package. */
const WORKER = fileURLToPath(
  new URL(`./stage-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

export interface FollowStageOptions {
  readonly onProgress: OnProgress;
  /** Ends the stage; nothing of it is kept. */
  readonly signal?: AbortSignal | undefined;
}

/** @returns undefined when the signal came first @throws the stage's own error, or one that tells of its death */
export async function workerStage(
  order: StageOrder,
  { onProgress, signal }: FollowStageOptions,
): Promise<StageMark | undefined> {
  const logFile = `${order.folder}.log`;
  const child = start(order, logFile);
  const stop = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    const last = await follow(child, onProgress, logFile, order);
    if ('finished' in last) return last.finished;
    const { en, zh } = heard(last);
    const text =
      last.code === 'internal' ? { en: `${en}; see ${logFile}`, zh: `${zh}；详见 ${logFile}` } : { en, zh };
    throw new TunesmithError(last.code, text);
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function start(order: StageOrder, logFile: string): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  try {
    const child = spawn(process.execPath, [...process.execArgv, WORKER], {
      stdio: ['pipe', log, log, 'ipc'],
      // Not the terminal's: Ctrl-C is for the experiment, which ends its stage.
      detached: true,
      windowsHide: true,
    });
    child.stdin!.on('error', () => {}); // it ended before it read: its exit tells
    child.stdin!.end(JSON.stringify(order));
    return child;
  } finally {
    closeSync(log);
  }
}

function follow(
  child: ChildProcess,
  onProgress: OnProgress,
  logFile: string,
  { kind }: StageOrder,
): Promise<Exclude<FromStage, { progress: unknown }>> {
  return new Promise((resolve, reject) => {
    let last: Exclude<FromStage, { progress: unknown }> | undefined;
    child.on('message', (message: FromStage) => {
      if ('progress' in message) onProgress(message.progress);
      else last = message;
    });
    child.once('error', (error) =>
      reject(
        new RunError(
          {
            en: `experiment: a stage cannot be started: ${error.message}; free memory`,
            zh: `实验：无法启动阶段：${messageOf(error, 'zh')}；请腾出内存`,
          },
          error,
        ),
      ),
    );
    child.once('exit', (code, signal) => {
      if (last) resolve(last);
      else reject(deathOf(kind, signal ?? code, logFile));
    });
  });
}

function deathOf(kind: string, how: NodeJS.Signals | number | null, logFile: string): RunError {
  const words = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' | ').slice(-400);
  const quoted =
    words === ''
      ? { en: '', zh: '' }
      : { en: ` (last words in ${logFile}: ${words})`, zh: `（${logFile} 中的最后输出：${words}）` };
  const remedy =
    how === 'SIGKILL'
      ? {
          en: 'if nobody killed it, memory ran out: take a smaller model or bf16: true, and run the experiment again',
          zh: '若非人为终止，则是内存不足：请换更小的模型或设置 bf16: true，然后重新运行实验',
        }
      : {
          en: 'run the experiment again: what is finished stays',
          zh: '请重新运行实验，已完成的部分会保留',
        };
  return new RunError({
    en: `experiment: the process of a ${kind} stage ended with ${how}${quoted.en}; ${remedy.en}`,
    zh: `实验：${kind} 阶段的进程以 ${how} 结束${quoted.zh}；${remedy.zh}`,
  });
}
