/** llama.cpp through node-llama-cpp, in a process of its own: greedy decoding, and answers to many rows. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { RunError, writeJsonAtomic } from '../../src/core/index.ts';
import type { DecodeOrder } from '../tasks/decode.ts';
import { llamaCppPackage } from './environment.ts';

interface LlamaCppDecoding {
  readonly tokensPerSecond: readonly number[];
  readonly peakRssBytes: number;
}

export async function llamaCpp(order: DecodeOrder, folder: string): Promise<LlamaCppDecoding> {
  return heard(await start('llama-cpp-decode.mjs', order, folder));
}

export interface AnswerOrder {
  /** A GGUF file. */
  readonly model: string;
  readonly threads: number;
  readonly sequences: number;
  /** Of one sequence. */
  readonly contextLength: number;
  /** Tokens of all sequences that are computed at once. */
  readonly batchSize: number;
  /** Token ids that all prompts begin with. */
  readonly prefix: readonly number[];
  readonly stopTokens: readonly number[];
  readonly maxNewTokens: number;
}

export interface LlamaCppAnswers {
  /** Token ids of each, without what ended it. */
  readonly answers: readonly (readonly number[])[];
  readonly seconds: number;
  readonly peakRssBytes: number;
}

/** Loaded once, asked several times. */
export class LlamaCppAnswering implements Disposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(order: AnswerOrder, folder: string): Promise<LlamaCppAnswering> {
    const child = await start('llama-cpp-answer.mjs', order, folder);
    await heard(child);
    return new LlamaCppAnswering(child);
  }

  /** @param prompts token ids */
  answer(prompts: readonly (readonly number[])[]): Promise<LlamaCppAnswers> {
    this.#child.send(prompts);
    return heard(this.#child);
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}

async function start(script: string, order: object, folder: string): Promise<ChildProcess> {
  const modules = await llamaCppPackage();
  const orderFile = join(folder, 'order.json');
  writeJsonAtomic(orderFile, { ...order, modules });
  return spawn(process.execPath, [join(import.meta.dirname, script), orderFile], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Its sequences sample side by side from logits that the first reader puts in order: with more threads than one
    // they read each other's, and most answers of 16 sequences are wrong. It is no slower so.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  });
}

/** The next message. @throws RunError when the process ends before */
function heard<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) =>
      reject(new RunError(`bench: llama.cpp ended with ${signal ?? code}`));
    child.once('error', reject);
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('error', reject).off('exit', onExit);
      resolve(message as T);
    });
  });
}
