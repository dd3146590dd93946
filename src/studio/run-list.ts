/** The runs of this machine under short ids, so that no path has to come with a request. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type ListedRun, lastCheckpoint, listRuns } from '../runs/index.ts';
import { MissingError } from './bind-route.ts';
import type { Run } from './wire/index.ts';
import type { Workspace } from './workspace.ts';

export function runId(outputDir: string): string {
  return createHash('sha256').update(resolve(outputDir)).digest('base64url').slice(0, 16);
}

/** @throws MissingError for an id that is none of them */
export function findRun(id: string): ListedRun {
  const found = listRuns().find(({ output_dir }) => runId(output_dir) === id);
  if (found) return found;
  throw new MissingError({
    en: `run ${id.slice(0, 40)}: there is no such run; look at the list of runs`,
    zh: `运行 ${id.slice(0, 40)}：没有这次运行；请查看运行列表`,
  });
}

export function runOnWire(listed: ListedRun, workspace: Workspace): Run {
  const { output_dir, started, model, dataset, view } = listed;
  const ended = view.process?.ended;
  return {
    id: runId(output_dir),
    folder: workspace.shown(output_dir),
    model: existsSync(model) ? basename(model) : model,
    dataset,
    started,
    state: view.state,
    hasAdapter: existsSync(join(output_dir, 'adapter_config.json')),
    hasCheckpoint: lastCheckpoint(output_dir) !== undefined,
    ...(view.phase !== undefined && { phase: view.phase }),
    ...(view.message !== undefined && { message: view.message, zh: view.zh }),
    ...(view.code !== undefined && { code: view.code }),
    ...(view.lastStep && { lastStep: view.lastStep }),
    ...(ended !== undefined && { ended }),
  };
}

/** Resident memory of a process, in bytes; undefined where the system does not tell. */
export function memoryOf(pid: number): number | undefined {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return undefined;
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(path, 'utf8'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
