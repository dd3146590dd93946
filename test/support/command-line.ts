/** The real program, run as a person runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/core/index.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** A cache of a test's own, that shares what was built for this machine: kernels take seconds to compile. */
export function createCache(folder: string): string {
  const cache = join(folder, 'cache');
  mkdirSync(cache, { recursive: true });
  for (const name of ['native', 'ggml']) {
    mkdirSync(join(cacheFolder(), name), { recursive: true });
    symlinkSync(join(cacheFolder(), name), join(cache, name), 'dir');
  }
  return cache;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the output so far, of both kinds, matches. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

interface StartOptions {
  /** The folder that stands for the user's cache. */
  readonly cache: string;
  readonly language?: 'en' | 'zh';
  /** The words that start the program with Node; its sources when absent. */
  readonly program?: readonly string[];
}

const SOURCES = ['--import', 'tsx', MAIN];

export function startTunesmith(
  words: readonly string[],
  { cache, language = 'en', program = SOURCES }: StartOptions,
): RunningCommand {
  const child = spawn(process.execPath, [...program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TUNESMITH_CACHE: cache, TUNESMITH_LANG: language },
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (data: Buffer) => {
    stdout += data;
    for (const watch of watchers) watch();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data;
    for (const watch of watchers) watch();
  });
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const watch = () => {
        const match = pattern.exec(stdout + stderr);
        if (!match) return;
        watchers.delete(watch);
        resolve(match);
      };
      watchers.add(watch);
      watch();
      void ended.then(() => reject(new Error(`it ended without saying ${pattern}:\n${stdout}\n${stderr}`)));
    });
  return { child, ended, says };
}

export function tunesmith(words: readonly string[], options: StartOptions): Promise<Ended> {
  return startTunesmith(words, options).ended;
}
