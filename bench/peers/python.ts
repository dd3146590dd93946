/** Runs one of the Python scripts beside this file: its order is a JSON file, and so is its answer. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RunError, writeJsonAtomic } from '../../src/core/index.ts';

interface PythonRun {
  readonly order: object;
  /** For the files that are passed, and the log. */
  readonly folder: string;
  readonly threads: number;
}

/** Lines of a log that are shown when a script fails. */
const SHOWN_LINES = 15;

/** @throws RunError with the end of what the script printed */
export async function runPython<T>(
  python: string,
  script: string,
  { order, folder, threads }: PythonRun,
): Promise<T> {
  const [orderFile, answerFile, log] = ['order.json', 'answer.json', 'python.log'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  writeJsonAtomic(orderFile, order);
  rmSync(answerFile, { force: true });
  const output = openSync(log, 'w');
  const child = spawn(python, [join(import.meta.dirname, script), orderFile, answerFile], {
    cwd: folder,
    stdio: ['ignore', output, output],
    env: environment(threads),
  });
  closeSync(output);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => resolve(signal ?? status));
  });
  if (code === 0) return JSON.parse(readFileSync(answerFile, 'utf8')) as T;
  const end = readFileSync(log, 'utf8').trim().split('\n').slice(-SHOWN_LINES).join('\n');
  throw new RunError(`bench: ${script} ended with ${code}:\n${end}`);
}

/** Ours, without what others set for their numeric libraries: only the number of threads is told. */
function environment(threads: number): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OPENBLAS|MKL|OMP|GOTO|BLIS)_/.test(name));
  return {
    ...Object.fromEntries(kept),
    OMP_NUM_THREADS: String(threads),
    HF_HUB_OFFLINE: '1',
    TOKENIZERS_PARALLELISM: 'false',
    CUDA_VISIBLE_DEVICES: '',
  };
}
