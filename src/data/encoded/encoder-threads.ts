/** Threads that encode pieces side by side. Knows nothing of files. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { DataError } from '../../core/index.ts';
import type { RowSettings } from '../encode-row.ts';
import type { PieceEncoder } from './encode-into.ts';
import type { EncodedPiece, PieceSample } from './encode-piece.ts';

/** What a thread needs to encode by itself. */
export interface EncodingPlan {
  /** Where the tokenizer lies. */
  readonly model: { readonly kind: 'folder' | 'gguf'; readonly path: string };
  /** The template as it was asked for; the model's own when absent. */
  readonly templateName: string | undefined;
  readonly settings: RowSettings;
}

export type ThreadReply = { readonly piece: EncodedPiece } | { readonly problem: string };

interface Thread {
  readonly worker: Worker;
  readonly waiting: { resolve(piece: EncodedPiece): void; reject(error: unknown): void }[];
}

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = new URL(`./encode-worker.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url);

/** Pieces that a thread has before it, so that it never waits. */
const PIECES_PER_THREAD = 2;

export class EncoderThreads implements PieceEncoder {
  readonly #threads: readonly Thread[];

  /** @param count one for each core when absent */
  constructor(plan: EncodingPlan, count: number = availableParallelism()) {
    this.#threads = Array.from({ length: count }, () => start(plan));
  }

  get room(): number {
    return this.#threads.length * PIECES_PER_THREAD;
  }

  /** Given to the thread with the least to do. */
  encode(samples: readonly (PieceSample | null)[]): Promise<EncodedPiece> {
    const { worker, waiting } = this.#threads.reduce((least, thread) =>
      thread.waiting.length < least.waiting.length ? thread : least,
    );
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage(samples);
    });
  }

  async end(): Promise<void> {
    for (const { worker } of this.#threads) worker.removeAllListeners('exit');
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}

function start(plan: EncodingPlan): Thread {
  const worker = IS_SOURCE
    ? new Worker(sourceLoader(), { eval: true, workerData: plan })
    : new Worker(PROGRAM, { workerData: plan });
  const thread: Thread = { worker, waiting: [] };
  const fail = (reason: string) => {
    const error = new DataError({
      en: `data: a thread that encodes rows failed: ${reason}; report this`,
      zh: `数据：分词线程出错：${reason}；请反馈此问题`,
    });
    for (const { reject } of thread.waiting.splice(0)) reject(error);
  };
  thread.worker.on('message', (reply: ThreadReply) => {
    if ('piece' in reply) thread.waiting.shift()?.resolve(reply.piece);
    else fail(reply.problem);
  });
  thread.worker.on('error', (error: Error) => fail(error.stack ?? error.message));
  thread.worker.on('exit', (code) => fail(`it ended with ${code}`));
  return thread;
}

/** Threads do not inherit what makes TypeScript run, which development needs. */
function sourceLoader(): string {
  const [tsx, program] = [import.meta.resolve('tsx/esm/api'), PROGRAM.href].map((url) => JSON.stringify(url));
  return `import(${tsx}).then(({ register }) => { register(); return import(${program}); });`;
}
