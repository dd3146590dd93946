/**
 * Reads a file of a binary format in a process of its own, ended when it takes too long: a single wrong number in such
 * a file can send its reader round for hours or fill all memory, which nothing within one process survives.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Bilingual, DataError, heard, messageOf, type Told } from '../../core/index.ts';
import type { FileRows, ReadOptions } from '../rows.ts';

/** What the process is told first; then `more`, once for each of its answers. */
export interface ReadRequest {
  readonly path: string;
  readonly options: ReadOptions;
}

/** What it answers: ready once its reader is loaded, then pieces, then their end; or what went wrong at any time. */
export type ReadReply =
  | { readonly type: 'ready' }
  | { readonly type: 'piece'; readonly piece: FileRows }
  | { readonly type: 'end' }
  | (Told & { readonly type: 'problem' });

/** A sound file of few rows takes a twentieth of this. */
const LEAST_TIME_MS = 1500;
/** The slowest format, xlsx, takes 2 s a MiB here; the rest is for slow and busy machines. */
const TIME_MS_PER_BYTE = 12_000 / 2 ** 20;

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./apart-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

let idle: ChildProcess | undefined;
let lastTurn: Promise<void> = Promise.resolve();

/**
 * The rows of an xlsx, parquet or arrow file. One file at a time; the process stays for the next one, and does not
 * keep this one alive. Only the time in which the reader works counts.
 * @throws DataError when the file is broken, or takes longer than one of its size does
 */
export async function* readApart(path: string, options: ReadOptions): AsyncGenerator<FileRows> {
  const before = lastTurn;
  let endTurn = () => {};
  lastTurn = new Promise((resolve) => {
    endTurn = resolve;
  });
  await before;
  const child = idle ?? start();
  idle = undefined;
  child.ref();
  child.channel?.ref();
  const limitMs = LEAST_TIME_MS + statSync(path).size * TIME_MS_PER_BYTE;
  let isAtRest = false;
  try {
    let reply = await ask(child, path, { path, options });
    let usedMs = 0;
    while (reply.type === 'ready' || reply.type === 'piece') {
      if (reply.type === 'piece') yield reply.piece;
      const began = performance.now();
      reply = await ask(child, path, 'more', { limitMs, leftMs: limitMs - usedMs });
      usedMs += performance.now() - began;
    }
    isAtRest = true;
    if (reply.type === 'problem') throw new DataError(heard(reply));
  } finally {
    if (isAtRest) rest(child);
    else {
      child.kill('SIGKILL');
      // The next file does not wait for the new process to start.
      rest(start());
    }
    endTurn();
  }
}

/** Sends a request and waits for the answer. */
function ask(
  child: ChildProcess,
  path: string,
  request: ReadRequest | 'more',
  time?: { readonly limitMs: number; readonly leftMs: number },
): Promise<ReadReply> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const release = () => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
    };
    const fail = (problem: Bilingual) => {
      release();
      reject(
        new DataError({
          en: `${path}: ${problem.en}; fetch the file or save it again`,
          zh: `${path}：${problem.zh}；请重新下载或另存该文件`,
        }),
      );
    };
    const onMessage = (reply: ReadReply) => {
      release();
      resolve(reply);
    };
    const onExit = (code: number | null, signal: string | null) =>
      fail({
        en: `is broken: its reader ended by ${signal ?? `code ${code}`}`,
        zh: `文件已损坏：读取进程以 ${signal ?? `代码 ${code}`} 结束`,
      });
    const onError = (error: Error) =>
      fail({
        en: `its reader cannot be started: ${error.message}`,
        zh: `无法启动读取进程：${messageOf(error, 'zh')}`,
      });
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
    if (time) {
      const seconds = (time.limitMs / 1000).toFixed(1);
      const problem = {
        en: `is broken: its reader was not done after ${seconds} s`,
        zh: `文件已损坏：${seconds} 秒内没有读完`,
      };
      timer = setTimeout(() => fail(problem), time.leftMs);
    }
    child.send(request);
  });
}

function start(): ChildProcess {
  const loader = IS_SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
  const child = spawn(process.execPath, [...loader, PROGRAM], {
    serialization: 'advanced',
    // What the libraries and a dying process print is of no use to whoever reads a table.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    windowsHide: true,
  });
  // What happens to it while it rests shows when it is used.
  child.on('error', () => undefined);
  child.on('exit', () => {
    if (idle === child) idle = undefined;
  });
  return child;
}

/** Keeps a process for the next file; it does not keep this one alive. */
function rest(child: ChildProcess): void {
  idle = child;
  child.unref();
  child.channel?.unref();
}
