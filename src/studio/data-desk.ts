/** Asks the process that reads rows, one question after the other; starts it when needed and lets it go when idle. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DataError, TunesmithError } from '../core/index.ts';
import type { Answer, DeskMethods, Question } from './data-desk-process.ts';

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./data-desk-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));
/** A million rows fit; what needs more is better read by the command line. */
const HEAP_MB = 2048;
const ANSWER_TIMEOUT_MS = 120_000;
const IDLE_MS = 60_000;

type Method = keyof DeskMethods;

export class DataDesk implements Disposable {
  #child: ChildProcess | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #asked = 0;

  /** @throws DataError and others as the rooms that read throw them */
  ask<M extends Method>(method: M, input: Parameters<DeskMethods[M]>[0]): ReturnType<DeskMethods[M]> {
    const answer = this.#queue.then(() => this.#askNow(method, input));
    this.#queue = answer.catch(() => undefined);
    return answer as ReturnType<DeskMethods[M]>;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #askNow(method: Method, input: unknown): Promise<unknown> {
    clearTimeout(this.#idle);
    this.#child ??= this.#start();
    const child = this.#child;
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => fail(`took longer than ${ANSWER_TIMEOUT_MS / 1000} s; split the file, or use the command line`),
        ANSWER_TIMEOUT_MS,
      );
      const done = () => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit);
        this.#rest();
      };
      const fail = (why: string) => {
        done();
        child.kill('SIGKILL');
        if (this.#child === child) this.#child = undefined;
        reject(new DataError(`data: reading ${why}`));
      };
      const onMessage = (answer: Answer) => {
        if (answer.id !== id) return;
        done();
        if ('value' in answer) resolve(answer.value);
        else reject(new TunesmithError(answer.code, answer.message));
      };
      const onExit = () => fail('ended early, most likely for want of memory; give fewer rows at once');
      child.on('message', onMessage).on('exit', onExit);
      child.send({ id, method, input } satisfies Question);
    });
  }

  #start(): ChildProcess {
    const loader = IS_SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
    return spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, ...loader, PROGRAM], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      windowsHide: true,
    });
  }

  #rest(): void {
    this.#idle = setTimeout(() => {
      this.#child?.disconnect();
      this.#child = undefined;
    }, IDLE_MS);
    this.#idle.unref();
  }
}
