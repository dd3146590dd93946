/**
 * Where the programs that we compare with are installed: folders of their own in the cache, made at first use with
 * pinned versions. Knows nothing of what is run in them.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, RunError, writeFileAtomic } from '../../src/core/index.ts';
import { say } from '../say.ts';

/** Pins that install and load together. */
const PYTHON_PINS = [
  'llamafactory==0.9.5',
  'torch==2.11.0',
  'torchvision==0.26.0',
  'torchaudio==2.11.0',
] as const;

/** Pinned like our own ggml libraries, so that both sides compute with the same llama.cpp. */
const LLAMA_CPP_PINS = [
  'node-llama-cpp@3.21.1',
  `@node-llama-cpp/${process.platform}-${process.arch}@3.21.1`,
];

/** @returns the Python of an environment that holds LLaMA-Factory, PyTorch, transformers and PEFT */
export async function pythonEnvironment(): Promise<string> {
  const folder = join(benchFolder(), 'python');
  const python = join(folder, 'bin', 'python');
  await once(folder, PYTHON_PINS, '6 GB, ten minutes or more', async (log) => {
    await run('python3', ['-m', 'venv', folder], { log });
    await run(python, ['-m', 'pip', 'install', '--no-cache-dir', ...PYTHON_PINS], { log });
  });
  return python;
}

/** @returns the folder of a package that holds node-llama-cpp without its GPU builds */
export async function llamaCppPackage(): Promise<string> {
  const folder = join(benchFolder(), 'llama-cpp');
  await once(folder, LLAMA_CPP_PINS, '60 MB', async (log) => {
    writeFileAtomic(join(folder, 'package.json'), '{ "private": true }\n');
    // Optional packages are the builds for GPUs and other systems; ours is named beside it.
    await run('npm', ['install', '--omit=optional', '--ignore-scripts', ...LLAMA_CPP_PINS], { log, folder });
  });
  return folder;
}

/** What the bench keeps from one time to the next. */
export function benchFolder(): string {
  return join(cacheFolder(), 'bench');
}

/** Installs unless the same pins were installed here before. */
async function once(
  folder: string,
  pins: readonly string[],
  size: string,
  install: (log: string) => Promise<void>,
): Promise<void> {
  const mark = join(folder, 'installed.txt');
  const wanted = `${pins.join('\n')}\n`;
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const log = join(folder, 'install.log');
  say(`installing ${pins.join(', ')} into ${folder}: ${size}, once; see ${log}`);
  await install(log);
  writeFileAtomic(mark, wanted);
}

/** @throws RunError when the program fails */
function run(
  program: string,
  args: readonly string[],
  where: { log: string; folder?: string },
): Promise<void> {
  const output = openSync(where.log, 'a');
  const child = spawn(program, args, {
    stdio: ['ignore', output, output],
    ...(where.folder && { cwd: where.folder }),
  });
  closeSync(output);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new RunError(`bench: ${program} does not start: ${error.message}`)));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new RunError(`bench: ${program} ${args.join(' ')} ended with ${signal ?? code}; see ${where.log}`),
        );
    });
  });
}
