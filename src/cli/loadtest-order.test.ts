/** What the options of a load test become, and what is refused before anything is sent. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLoadTest } from '../loadtest/index.ts';
import { type LoadTestWords, readOrder } from './loadtest-order.ts';
import { LOADTEST_TEXTS } from './loadtest-texts.ts';

const KEY = 'secret-key';
/** What commander gives where nothing is said. */
const DEFAULTS: LoadTestWords = { s: '30', H: [], C: [], datasetDir: 'data', stepTime: '10' };

let folder: string;
let body: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadtest-order-'));
  body = join(folder, 'body.JSON');
  writeFileSync(body, '{"a": 1}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = async (words: Partial<LoadTestWords>, url = 'http://h/v1', environment = {}) =>
  (await readOrder(url, { ...DEFAULTS, ...words }, LOADTEST_TEXTS.en, environment)).order;

describe('an order', () => {
  it("has ab's defaults", async () => {
    expect(await read({})).toMatchObject({
      target: { url: 'http://h/v1', method: 'GET', headers: {}, keepAlive: false, timeoutMs: 30_000 },
      requests: [{ body: undefined }],
      load: { kind: 'closed', concurrency: 1, requests: 1 },
      warmup: 0,
      sameLength: true,
    });
  });

  it('takes bodies, headers and methods as ab does', async () => {
    const words = {
      p: body,
      k: true,
      l: true,
      C: ['a=1', 'b=2'],
      H: ['X-Token: t:1', 'Accept:*/*'],
      A: 'me:pass',
    } as const;
    expect(await read(words)).toMatchObject({
      target: {
        method: 'POST',
        keepAlive: true,
        headers: {
          'content-type': 'application/json',
          cookie: 'a=1; b=2',
          'x-token': 't:1',
          accept: '*/*',
          authorization: `Basic ${Buffer.from('me:pass').toString('base64')}`,
        },
      },
      requests: [{ body: '{"a": 1}' }],
      sameLength: false,
    });
    expect(await read({ u: body, T: 'text/x' })).toMatchObject({
      target: { method: 'PUT', headers: { 'content-type': 'text/x' } },
    });
    expect((await read({ i: true })).target.method).toBe('HEAD');
    expect((await read({ m: 'DELETE' })).target.method).toBe('DELETE');
  });

  it('sends the key of the environment, unless a header says otherwise', async () => {
    const environment = { TUNESMITH_API_KEY: KEY };
    expect((await read({}, 'http://h/', environment)).target.headers).toEqual({
      authorization: `Bearer ${KEY}`,
    });
    const own = await read({ H: ['Authorization: Bearer other'] }, 'http://h/', environment);
    expect(own.target.headers).toEqual({ authorization: 'Bearer other' });
  });

  it.each<[Partial<LoadTestWords>, object]>([
    [
      { n: '10', c: '3' },
      { kind: 'closed', concurrency: 3, requests: 10, seconds: undefined },
    ],
    [{ t: '2.5' }, { kind: 'closed', concurrency: 1, requests: undefined, seconds: 2.5 }],
    [
      { rate: '40', t: '9' },
      { kind: 'open', rate: 40, connections: 1000, requests: undefined, seconds: 9 },
    ],
    [
      { ramp: '1:8', slo: 'p99=1s', c: '64' },
      {
        kind: 'ramp',
        plan: { from: 1, to: 8, by: undefined },
        level: { percentile: 99, limitMs: 1000, maxFailedShare: 0 },
        connections: 64,
        stepSeconds: 10,
      },
    ],
  ])('%j is a loop or a ramp', async (words, load) => {
    expect((await read(words)).load).toEqual(load);
  });
});

it.each<[Partial<LoadTestWords>, string]>([
  [{ n: '0' }, '-n 0 is not a whole number above 0'],
  [{ c: '1.5' }, '-c 1.5 is not a whole number'],
  [{ s: 'x' }, '-s x is not a number above 0'],
  [{ s: '' }, 'is not a number above 0'],
  [{ ramp: '1:9' }, 'add one, as --slo p95=300ms'],
  [{ ramp: '1:9', rate: '3', slo: 'p95=1s' }, '--rate and --ramp exclude each other'],
  [{ n: '5', ramp: '1:9', slo: 'p95=1s' }, '-n and --ramp exclude each other'],
  [{ slo: '300', ramp: '1:9' }, 'slo: "300" cannot be read'],
  [{ p: 'nowhere.json' }, 'nowhere.json cannot be read'],
  [{ expectLabel: true }, 'add --dataset'],
  [{ dataset: 'news' }, 'not known how http://h/v1 takes rows'],
])('refuses %j', async (words, reason) => {
  await expect(read(words)).rejects.toThrow(reason);
});

it('quotes no secret of a header that cannot be read', async () => {
  const message = await read({ H: [`Bad name: ${KEY}`] }).catch((error: Error) => error.message);
  expect(message).toContain('-H Bad name is no header');
  expect(message).not.toContain(KEY);
});

it.each([
  ['h/path', '"h/path" is no URL of a web server'],
  ['ftp://h/', 'is no URL of a web server'],
  ['http://u:p@h/', 'give them by -A user:password'],
])('presses no %s', async (url, reason) => {
  await expect(read({}, url).then((order) => runLoadTest(order))).rejects.toThrow(reason);
});
