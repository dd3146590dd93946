/** What is measured of a server whose delays and faults are known. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answer,
  answerAfter,
  oneByOne,
  type StandIn,
  stallAt,
  startStandIn,
} from '../../test/support/stand-in-server.ts';
import { measure } from './measure.ts';
import type { LoadTestOrder } from './order.ts';
import { parseServiceLevel } from './service-level.ts';

const STALL_MS = 700;
const CAPACITY = 50;
/** Half of a chat's answer: the head promises more than comes. */
const PROMISED = 100;

let server: StandIn;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loadtest-'));
  server = await startStandIn({
    '/delays': ({ response, body }) => void setTimeout(() => answer(response, body), Number(body)),
    '/fast': answerAfter(0),
    '/never': () => undefined,
    '/stall-closed': stallAt(50, STALL_MS),
    '/stall-open': stallAt(50, STALL_MS),
    '/one-by-one': oneByOne(1000 / CAPACITY),
    '/half': ({ response, socket, ordinal }) => {
      if (ordinal % 2 === 0) return answer(response, 'ok');
      response.writeHead(200, { 'content-length': PROMISED });
      response.write('ten bytes.', () => socket.destroy());
    },
    '/busy': ({ response, ordinal }) => answer(response, 'slow down', ordinal % 4 === 0 ? 429 : 200),
    '/lengths': ({ response, ordinal }) => answer(response, 'x'.repeat(ordinal % 5 === 4 ? 3 : 2)),
    '/chat': ({ response, body }) => {
      if (body === 'garbage') return answer(response, '{"choices": [');
      answer(
        response,
        JSON.stringify({ choices: [{ message: { content: `<think>so</think> ${body}\n` } }] }),
      );
    },
    '/closing': ({ response }) => {
      response.setHeader('connection', 'close');
      answer(response, 'ok');
    },
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

type Wishes = Partial<Omit<LoadTestOrder, 'target'>> & { readonly target?: Partial<LoadTestOrder['target']> };

function run(path: string, { target, ...rest }: Wishes = {}, signal = new AbortController().signal) {
  const order: LoadTestOrder = {
    target: {
      url: server.origin + path,
      method: 'POST',
      headers: {},
      keepAlive: true,
      timeoutMs: 30_000,
      ...target,
    },
    requests: [{ body: 'hello' }],
    load: { kind: 'closed', concurrency: 1, requests: 10 },
    warmup: 0,
    sameLength: false,
    ...rest,
  };
  return measure(order, { onProgress: () => undefined, signal });
}

describe('closed loop', () => {
  it('finds each delay that the server keeps, in the report and in every line of the csv', async () => {
    const csvFile = join(folder, 'delays.csv');
    const delays = [10, 60, 120];
    const { measured } = await run('/delays', {
      requests: [{ body: '10' }, { body: '60' }, { body: '120' }],
      load: { kind: 'closed', concurrency: 3, requests: 60 },
      csvFile,
    });
    const rows = readFileSync(csvFile, 'utf8').trim().split('\n').slice(1);
    const totals = rows.map((row) => Number(row.split(',')[4])).sort((a, b) => a - b);
    expect(totals).toHaveLength(60);
    // A timer may be early by a part of its millisecond.
    delays.forEach((delay, index) => {
      expect(totals[20 * index]!).toBeGreaterThan(delay - 2);
    });
    const rank = (percent: number) => totals[Math.max(0, Math.ceil((percent / 100) * 60) - 1)]!;
    for (const { percent, ms } of measured.percentiles) {
      expect(Math.abs(ms - rank(percent)), `p${percent}`).toBeLessThan(0.002 + 2e-4 * ms);
    }
    expect(measured.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(60);
    const mean = totals.reduce((sum, ms) => sum + ms, 0) / 60;
    expect(measured.times.total.mean).toBeCloseTo(mean, 1);
    expect(measured.times.connect.max + measured.times.waiting.max).toBeGreaterThan(118);
  });

  it('keeps connections when asked, and opens one for each request when not', async () => {
    const count = async (keepAlive: boolean) => {
      const before = server.counts.connections;
      const load = { kind: 'closed', concurrency: 4, requests: 40 } as const;
      const { measured } = await run('/fast', { target: { keepAlive }, load });
      expect(measured).toMatchObject({ completed: 40, failed: 0, keptAlive: keepAlive ? 40 : 0 });
      expect(measured.times.connect.max).toBeGreaterThan(0);
      expect(measured.times.connect.min > 0).toBe(!keepAlive);
      return server.counts.connections - before;
    };
    expect(await count(true)).toBe(4);
    expect(await count(false)).toBe(40);
  });

  it('opens a connection anew where the server closes it', async () => {
    const { measured } = await run('/closing');
    expect(measured).toMatchObject({ completed: 10, failed: 0, keptAlive: 0 });
  });

  it('counts the bytes of heads and bodies in both directions', async () => {
    const { measured } = await run('/fast', { load: { kind: 'closed', concurrency: 1, requests: 3 } });
    expect(measured.bodyBytes).toBe(6);
    expect(measured.bytesReceived).toBeGreaterThan(3 * 'HTTP/1.1 200 OK'.length);
    expect(measured.bytesSent).toBeGreaterThan(3 * 'POST /fast HTTP/1.1hello'.length);
  });

  it('does not count the warm-up, and stops when its time is over', async () => {
    const before = server.counts.paths.get('/fast') ?? 0;
    const { measured } = await run('/fast', {
      warmup: 7,
      load: { kind: 'closed', concurrency: 2, requests: 5 },
    });
    expect(measured.requests).toBe(5);
    expect(server.counts.paths.get('/fast')! - before).toBe(12);
    const timed = await run('/delays', {
      requests: [{ body: '50' }],
      load: { kind: 'closed', concurrency: 1, seconds: 0.2 },
    });
    expect(timed.measured.requests).toBeGreaterThan(0);
    expect(timed.measured.requests).toBeLessThanOrEqual(5);
    expect(timed.measured.seconds).toBeGreaterThan(0.19);
  });

  it('ends early on demand, with what was over by then', async () => {
    const stop = new AbortController();
    const order = run('/never', { load: { kind: 'closed', concurrency: 2, requests: 2 } }, stop.signal);
    stop.abort();
    expect(await order).toMatchObject({ isStopped: true, measured: { requests: 0 } });
  });
});

describe('errors', () => {
  it.each<[string, string, Wishes, Record<string, number>]>([
    ['a time that runs out', '/never', { target: { timeoutMs: 50 } }, { timeout: 10 }],
    ['half answers', '/half', {}, { receive: 5 }],
    ['a status', '/busy', { load: { kind: 'closed', concurrency: 1, requests: 8 } }, { status: 2 }],
    ['another length', '/lengths', { sameLength: true }, { length: 2 }],
    ['lengths that may differ', '/lengths', {}, {}],
    [
      'answers that cannot be read, and wrong ones',
      '/chat',
      {
        answers: 'chat',
        requests: [
          { body: 'sports', expected: 'sports' },
          { body: 'sports', expected: 'games' },
          { body: 'garbage', expected: 'games' },
        ],
        load: { kind: 'closed', concurrency: 1, requests: 9 },
      },
      { parse: 3, label: 3 },
    ],
  ])('%s', async (_, path, wishes, expected) => {
    const { measured } = await run(path, wishes);
    const found = Object.fromEntries(Object.entries(measured.errors).filter(([, count]) => count > 0));
    expect(found).toEqual(expected);
    expect(Object.keys(measured.reasons).sort()).toEqual(Object.keys(expected).sort());
    const { label = 0, ...failures } = expected;
    expect(measured.failed).toBe(Object.values(failures).reduce((sum, count) => sum + count, 0));
    if (label > 0) expect(measured.accuracy).toEqual({ right: 3, compared: 6 });
  });

  it('a server that is not there', async () => {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as AddressInfo;
        probe.close(() => resolve(port));
      });
    });
    const { measured } = await run('', { target: { url: `http://127.0.0.1:${port}/` } });
    expect(measured).toMatchObject({ requests: 10, completed: 0, failed: 10, percentiles: [] });
    expect(measured.errors.connect).toBe(10);
    expect(measured.reasons.connect).toContain('ECONNREFUSED');
  });

  it('charges what ran out of time with that time, and leaves refused and broken ones out', async () => {
    const late = await run('/never', { target: { timeoutMs: 80 } });
    expect(late.measured.times.total.min).toBeGreaterThan(78);
    const half = await run('/half');
    expect(half.measured.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  });
});

