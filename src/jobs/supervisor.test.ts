/** The supervisor on a program that does as it is told: lanes, a queue that outlives it, stopping, what is said of ends. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Supervisor } from './supervisor.ts';
import type { JobOrder, JobState } from './supervisor-record.ts';

vi.setConfig({ testTimeout: 120_000 });

/**
 * `wait FILE` ends when the file is there, `fail TEXT` says an error, `decide CODE` ends with a code, `know SECRET` with
 * 0 when it was told the secret.
 */
const PROGRAM = `
import { existsSync } from 'node:fs';
const [what, value] = process.argv.slice(2);
process.send?.({ task: 'evaluate', done: 1, total: 2, unit: 'rows' });
if (what === 'fail') { process.stderr.write('a warning\\nerror: ' + value + '\\n'); process.exit(1); }
if (what === 'decide') process.exit(Number(value));
if (what === 'know') process.exit(process.env.A_SECRET?.length === Number(value) ? 0 : 1);
console.log('Listening on http://127.0.0.1:4567 (models: base)');
setInterval(() => existsSync(value) && process.exit(0), 20);
`;

let folder: string;
let supervisor: Supervisor;

function supervise(): Supervisor {
  return new Supervisor({ folder: join(folder, 'jobs'), program: [join(folder, 'program.mjs')] });
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
  supervisor = supervise();
});
afterEach(async () => {
  for (const { id, state } of supervisor.list().reverse()) {
    if (state === 'running' || state === 'queued') supervisor.stop(id, true);
  }
  while (supervisor.list().some(({ state }) => state === 'running')) await after(20);
  supervisor[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const order = (
  words: readonly string[],
  lane: JobOrder['lane'] = 'device',
  kind: JobOrder['kind'] = 'evaluate',
) => ({ kind, title: words.join(' '), lane, words }) satisfies JobOrder;
const gate = (name: string) => join(folder, name);
const open = (name: string) => writeFileSync(gate(name), '');

async function becomes(id: string, state: JobState): Promise<void> {
  while (supervisor.get(id).state !== state) await after(20);
}

it('runs one job a lane, the others in their order, and servers beside', async () => {
  const first = supervisor.add(order(['wait', gate('a')])).id;
  const second = supervisor.add(order(['wait', gate('b')])).id;
  const server = supervisor.add(order(['wait', gate('c')], 'none', 'serve')).id;
  await becomes(first, 'running');
  while (supervisor.get(server).url === undefined) await after(20);
  expect(supervisor.get(server).url).toBe('http://127.0.0.1:4567');
  expect(supervisor.get(second).state).toBe('queued');
  while (supervisor.get(first).progress === undefined) await after(20);
  expect(supervisor.get(first).progress).toMatchObject({ task: 'evaluate', done: 1, total: 2 });
  open('a');
  await becomes(first, 'finished');
  await becomes(second, 'running');
  open('b');
  await becomes(second, 'finished');
  expect(supervisor.get(server).state).toBe('running');
});

it('is found again by another, with what runs and what waits', async () => {
  const first = supervisor.add(order(['wait', gate('a')])).id;
  const second = supervisor.add(order(['wait', gate('b')])).id;
  await becomes(first, 'running');
  supervisor[Symbol.dispose]();
  supervisor = supervise();
  expect(supervisor.get(first).state).toBe('running');
  expect(supervisor.get(second).state).toBe('queued');
  open('a');
  await becomes(second, 'running');
  expect(supervisor.get(first).state).toBe('finished');
});

it('stops what runs, and what waits never begins', async () => {
  const first = supervisor.add(order(['wait', gate('a')])).id;
  const second = supervisor.add(order(['wait', gate('b')])).id;
  supervisor.stop(second);
  expect(supervisor.get(second).state).toBe('stopped');
  await becomes(first, 'running');
  expect(() => supervisor.remove(first)).toThrow('stop it before');
  supervisor.stop(first, true);
  await becomes(first, 'stopped');
  supervisor.remove(first);
  expect(supervisor.list().map(({ id }) => id)).not.toContain(first);
  expect(supervisor.restore(first)).toMatchObject({ id: first, state: 'stopped' });
  supervisor.remove(first);
  // One that is told to stop before it has begun never does.
  const third = supervisor.add(order(['wait', gate('c')])).id;
  supervisor.stop(third);
  expect(supervisor.get(third).state).toBe('stopped');
  supervisor.remove(third);
  expect(existsSync(join(folder, 'jobs', first))).toBe(false);
  expect(supervisor.list().map(({ id }) => id)).toEqual([second]);
});

it('lets a job go that is removed in the moment of its end', async () => {
  const { id } = supervisor.add(order(['wait', gate('a')]));
  await becomes(id, 'running');
  while (!existsSync(join(folder, 'jobs', id, 'events.jsonl'))) await after(20);
  await after(50); // it is watched
  open('a');
  // No notice of the end reaches the supervisor before the job is gone.
  while (supervisor.get(id).state === 'running');
  supervisor.remove(id);
  const next = supervisor.add(order(['decide', '0'])).id;
  await becomes(next, 'finished');
  expect(supervisor.list().map((job) => job.id)).toEqual([next]);
});

it.each<[string, readonly string[], JobOrder['kind'], JobState, string | undefined]>([
  [
    'says what the program says in its error',
    ['fail', 'data: no rows'],
    'evaluate',
    'failed',
    'data: no rows',
  ],
  ['takes a verdict for an end', ['decide', '2'], 'experiment', 'finished', undefined],
  ['takes other codes for failures', ['decide', '2'], 'evaluate', 'failed', 'exit code 2'],
])('%s', async (_, words, kind, state, message) => {
  const { id } = supervisor.add(order(words, 'device', kind));
  await becomes(id, state);
  if (message === undefined) expect(supervisor.get(id).message).toBeUndefined();
  else expect(supervisor.get(id).message).toContain(message);
});

it('gives secrets to the process alone, and says when they are lost', async () => {
  const secrets = { A_SECRET: 'sk-never-on-disk' };
  const told = supervisor.add(order(['know', '16'], 'network'), undefined, secrets).id;
  await becomes(told, 'finished');
  const first = supervisor.add(order(['wait', gate('a')])).id;
  const waiting = supervisor.add(order(['know', '16']), undefined, secrets).id;
  supervisor[Symbol.dispose]();
  supervisor = supervise();
  open('a');
  await becomes(first, 'finished');
  await becomes(waiting, 'failed');
  expect(supervisor.get(waiting).message).toContain('A_SECRET is kept in no file');
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    expect(readFileSync(join(file.parentPath, file.name), 'utf8'), file.name).not.toContain('never-on-disk');
  }
});

it.each(['../../etc', 'a', '', '..'])('takes %j for no id', (id) => {
  expect(() => supervisor.get(id)).toThrow('job');
});
