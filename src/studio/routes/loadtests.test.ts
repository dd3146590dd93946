/** The routes of load tests on what `loadtest` leaves: what a page is told, and what an order becomes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBareStudio } from '../../../test/support/bare-studio.ts';
import type { RunningStudio } from '../index.ts';
import type { LoadTest } from '../wire/index.ts';

const SERVER = '20260101000000-abcdef';
const KEY = 'sk-written-nowhere';

let folder: string;
let studio: RunningStudio;
let served: Server;
const keys = new Set<string | undefined>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'studio-loadtests-'));
  const work = join(folder, 'work');
  served = createServer((request, response) => {
    keys.add(request.headers.authorization);
    response.setHeader('content-type', 'application/json');
    request.resume().on('end', () => response.end('{"data":[{"label":"a","probability":1}]}'));
  });
  await new Promise<void>((resolve) => served.listen(0, '127.0.0.1', resolve));
  mkdirSync(join(work, 'data'), { recursive: true });
  writeFileSync(
    join(work, 'data', 'rows.json'),
    '[{"instruction":"x","output":"a"},{"instruction":"y","output":"b"}]',
  );
  writeFileSync(join(work, 'data', 'dataset_info.json'), '{"rows":{"file_name":"rows.json"}}');
  // A server that this process stands for.
  const job = join(work, '.tunesmith', 'jobs', SERVER);
  mkdirSync(job, { recursive: true });
  const created = '2026-01-01T00:00:00.000Z';
  const record = {
    id: SERVER,
    kind: 'serve',
    title: 'a',
    lane: 'none',
    words: ['api'],
    created,
    pid: process.pid,
  };
  writeFileSync(join(job, 'job.json'), JSON.stringify(record));
  const { port } = served.address() as AddressInfo;
  const message = `Listening on http://127.0.0.1:${port}`;
  const events = [
    { type: 'state', state: 'running', time: created },
    { type: 'log', level: 'info', message, time: created },
  ];
  writeFileSync(join(job, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const { Claim } = await import('../../runs/index.ts');
  Claim.take(job);
  studio = await startBareStudio(folder);
});
afterAll(async () => {
  await studio.close();
  served.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(body: object): Promise<Response> {
  const usual = { server: SERVER, model: 'a', dataset: 'rows', requests: 20, concurrency: 2 };
  return fetch(`${studio.url}api/loadtests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...usual, ...body }),
  });
}

async function found(started: Response): Promise<LoadTest> {
  const { id } = (await started.json()) as { id: string };
  for (;;) {
    const one = (await (await fetch(`${studio.url}api/loadtests/${id}`)).json()) as LoadTest;
    if (one.job.state !== 'running' && one.job.state !== 'queued') return one;
    await after(100);
  }
}

it('tells what one machine holds and how many a target needs, and its key reaches the server alone', async () => {
  const started = await start({ serviceLevel: 'p95=60000ms', targetQps: 1e6, pricePerHour: 2, key: KEY });
  expect(started.status).toBe(200);
  const { job, measured, promise, capacity, printed } = await found(started);
  expect(job.message).toBeUndefined();
  expect(job.state).toBe('finished');
  expect(`${job.command}${printed}${JSON.stringify(job)}`).not.toContain(KEY);
  expect([...keys]).toContain(`Bearer ${KEY}`);
  expect(measured).toMatchObject({ completed: 20, failed: 0, accuracy: { right: 10, compared: 20 } });
  expect(promise).toEqual({ level: 'p95=60000ms', holds: true });
  expect(capacity!.instances).toBe(Math.ceil(1e6 / (measured!.requestsPerSecond * 0.7)));
  expect(capacity!.cost!.perHour).toBe(2 * capacity!.instances);
  expect(printed).toContain('Percentage of the requests served within a certain time (ms)');
});

it('says that a promise is not held, and keeps what was measured', async () => {
  const { job, measured, promise, capacity } = await found(await start({ serviceLevel: 'p95=0.001ms' }));
  expect(job.state).toBe('finished');
  expect(measured!.completed).toBe(20);
  expect(promise).toEqual({ level: 'p95=0.001ms', holds: false });
  expect(capacity).toBeUndefined();
});

it('raises the rate step by step where that is asked for', async () => {
  const ramp = { from: 5, to: 10, stepSeconds: 1 };
  const { steps, highestQps } = await found(await start({ serviceLevel: 'p95=60000ms', ramp }));
  expect(steps!.map(({ rate }) => rate)).toEqual([5, 10]);
  expect(highestQps).toBe(10);
});

it.each([
  [{ dataset: 'none' }, 404, /none/],
  [{ server: 'nobody-here' }, 409, /there is no such job/],
  [{ concurrency: 0 }, 400, /concurrency/],
])('refuses %j', async (body, status, says) => {
  const refused = await start(body);
  expect([refused.status, await refused.text()]).toEqual([status, expect.stringMatching(says)]);
});
