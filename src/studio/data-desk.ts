/** Asks the process that reads rows, one question after the other; starts it when needed and lets it go when idle. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Bilingual, DataError, heard, type OnProgress, TunesmithError } from '../core/index.ts';
import type { Answer, DeskMethods, Question } from './data-desk-process.ts';

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./data-desk-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));
/** A million rows fit; what needs more is better read by the command line. */
const HEAP_MB = 2048;
const IDLE_MS = 60_000;
const CANCELLED = { en: 'data: reading was cancelled; start it again', zh: '数据：读取已取消；请重新开始' };

type Method = keyof DeskMethods;

interface Watch {
  /** Ends the process in the middle of its work. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

export class DataDesk implements Disposable {
  readonly #silenceMs: number;
  #child: ChildProcess | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #asked = 0;

  /** @param silenceMs without an answer or word of progress, and the question is given up */
  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /** @throws DataError and others as the rooms that read throw them */
  ask<M extends Method>(
    method: M,
    input: Parameters<DeskMethods[M]>[0],
    watch: Watch = {},
  ): ReturnType<DeskMethods[M]> {
    const answer = this.#queue.then(() => this.#askNow(method, input, watch));
    this.#queue = answer.catch(() => undefined);
    return answer as ReturnType<DeskMethods[M]>;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #askNow(method: Method, input: unknown, { signal, onProgress }: Watch): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(new DataError(CANCELLED));
    clearTimeout(this.#idle);
    this.#child ??= this.#start();
    const child = this.#child;
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          fail({
            en: `data: reading took longer than ${this.#silenceMs / 1000} s; split the file, or use the command line`,
            zh: `数据：读取超过 ${this.#silenceMs / 1000} 秒；请拆分文件，或改用命令行`,
          }),
        this.#silenceMs,
      );
      const done = () => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit).off('error', onExit);
        signal?.removeEventListener('abort', onAbort);
        this.#rest();
      };
      const fail = (text: Bilingual) => {
        done();
        child.kill('SIGKILL');
        if (this.#child === child) this.#child = undefined;
        reject(new DataError(text));
      };
      const onMessage = (answer: Answer) => {
        if (answer.id !== id) return;
        if ('progress' in answer) {
          timer.refresh();
          onProgress?.(answer.progress);
          return;
        }
        done();
        if ('value' in answer) resolve(answer.value);
        else reject(new TunesmithError(answer.code, heard(answer)));
      };
      const onExit = () =>
        fail({
          en: 'data: reading ended early, most likely for want of memory; give fewer rows at once',
          zh: '数据：读取提前结束，多半是内存不足；请减少一次给出的数据',
        });
      const onAbort = () => fail(CANCELLED);
      child.on('message', onMessage).on('exit', onExit).on('error', onExit);
      signal?.addEventListener('abort', onAbort);
      child.send({ id, method, input } satisfies Question);
    });
  }

  #start(): ChildProcess {
    const loader = IS_SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, ...loader, PROGRAM], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      windowsHide: true,
    });
    // Between two questions the system may end it; the next one starts another.
    const forget = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.on('exit', forget).on('error', forget);
    return child;
  }

  #rest(): void {
    this.#idle = setTimeout(() => {
      this.#child?.disconnect();
      this.#child = undefined;
    }, IDLE_MS);
    this.#idle.unref();
  }
}
