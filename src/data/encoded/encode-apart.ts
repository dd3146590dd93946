/**
 * Encodes a data set in a process of its own: what reading and tokenizing many rows leaves in a process's memory is
 * gone when training begins, so a run takes as much memory with many rows as with few.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  DataError,
  heard,
  messageOf,
  type OnProgress,
  type Progress,
  RunError,
  type Told,
} from '../../core/index.ts';
import type { DatasetEntry } from '../dataset-info.ts';
import type { EncodingPlan } from './encoder-threads.ts';
import type { StoreAbout } from './store-writer.ts';

/** What the process is told, once. */
export interface ApartOrder {
  /** Gets the store. */
  readonly folder: string;
  readonly entry: DatasetEntry;
  readonly keys: Pick<StoreAbout, 'key' | 'textKey'>;
  /** Which rows; see streamDataset. */
  readonly choice: { readonly seed: number; readonly maxSamples: number | undefined };
  readonly plan: EncodingPlan;
  readonly threads: number | undefined;
}

export type ApartReply =
  | { readonly progress: Progress }
  | { readonly isDone: true }
  | { readonly problem: Told };

export interface ApartOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./encode-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

/** @throws DataError when the rows cannot be read or used, or none can be trained; RunError when stopped or killed */
export function encodeApart(order: ApartOrder, { onProgress, signal }: ApartOptions): Promise<void> {
  const loader = IS_SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
  const child = spawn(process.execPath, [...loader, PROGRAM], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    windowsHide: true,
  });
  const stop = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', stop);
  let last: ApartReply | undefined;
  child.on('message', (reply: ApartReply) => {
    if ('progress' in reply) onProgress?.(reply.progress);
    else last = reply;
  });
  child.send(order);
  return new Promise<void>((resolve, reject) => {
    child.on('error', (error) =>
      reject(
        new RunError(
          {
            en: `data: tokenizing cannot start: ${error.message}; free memory`,
            zh: `数据：无法启动分词：${messageOf(error, 'zh')}；请腾出内存`,
          },
          error,
        ),
      ),
    );
    child.on('exit', (code, ended) => {
      if (signal?.aborted)
        reject(
          new RunError({ en: 'data: tokenizing was stopped; run again', zh: '数据：分词已停止；请重新运行' }),
        );
      else if (last && 'isDone' in last) resolve();
      else if (last && 'problem' in last) reject(new DataError(heard(last.problem)));
      else {
        const how = ended ?? `code ${code}`;
        reject(
          new RunError({
            en: `data: the process that tokenizes rows ended with ${how}; set preprocessing_num_workers to 1 if memory ran out`,
            zh: `数据：分词进程以 ${how} 结束；若是内存不足，请把 preprocessing_num_workers 设为 1`,
          }),
        );
      }
    });
  }).finally(() => signal?.removeEventListener('abort', stop));
}
