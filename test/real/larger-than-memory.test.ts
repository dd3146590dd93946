/**
 * A training on a file that is larger than the memory that its processes may take: rows pass through memory a piece at
 * a time. That they are the same rows in the same order as in memory, encode-datasets.test.ts shows.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openRunDirectory, readTrainerState } from '../../src/runs/index.ts';
import { createCache, startTunesmith } from '../support/command-line.ts';
import { tinySettings } from '../support/tiny-run.ts';

const ROWS = 120_000;
/** Beside the columns that are trained; so that tokenizing, which takes by far the longest, is not what is tested. */
const NOTES_BYTES = 9000;
/** Of JavaScript, in each process. */
const HEAP_MB = 256;
/** Of a process in all: Node itself takes a fifth, its threads that tokenize have heaps of their own. */
const MOST_BYTES = 512 * 2 ** 20;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'large-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeLarge(path: string): void {
  const file = openSync(path, 'w');
  const notes = 'What nobody reads. '.repeat(NOTES_BYTES / 19);
  for (let row = 0; row < ROWS; row += 100) {
    const lines = Array.from({ length: 100 }, (_, index) =>
      JSON.stringify({
        instruction: `Ticket ${row + index}`,
        output: ['billing', 'login'][index % 2],
        notes,
      }),
    );
    writeSync(file, `${lines.join('\n')}\n`);
  }
  closeSync(file);
}

/** The most that a process and its descendants have taken so far, by their ids. */
function look(root: number, peaks: Map<number, number>): void {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const status = /^\d+$/.test(name) ? readStatus(name) : '';
    const parent = /^PPid:\s+(\d+)/m.exec(status)?.[1];
    if (parent === undefined) continue;
    parents.set(Number(name), Number(parent));
    const peak = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
    if (isBelow(Number(name), root, parents)) peaks.set(Number(name), peak);
  }
}

function isBelow(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) if (at === root) return true;
  return false;
}

function readStatus(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // It has ended.
  }
}

test.skipIf(process.platform !== 'linux')(
  'a file larger than the memory of its processes is trained',
  { timeout: 600_000 },
  async () => {
    const settings = tinySettings(folder);
    const path = join(folder, 'data', 'large.jsonl');
    writeLarge(path);
    const columns = { prompt: 'instruction', response: 'output' };
    writeFileSync(
      join(folder, 'data', 'dataset_info.json'),
      JSON.stringify({ large: { file_name: 'large.jsonl', columns } }),
    );
    const runFile = join(folder, 'run.yaml');
    const chosen = { dataset: 'large', streaming: true, max_steps: 3, preprocessing_num_workers: 1 };
    writeFileSync(runFile, JSON.stringify({ ...settings, ...chosen }));
    vi.stubEnv('NODE_OPTIONS', `--max-old-space-size=${HEAP_MB}`);
    const peaks = new Map<number, number>();
    const { child, ended } = startTunesmith(['train', runFile], { cache: createCache(folder) });
    const looking = setInterval(() => look(child.pid!, peaks), 100);
    const { code, stderr } = await ended.finally(() => clearInterval(looking));
    vi.unstubAllEnvs();
    expect(code, stderr).toBe(0);
    const out = join(folder, 'out');
    expect(readTrainerState(out).global_step).toBe(3);
    expect(openRunDirectory(out).state).toBe('finished');
    const highest = Math.max(...peaks.values());
    console.log(
      `${peaks.size} processes, the largest ${highest / 2 ** 20} MiB; file ${statSync(path).size / 2 ** 20} MiB`,
    );
    expect(statSync(path).size).toBeGreaterThan(2 ** 30);
    // The program, the run, and the process that tokenizes were all seen.
    expect(peaks.size).toBeGreaterThanOrEqual(3);
    expect(highest).toBeLessThan(MOST_BYTES);
  },
);
