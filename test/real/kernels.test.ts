/**
 * The C++ tests of the own kernels, for every instruction set: those of this processor run on it, NEON elsewhere under
 * QEMU's user mode.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compilerFlags, runnableVariants } from '../../src/ggml/native-kernels.ts';

const NATIVE = join(import.meta.dirname, '..', '..', 'native');
/** Random shapes of every kernel. */
const ROUNDS = ['100'];
/** An emulated processor is many times slower: without the large shapes. */
const EMULATED_ROUNDS = ['40', 'random'];

const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each(['avx512bf16', 'avx512', 'avx2', 'neon'])('%s', (variant) => {
  const way = wayTo(variant);
  if (typeof way === 'string') {
    console.warn(`${variant} is not tested: ${way}`);
    return;
  }
  const program = join(folder, variant);
  const [compiler, ...options] = way.compiler;
  run(compiler!, [...options, ...compilerFlags(variant), '-pthread', ...sources(), '-o', program]);
  const [first, ...rest] = [...way.runner, program, ...way.rounds];
  expect(run(first!, rest)).toMatch(/^[1-9]\d* checks, 0 failed/);
});

interface Way {
  readonly compiler: readonly string[];
  readonly runner: readonly string[];
  readonly rounds: readonly string[];
}

/** How a variant is compiled and run here, or why it cannot be. */
function wayTo(variant: string): Way | string {
  if (runnableVariants().includes(variant)) {
    if (!found('c++')) return 'there is no compiler c++';
    return { compiler: ['c++'], runner: [], rounds: ROUNDS };
  }
  if (variant !== 'neon') return 'this processor has no such instructions';
  const emulator = ['qemu-aarch64-static', 'qemu-aarch64'].find(found);
  if (!found('aarch64-linux-gnu-g++') || !emulator) {
    return 'it needs the packages g++-aarch64-linux-gnu and qemu-user-static';
  }
  return { compiler: ['aarch64-linux-gnu-g++', '-static'], runner: [emulator], rounds: EMULATED_ROUNDS };
}

function found(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

/** @returns what it printed @throws with that when it fails */
function run(program: string, words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

function sources(): string[] {
  return [NATIVE, join(NATIVE, 'test')].flatMap((place) =>
    readdirSync(place)
      .filter((name) => name.endsWith('.cpp'))
      .map((name) => join(place, name)),
  );
}
