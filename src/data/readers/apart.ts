/**
 * Reads a file of a binary format in a process of its own, ended when it takes too long: a single wrong number in such
 * a file can send its reader round for hours or fill all memory, which nothing within one process survives.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DataError } from '../../core/index.ts';
import type { FileRows, ReadOptions, Row } from '../rows.ts';
import type { RowFinding } from '../samples.ts';

/** What the process is told. */
export interface ReadRequest {
  readonly path: string;
  readonly options: ReadOptions;
}

/** What it answers: ready once its reader is loaded, then rows, then their end; or what went wrong at any time. */
export type ReadReply =
  | { readonly type: 'ready' }
  | { readonly type: 'rows'; readonly rows: Row[] }
  | { readonly type: 'end'; readonly findings: readonly RowFinding[] }
  | { readonly type: 'problem'; readonly message: string };

/** A sound file of few rows takes a twentieth of this. */
const LEAST_TIME_MS = 1500;
/** The slowest format, xlsx, takes 2 s a MiB here; the rest is for slow and busy machines. */
const TIME_MS_PER_BYTE = 12_000 / 2 ** 20;

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./apart-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

let idle: ChildProcess | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * The rows of an xlsx, parquet or arrow file. One file at a time; the process stays for the next one, and does not
 * keep this one alive.
 * @throws DataError when the file is broken, or takes longer than one of its size does
 */
export function readApart(path: string, options: ReadOptions): Promise<FileRows> {
  const read = queue.then(() => readNow({ path, options }));
  queue = read.catch(() => undefined);
  return read;
}

function readNow(request: ReadRequest): Promise<FileRows> {
  const { path } = request;
  const limitMs = LEAST_TIME_MS + statSync(path).size * TIME_MS_PER_BYTE;
  const child = idle ?? start();
  idle = undefined;
  child.ref();
  child.channel?.ref();
  return new Promise((resolve, reject) => {
    const rows: Row[] = [];
    let timer: NodeJS.Timeout | undefined;
    const release = (next: ChildProcess | undefined) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      if (next) rest(next);
    };
    const fail = (problem: string, next?: ChildProcess) => {
      child.kill('SIGKILL');
      release(next);
      reject(new DataError(`${path}: ${problem}; fetch the file or save it again`));
    };
    const onMessage = (reply: ReadReply) => {
      if (reply.type === 'ready') {
        const seconds = (limitMs / 1000).toFixed(1);
        // The next file does not wait for the new process to start.
        timer = setTimeout(
          () => fail(`is broken: its reader was not done after ${seconds} s`, start()),
          limitMs,
        );
      } else if (reply.type === 'rows') {
        for (const row of reply.rows) rows.push(row);
      } else {
        release(child);
        if (reply.type === 'end') resolve({ rows, findings: reply.findings });
        else reject(new DataError(reply.message));
      }
    };
    const onExit = (code: number | null, signal: string | null) =>
      fail(`is broken: its reader ended by ${signal ?? `code ${code}`}`, start());
    const onError = (error: Error) => fail(`its reader cannot be started: ${error.message}`);
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
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
