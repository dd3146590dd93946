/**
 * An experiment that is killed again and again, at random moments and in random parts, ends as one that never was:
 * with the same predictions, metrics and verdict. Latency is measured anew.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Random } from '../../src/core/index.ts';
import type { ExperimentRecord } from '../../src/experiment/index.ts';
import { createCache, startTunesmith } from '../support/command-line.ts';
import { tinySettings } from '../support/tiny-run.ts';

/** Four experiments, five kills each. */
const SEEDS = [1, 2, 3, 4];
const KILLS = 5;

let folder: string;
let cache: string;
let reference: Result;
let referenceMs: number;

interface Result {
  readonly code: number | null;
  /** Of each candidate: every row as it was judged. */
  readonly rows: unknown;
  readonly comparison: unknown;
  readonly checks: unknown;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'experiment-kill-'));
  cache = createCache(folder);
  const started = performance.now();
  reference = await carryOut('reference');
  referenceMs = performance.now() - started;
  expect(reference.code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(name: string) {
  const { output_dir: _, do_train: __, ...settings } = tinySettings(folder);
  const file = join(folder, `${name}.yaml`);
  const experiment = {
    name: 'killed',
    output_dir: join(folder, name),
    settings,
    test_dataset: 'held_out',
    judge_by: ['labels', 'answers'],
    variants: { tuned: { num_train_epochs: 20, save_steps: 5, save_total_limit: 2 } },
    loadtest: { requests: 8, concurrency: [2] },
    criteria: { accuracy: { min: 0, max: 1 }, failed_share: { max: 0.9 } },
  };
  writeFileSync(file, stringify(experiment));
  return startTunesmith(['experiment', file], { cache });
}

async function carryOut(name: string): Promise<Result> {
  const { code } = await start(name).ended;
  return { code, ...resultOf(join(folder, name)) };
}

function resultOf(output: string): Omit<Result, 'code'> {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as unknown;
  const { stages, verdict } = read(join(output, 'experiment.json')) as ExperimentRecord;
  const judged = stages.filter(({ kind }) => kind === 'judge');
  return {
    rows: judged.map(({ id, folder: place }) => {
      const { judged: ways } = read(join(output, place, 'judged.json')) as { judged: { rows: unknown }[] };
      return [id, ways.map(({ rows }) => rows)];
    }),
    comparison: read(join(output, stages.find(({ kind }) => kind === 'compare')!.folder, 'comparison.json')),
    checks: [verdict?.decision, verdict?.checks.filter(({ metric }) => metric === 'accuracy')],
  };
}

/** Processes that a process started, and those they started. */
function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readIfThere(`/proc/${name}/stat`);
      const parent = stat && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return parent ? [{ pid: Number(name), parent }] : [];
    });
  const below = (one: number): number[] =>
    parents.filter(({ parent }) => parent === one).flatMap((child) => [child.pid, ...below(child.pid)]);
  return below(pid);
}

/** Trainings outlive who started them: their folder says who they are. */
function trainings(output: string): number[] {
  const stages = join(output, 'stages');
  return listIfThere(stages)
    .filter((name) => name.startsWith('train-'))
    .flatMap((name) => listIfThere(join(stages, name)).map((file) => join(stages, name, file)))
    .filter((path) => /process-\d+\.json$/.test(path))
    .flatMap((path) => {
      const record = JSON.parse(readIfThere(path) ?? '{}') as { pid?: number; ended?: string };
      return record.pid !== undefined && record.ended === undefined ? [record.pid] : [];
    });
}

const readIfThere = (path: string) => ifThere(() => readFileSync(path, 'utf8'));
const listIfThere = (path: string) => ifThere(() => readdirSync(path)) ?? [];

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function kill(pids: readonly number[]): void {
  for (const pid of pids) ifThere(() => process.kill(pid, 'SIGKILL'));
}

describe.skipIf(process.platform !== 'linux')('an experiment', () => {
  it.each(SEEDS)('that is killed five times ends the same, seed %d', async (seed) => {
    const random = new Random(seed);
    const name = `killed-${seed}`;
    const output = join(folder, name);
    let kills = 0;
    while (kills < KILLS) {
      const running = start(name);
      const { pid } = running.child;
      const moment = new Promise<'now'>((resolve) => {
        setTimeout(resolve, random.uniform() * referenceMs * 0.7, 'now').unref();
      });
      const first = await Promise.race([moment, running.ended]);
      if (first === 'now') {
        const below = [...new Set([...descendants(pid!), ...trainings(output)])];
        const victims = [[pid!], below, [pid!, ...below]][random.integer(3)]!;
        kill(victims);
        if (!victims.includes(pid!)) await running.ended;
        kills++;
      } else if (first.code === 0) {
        // It was faster: the next one begins anew.
        expect(resultOf(output)).toEqual({ ...reference, code: undefined });
        rmSync(output, { recursive: true });
      }
      await running.ended;
    }
    const result = await carryOut(name);
    expect(result).toEqual(reference);
    expect(listIfThere(join(output, 'stages')).filter((file) => file.endsWith('.part'))).toEqual([]);
  });
});
