/**
 * Tells a process from a later one that got the same id: the boot of the machine and the process's start time
 * since then, where the system says so (Linux's /proc). Elsewhere a process is known by its id alone.
 */
import { readFileSync } from 'node:fs';

export interface ProcessStatus {
  /** Ended, but not yet collected by its parent. */
  readonly isZombie: boolean;
  readonly identity: string;
}

/** @returns undefined where the system does not tell, or there is no such process */
export function processStatus(pid: number): ProcessStatus | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const boot = readIfThere('/proc/sys/kernel/random/boot_id');
  if (stat === undefined || boot === undefined) return undefined;
  // The command's name, in parentheses, may hold anything, so fields are counted from its end: state is the third
  // of proc(5), start time in clock ticks since boot the twenty-second.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  return { isZombie: state === 'Z' || state === 'X', identity: `${boot.trim()}/${fields[19]}` };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}
