/**
 * A folder for one process's unfinished download. Two processes never share one, so neither can break the other;
 * one that a dead process left behind is taken over with what it holds, so a broken-off download goes on.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const PREFIX = '.fetch-';

/** Processes of other machines, that share the folder over a network, cannot be asked whether they live. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Makes this process's folder inside `parent`, or takes over an abandoned one; removes further abandoned ones. */
export function claimWorkFolder(parent: string): string {
  const mine = join(parent, `${PREFIX}${hostname()}-${process.pid}`);
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    if (path === mine || !isAbandoned(parent, name)) continue;
    if (existsSync(mine)) rmSync(path, { recursive: true, force: true });
    else takeOver(path, mine);
  }
  mkdirSync(mine, { recursive: true });
  return mine;
}

function takeOver(path: string, mine: string): void {
  try {
    renameSync(path, mine);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isAbandoned(parent: string, name: string): boolean {
  const [, host, pid] = name.match(/^\.fetch-(.+)-(\d+)$/) ?? [];
  if (!host) return false;
  if (host === hostname()) return !isRunning(Number(pid));
  const changedMs =
    statSync(join(parent, name), { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
  return Date.now() - changedMs > ABANDONED_AFTER_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
