/** What a supervisor started ends when the process that attends to it is killed: a server, and a load test of it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type JobOrder, Supervisor } from '../../src/jobs/index.ts';
import { createCache } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

let folder: string;
let supervisor: Supervisor;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-attendants-'));
  process.env['TUNESMITH_CACHE'] = createCache(folder);
  supervisor = new Supervisor({ folder: join(folder, 'jobs'), program: ['--import', 'tsx', MAIN] });
});
afterAll(() => {
  for (const { id, state } of supervisor.list()) if (state === 'running') supervisor.stop(id, true);
  supervisor[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const add = (kind: JobOrder['kind'], words: readonly string[]) =>
  supervisor.add({ kind, title: kind, lane: 'none', words }).id;

/** Asks again until it is so; the test's own time ends it. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 200_000, interval: 50 });

/** @returns the processes that it leaves: the command, and what that started */
async function killAttendant(id: string): Promise<number[]> {
  const { pid } = JSON.parse(readFileSync(join(supervisor.folderOf(id), 'process-1.json'), 'utf8'));
  await soon(() => descendants(pid).length).toBeGreaterThan(1);
  const left = descendants(pid);
  process.kill(pid, 'SIGKILL');
  await soon(() => supervisor.get(id).state).toBe('died');
  return left;
}

function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

it.skipIf(process.platform !== 'linux')('leaves nothing running', { timeout: 240_000 }, async () => {
  const model = `model_name_or_path=${join(GOLDEN, 'models', 'llama')}`;
  const server = add('serve', ['api', model, 'template=chatml', 'num_threads=1', 'port=0', 'bf16=true']);
  await soon(() => supervisor.get(server)).toMatchObject({ url: expect.any(String) });
  const { url } = supervisor.get(server);
  const load = add('loadtest', ['loadtest', `${url}/health`, '-n', '100000000', '-c', '1']);
  await soon(() => supervisor.get(load)).toMatchObject({ started: expect.any(String) });

  const pressing = await killAttendant(load);
  await soon(() => pressing.filter(isRunning)).toEqual([]);
  expect(supervisor.get(server).state).toBe('running');

  const serving = await killAttendant(server);
  await soon(() => serving.filter(isRunning)).toEqual([]);
  await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
});
