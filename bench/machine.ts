/** What a figure was measured on: without it no figure means anything. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { formatBytes } from '../src/core/index.ts';

/** Instruction sets that decide how fast matrices are multiplied. */
const FLAGS = [
  'avx2',
  'fma',
  'avx512f',
  'avx512bw',
  'avx512vl',
  'avx512_vnni',
  'avx512_bf16',
  'amx_bf16',
  'amx_tile',
  'asimd',
  'bf16',
  'i8mm',
];

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly flags: readonly string[];
  readonly memory: string;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Of the last minute before the bench: what else ran here. */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? process.arch,
    cores: availableParallelism(),
    flags: processorFlags(),
    memory: formatBytes(totalmem()),
    system: `${process.platform} ${release()}`,
    versions: { tunesmith: ownVersion(), node: process.versions.node, ggml: ggmlVersion() },
    load: Number(loadavg()[0]!.toFixed(2)),
  };
}

export function formatMachine({ processor, cores, flags, memory, system, versions, load }: Machine): string {
  const known = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${processor}, ${cores} cores (${flags.join(' ')}), ${memory}, ${system}, ${known.join(', ')}, load ${load}`;
}

function processorFlags(): string[] {
  if (process.platform !== 'linux') return [];
  const line = readFileSync('/proc/cpuinfo', 'utf8').match(/^(?:flags|Features)\s*: (.*)$/m);
  const found = new Set(line?.[1]?.split(' '));
  return FLAGS.filter((flag) => found.has(flag));
}

function ownVersion(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: 'pipe' }).trim();
    const isChanged = git('status', '--porcelain', '--', '../src', '../native') !== '';
    return `${version} (${git('rev-parse', '--short', 'HEAD')}${isChanged ? ', changed' : ''})`;
  } catch {
    return version; // no checkout
  }
}

function ggmlVersion(): string {
  if (process.env['TUNESMITH_GGML_DIR']) return `of ${process.env['TUNESMITH_GGML_DIR']}`;
  const { optionalDependencies } = createRequire(import.meta.url)('../package.json') as {
    optionalDependencies: Record<string, string>;
  };
  return `@node-llama-cpp ${Object.values(optionalDependencies)[0]}`;
}
