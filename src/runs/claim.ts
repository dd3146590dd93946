/**
 * Who writes into a run directory: `process-<n>.json`, of which the highest n counts. A newcomer claims n + 1 by
 * creating that file exclusively, and only when the process of n has ended; so of two that race one wins, and
 * nothing is ever unlocked by mistake. A process id that another program got since is told by its start time.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RunError, writeJsonAtomic } from '../core/index.ts';
import { processStatus } from './process-identity.ts';
import { guardStorage } from './storage.ts';

export interface ProcessRecord {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, in UTC: when the run directory was claimed. */
  readonly started: string;
  /** Tells this process from later ones of the same id: boot and start time; absent where the system has none. */
  readonly identity?: string;
  /** When the process let go of the directory. */
  readonly ended?: string;
}

/** `elsewhere`: on another host, where this one cannot look. */
export type Liveness = 'alive' | 'gone' | 'elsewhere';

const NAME = /^process-(\d+)\.json$/;

/** The right to write into a run directory, held by this process until released. */
export class Claim {
  readonly record: ProcessRecord;
  readonly #path: string;

  private constructor(path: string, record: ProcessRecord) {
    this.#path = path;
    this.record = record;
  }

  /** @throws RunError when a living process holds the directory, or one on another host may */
  static take(folder: string, now = new Date()): Claim {
    return guardStorage('write', folder, () => Claim.#take(folder, now));
  }

  static #take(folder: string, now: Date): Claim {
    mkdirSync(folder, { recursive: true });
    const identity = processStatus(process.pid)?.identity;
    const record: ProcessRecord = {
      pid: process.pid,
      host: hostname(),
      started: now.toISOString(),
      ...(identity === undefined ? {} : { identity }),
    };
    for (;;) {
      const latest = latestRecord(folder);
      if (latest) refuseIfHeld(folder, latest);
      const generation = (latest?.generation ?? 0) + 1;
      const path = fileOf(folder, generation);
      if (!createWhole(path, record)) continue; // another was faster: look at its record
      if (generations(folder)[0] !== generation) {
        rmSync(path, { force: true }); // a whole run came and went since we looked
        continue;
      }
      for (const older of generations(folder).slice(1)) rmSync(fileOf(folder, older), { force: true });
      return new Claim(path, record);
    }
  }

  release(now = new Date()): void {
    writeJsonAtomic(this.#path, { ...this.record, ended: now.toISOString() });
  }
}

/** The process that holds, or last held, the directory. */
export function readProcess(folder: string): ProcessRecord | undefined {
  return guardStorage('read', folder, () => latestRecord(folder)?.record);
}

export function livenessOf(record: ProcessRecord): Liveness {
  if (record.ended !== undefined) return 'gone';
  if (record.host !== hostname()) return 'elsewhere';
  if (!exists(record.pid)) return 'gone';
  const status = processStatus(record.pid);
  if (status === undefined) return 'alive';
  const isAnother = record.identity !== undefined && record.identity !== status.identity;
  return status.isZombie || isAnother ? 'gone' : 'alive';
}

function refuseIfHeld(folder: string, { record, generation }: Held): void {
  const liveness = livenessOf(record);
  if (liveness === 'alive') {
    throw new RunError({
      en: `output_dir ${folder}: process ${record.pid} is writing a run there since ${record.started}; stop that run, or choose another output_dir`,
      zh: `output_dir ${folder}：进程 ${record.pid} 自 ${record.started} 起在此写入一次运行；请停止该运行，或换一个 output_dir`,
    });
  }
  if (liveness === 'elsewhere') {
    throw new RunError({
      en: `output_dir ${folder}: a run on host ${record.host} holds it since ${record.started}; stop it there, or delete ${fileOf(folder, generation)} when it is surely over`,
      zh: `output_dir ${folder}：主机 ${record.host} 上的一次运行自 ${record.started} 起占用它；请在那台机器上停止，若确已结束请删去 ${fileOf(folder, generation)}`,
    });
  }
}

interface Held {
  readonly record: ProcessRecord;
  readonly generation: number;
}

function latestRecord(folder: string): Held | undefined {
  for (;;) {
    const generation = generations(folder)[0];
    if (generation === undefined) return undefined;
    let text: string;
    try {
      text = readFileSync(fileOf(folder, generation), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue; // removed by a newer holder
      throw error;
    }
    return { record: parseRecord(text), generation };
  }
}

/** Generations that have a file, newest first. */
function generations(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

function fileOf(folder: string, generation: number): string {
  return join(folder, `process-${generation}.json`);
}

/** Creates a file with its content in one step, unless there is one. */
function createWhole(path: string, record: ProcessRecord): boolean {
  const temporary = `${path}.${process.pid}.part`;
  const content = `${JSON.stringify(record, null, 2)}\n`;
  try {
    writeFileSync(temporary, content);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT' || code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS') throw error;
    return createExclusively(path, content); // a file system without links
  } finally {
    rmSync(temporary, { force: true });
  }
}

function createExclusively(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A record that cannot be read was left by a crash: its process is gone. */
function parseRecord(text: string): ProcessRecord {
  try {
    const value = JSON.parse(text) as Partial<ProcessRecord> | null;
    if (value && typeof value.pid === 'number' && typeof value.started === 'string') {
      return { host: hostname(), ...value, pid: value.pid, started: value.started };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { pid: 0, host: hostname(), started: '', ended: '' };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
