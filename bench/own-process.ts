/**
 * Measures in a process of its own, so that peak memory is that of the one thing measured and nothing is warm that
 * would not be for a user.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RunError } from '../src/core/index.ts';
import type { Tasks } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

export type Order<K extends keyof Tasks> = Parameters<Tasks[K]>[0];
export type Outcome<K extends keyof Tasks> = Awaited<ReturnType<Tasks[K]>> & {
  readonly peakRssBytes: number;
};

/** What the process tells when it is done. */
export type Answer = { readonly outcome: object; readonly peakRssBytes: number } | { readonly error: string };

/** @throws RunError with the process's own words when it fails */
export function inOwnProcess<K extends keyof Tasks>(task: K, order: Order<K>): Promise<Outcome<K>> {
  const child = fork(WORKER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send({ task, order });
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined;
    child.on('message', (message) => {
      answer = message as Answer;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (answer === undefined) {
        reject(new RunError(`bench: the process of ${task} ended with ${signal ?? code}; see above`));
      } else if ('error' in answer) reject(new RunError(answer.error));
      else resolve({ ...answer.outcome, peakRssBytes: answer.peakRssBytes } as Outcome<K>);
    });
  });
}
