/** Greedy decoding by llama.cpp through node-llama-cpp, in a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { RunError, writeJsonAtomic } from '../../src/core/index.ts';
import type { DecodeOrder } from '../tasks/decode.ts';
import { llamaCppPackage } from './environment.ts';

interface LlamaCppDecoding {
  readonly tokensPerSecond: readonly number[];
  readonly peakRssBytes: number;
}

export async function llamaCpp(order: DecodeOrder, folder: string): Promise<LlamaCppDecoding> {
  const modules = await llamaCppPackage();
  const orderFile = join(folder, 'order.json');
  writeJsonAtomic(orderFile, { ...order, modules });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'llama-cpp-decode.mjs'), orderFile], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.on('message', (message) => resolve(message as LlamaCppDecoding));
    child.on('error', reject);
    child.on('exit', (code, signal) => reject(new RunError(`bench: llama.cpp ended with ${signal ?? code}`)));
  });
}
