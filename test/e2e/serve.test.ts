/** How the server behaves around its answers: queue, deadlines, clients that leave, the end, keys, pages, many clients. */
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/serve/http/api-keys.ts';
import { type StubServer, type StubServerOptions, startStubServer } from '../support/stub-server.ts';

const running: StubServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.drain()));
});

async function start(options: StubServerOptions = {}): Promise<StubServer> {
  const server = await startStubServer(options);
  running.push(server);
  return server;
}

/** A latch: answers wait until it is opened. */
function latch(): { wait: () => Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { wait: () => opened, open };
}

const BODY = { model: 'tiny', messages: [{ role: 'user' as const, content: 'a secret question' }] };

function ask({ url }: StubServer, body: object = BODY, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
    headers: { 'Content-Type': 'application/json', ...init.headers },
  });
}

/** Resolves when it holds; polls the event loop, no clock. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the queue', () => {
  it('refuses what does not fit, says when to come again, and takes the next ones', async () => {
    const { wait, open } = latch();
    const server = await start({ maxQueue: 3, wait });
    const waiting = [1, 2, 3].map(() => ask(server));
    await until(() => server.engine.open === 3);
    const refused = await ask(server);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'queue_full' } });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    open();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await ask(server)).status).toBe(200);
  });
});

describe('the deadline', () => {
  it('ends an answer that takes too long, in one piece and as an event', async () => {
    const { wait } = latch();
    const server = await start({ requestTimeoutSeconds: 0.05, wait });
    const late = await ask(server);
    expect(late.status).toBe(504);
    expect(await late.json()).toMatchObject({ error: { type: 'timeout_error', code: 'deadline_exceeded' } });
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const stream = await client.chat.completions.create({ ...BODY, stream: true });
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(server.engine.open).toBe(0);
  });
});

describe('a client that leaves', () => {
  it.each([false, true])('takes its request with it, streamed: %s', async (stream) => {
    const { wait } = latch();
    const server = await start({ wait });
    const leave = new AbortController();
    const asked = ask(server, { ...BODY, stream }, { signal: leave.signal }).then((response) =>
      response.text(),
    );
    await until(() => server.engine.open === 1);
    leave.abort();
    await expect(asked).rejects.toThrow();
    await until(() => server.engine.open === 0);
    await until(() => server.lines.length === 1);
    expect(JSON.parse(server.lines[0]!)).toMatchObject({ status: 499, level: 'info' });
    const figures = await (await fetch(`${server.url}/metrics`)).text();
    expect(figures).toMatch(/tunesmith_requests_total\{endpoint="\/v1\/chat\/completions",status="499"\} 1/);
  });
});

describe('the end', () => {
  it('answers what was accepted, and takes no more', async () => {
    const { wait, open } = latch();
    const server = await startStubServer({ wait });
    // Connections that are open already: new ones are refused by the system.
    const agent = new Agent({ keepAlive: true });
    const get = (path: string) =>
      new Promise<number>((resolve, reject) => {
        httpRequest(`${server.url}${path}`, { agent }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode!));
        })
          .on('error', reject)
          .end();
      });
    expect(await get('/ready')).toBe(200);
    const asked = ask(server);
    await until(() => server.engine.open === 1);
    const drained = server.drain();
    expect(await get('/ready').catch(() => 'closed')).toSatisfy((told) => told === 503 || told === 'closed');
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    open();
    expect((await asked).status).toBe(200);
    await drained;
    agent.destroy();
  });
});

describe('keys', () => {
  it('are needed where there are any, but by nobody who only looks whether it lives', async () => {
    const server = await start({ keys: [hashKey('alice', 'right')] });
    const tell = (key?: string) =>
      ask(server, BODY, key ? { headers: { Authorization: `Bearer ${key}` } } : {});
    for (const key of [undefined, 'wrong', 'rightt']) {
      const refused = await tell(key);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(await refused.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
    }
    expect((await tell('right')).status).toBe(200);
    for (const [path, status] of [
      ['/v1/models', 401],
      ['/metrics', 401],
      ['/health', 200],
      ['/ready', 200],
      ['/docs', 200],
    ] as const) {
      expect((await fetch(server.url + path)).status, path).toBe(status);
    }
    const log = server.lines.join('\n');
    expect(log).toContain('"key":"alice"');
    expect(log).not.toMatch(/right|wrong|secret question|Hello there/);
  });
});

describe('pages of others', () => {
  const preflight = ({ url }: StubServer, Origin: string) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      },
    });

  it('may not call unless they are named', async () => {
    const closed = await preflight(await start(), 'https://a.example');
    expect(closed.headers.get('access-control-allow-origin')).toBeNull();
    const server = await start({ corsOrigins: ['https://a.example'] });
    const named = await preflight(server, 'https://a.example');
    expect(named.status).toBe(204);
    expect(named.headers.get('access-control-allow-origin')).toBe('https://a.example');
    expect(named.headers.get('access-control-allow-headers')).toContain('content-type');
    expect(
      (await preflight(server, 'https://b.example')).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });
});

describe('requests', () => {
  it('keep the id that they bring, or get one, in the answer and the log', async () => {
    const server = await start();
    const told = await ask(server, BODY, { headers: { 'X-Request-Id': 'mine-1' } });
    expect(told.headers.get('x-request-id')).toBe('mine-1');
    const forged = await ask(server, BODY, { headers: { 'X-Request-Id': 'a"b c' } });
    expect(forged.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    await until(() => server.lines.length === 2);
    expect(JSON.parse(server.lines[0]!)).toMatchObject({
      request_id: 'mine-1',
      endpoint: '/v1/chat/completions',
      status: 200,
      model: 'tiny',
      prompt_tokens: expect.any(Number),
      completion_tokens: expect.any(Number),
    });
  });

  it('that fail on our side tell the log why, and the client only that', async () => {
    const server = await start({
      answer: () => {
        throw new Error('at /some/path');
      },
    });
    const failed = await ask(server);
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('/some/path');
    await until(() => server.lines.length === 2);
    expect(server.lines.join()).toContain('at /some/path');
  });
});

describe('the pages', () => {
  it('describe every endpoint, and load nothing from elsewhere', async () => {
    const server = await start();
    const page = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(page.paths).sort()).toEqual([
      '/health',
      '/metrics',
      '/ready',
      '/v1/chat/completions',
      '/v1/classify',
      '/v1/completions',
      '/v1/embeddings',
      '/v1/models',
      '/v1/models/{model}',
    ]);
    const docs = await fetch(`${server.url}/docs`);
    const html = await docs.text();
    for (const path of Object.keys(page.paths)) expect(html).toContain(path);
    expect(html).not.toMatch(/src=|https?:\/\/|@import|url\(/);
    expect(docs.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

describe('a thousand clients', () => {
  it('at once, each on a connection of its own that it keeps, are all answered', async () => {
    const server = await start({ accessLog: false, answer: 'yes' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1000 });
    const body = JSON.stringify({ model: 'tiny', rows: ['a row'], labels: ['a', 'b'] });
    const one = async (): Promise<number> => {
      const sent = httpRequest(`${server.url}/v1/classify`, {
        method: 'POST',
        agent,
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
      });
      sent.end(body);
      const [response] = await once(sent, 'response');
      response.resume();
      await once(response, 'end');
      return response.statusCode;
    };
    const client = async () => [await one(), await one()];
    const all = await Promise.all(Array.from({ length: 1000 }, client));
    expect(all.flat().filter((status) => status !== 200)).toEqual([]);
    agent.destroy();
  });
});
