/**
 * An environment of Python's packages that are clients of the server: made once in the cache, with pinned versions.
 * Where it cannot be made, as without a network, tests say so and are left out.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../src/core/index.ts';

const PINS = ['openai==3.54.0', 'schemathesis==4.32.5'];

/** @returns the folder of its programs; undefined, with a line that says why, where it cannot be made */
export function pythonClients(): string | undefined {
  const folder = join(cacheFolder(), 'test', 'python-clients');
  const mark = join(folder, 'installed.txt');
  const programs = join(folder, 'bin');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === PINS.join('\n')) return programs;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [join(programs, 'python'), ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', ...PINS]],
  ];
  for (const [program, args] of steps) {
    const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status === 0) continue;
    const why = error?.message ?? stderr.trim().split('\n').at(-1);
    console.log(`left out: ${PINS.join(' and ')} cannot be installed (${why})`);
    return undefined;
  }
  writeFileSync(mark, PINS.join('\n'));
  return programs;
}

/** Runs a program to its end while this process serves. */
export function run(
  program: string,
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  // What it leaves in its folder is none of the project's.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: tmpdir() });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      output += piece;
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}