describe('open loop', () => {
  it('charges a stall to every request that was due in it, where a closed loop sees it once', async () => {
    // 70 of 210 requests are due while the server stalls: their times fall from the length of the stall to 0.
    const open = await run('/stall-open', {
      load: { kind: 'open', rate: 100, connections: 1, requests: 210 },
    });
    const at = (percent: number) => open.measured.percentiles.find((found) => found.percent === percent)!.ms;
    expect(at(99)).toBeGreaterThan(0.96 * STALL_MS);
    expect(at(90)).toBeGreaterThan(0.68 * STALL_MS);
    expect(at(75)).toBeGreaterThan(0.23 * STALL_MS);
    expect(open.measured.times.queueing!.max).toBeGreaterThan(0.9 * STALL_MS);
    expect(open.measured).toMatchObject({ requests: 210, failed: 0 });
    expect(open.measured.seconds).toBeGreaterThan(2);

    const closed = await run('/stall-closed', {
      load: { kind: 'closed', concurrency: 1, requests: 210 },
    });
    const slow = ({ measured }: typeof open) =>
      measured.histogram
        .filter(({ fromMs }) => fromMs > 0.4 * STALL_MS)
        .reduce((sum, { count }) => sum + count, 0);
    expect(slow(open)).toBeGreaterThan(30);
    // The one that met the stall, and room for what a busy machine does besides.
    expect(slow(closed)).toBeGreaterThanOrEqual(1);
    expect(slow(closed)).toBeLessThan(10);
  });

  it('agrees with the closed loop where nothing stalls', async () => {
    const requests = [{ body: '40' }] as const;
    const open = await run('/delays', {
      requests,
      load: { kind: 'open', rate: 50, connections: 50, requests: 50 },
    });
    const closed = await run('/delays', { requests, load: { kind: 'closed', concurrency: 2, requests: 50 } });
    for (const { measured } of [open, closed]) {
      expect(measured.completed).toBe(50);
      expect(measured.times.total.min).toBeGreaterThan(38);
    }
    expect(closed.measured.times).not.toHaveProperty('queueing');
  });

  it('gives up what waits for a connection longer than its time', async () => {
    const { measured } = await run('/never', {
      target: { timeoutMs: 100 },
      load: { kind: 'open', rate: 100, connections: 1, requests: 30 },
    });
    expect(measured).toMatchObject({ requests: 30, completed: 0, failed: 30 });
    expect(measured.errors.timeout).toBe(30);
  });
});

describe('ramp', () => {
  it('finds the rate that a server of known capacity holds', async () => {
    const { steps, highestQps, measured } = await run('/one-by-one', {
      load: {
        kind: 'ramp',
        plan: { from: 20, to: 300, by: 40 },
        level: parseServiceLevel('p50=400ms'),
        connections: 500,
        stepSeconds: 2,
      },
    });
    // At 100/s half of what is due waits longer than the limit: (100 / 50 - 1) s for each second that passes.
    expect(steps!.map(({ rate, holds }) => ({ rate, holds }))).toEqual([
      { rate: 20, holds: true },
      { rate: 60, holds: true },
      { rate: 100, holds: false },
    ]);
    expect(highestQps).toBe(60);
    expect(measured).toBe(steps![1]!.measured);
    expect(measured.levelMs).toBeLessThanOrEqual(400);
    expect(steps![2]!.isCut).toBe(true);
  });
});
