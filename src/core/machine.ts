/**
 * What the machine has to bring along, asked before any work starts: a C library that the native engine runs on.
 * Knows no device; those are tried by the engine itself.
 */
import { totalmem } from 'node:os';
import { DeviceError } from './errors.ts';

/** The oldest glibc that the packaged engine is linked against. */
const LEAST_GLIBC = [2, 34] as const;

interface MachineFacts {
  readonly platform: NodeJS.Platform;
  /** Version of the running glibc; undefined where the C library is another, as musl. */
  readonly glibc: string | undefined;
  /** `TUNESMITH_GGML_DIR` names an engine that the user built for this machine. */
  readonly ownEngine: boolean;
}

/** @throws DeviceError when Linux has an older glibc than the packaged engine needs, or none */
export function checkMachine(facts: MachineFacts = machineFacts()): void {
  if (facts.platform !== 'linux' || facts.ownEngine) return;
  const [major = 0, minor = 0] = facts.glibc?.split('.').map(Number) ?? [];
  if (major > LEAST_GLIBC[0] || (major === LEAST_GLIBC[0] && minor >= LEAST_GLIBC[1])) return;
  const found = facts.glibc === undefined ? 'musl or another, not glibc' : `glibc ${facts.glibc}`;
  const foundZh = facts.glibc === undefined ? 'musl 等，而非 glibc' : `glibc ${facts.glibc}`;
  const least = LEAST_GLIBC.join('.');
  throw new DeviceError({
    en: `machine: its C library is ${found}, and the engine needs glibc ${least} or newer; use a newer system, such as Debian 12 or Ubuntu 22.04, or name a ggml build of your own by TUNESMITH_GGML_DIR`,
    zh: `本机：C 库为 ${foundZh}，引擎需要 glibc ${least} 或更新；请使用较新的系统（如 Debian 12、Ubuntu 22.04），或用 TUNESMITH_GGML_DIR 指定自行编译的 ggml`,
  });
}

/** Bytes of memory that this process may use: the machine's, or less where a container limits it. */
export function machineMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** How a need of memory stands to the machine: `tight` fits into it, but not into what is free now. */
export type MemoryFit = 'fits' | 'tight' | 'too large';

/** The system and other programs keep a part of the machine to themselves. */
const MOST_OF_MACHINE = 0.9;

/** @param memory in bytes: free now, and of the whole machine */
export function memoryFit(bytes: number, { free, total }: { free: number; total: number }): MemoryFit {
  if (bytes <= free) return 'fits';
  return bytes <= MOST_OF_MACHINE * total ? 'tight' : 'too large';
}

function machineFacts(): MachineFacts {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return {
    platform: process.platform,
    glibc: header.glibcVersionRuntime,
    ownEngine: Boolean(process.env['TUNESMITH_GGML_DIR']),
  };
}
