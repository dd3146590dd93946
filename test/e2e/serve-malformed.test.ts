/** Whatever is sent, the server says what is wrong with it, stays alive and keeps no memory of it. */
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BROKEN_HTTP,
  CONTEXT_LENGTH,
  HALF_SENT,
  MALFORMED,
  MAX_BODY_BYTES,
  type Malformed,
  MODEL,
} from '../support/malformed-requests.ts';
import { type StubServer, startStubServer } from '../support/stub-server.ts';

const LIMITS = { contextLength: CONTEXT_LENGTH, maxBodyBytes: MAX_BODY_BYTES, accessLog: false };
/** Heap that may remain of a thousand refused requests: caches of the runtime, no request. */
const TOLERATED_BYTES = 3 << 20;

let server: StubServer;
/** Gives up soon on what does not arrive. */
let impatient: StubServer;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
beforeAll(async () => {
  server = await startStubServer(LIMITS);
  impatient = await startStubServer({ ...LIMITS, receiveTimeoutMs: 200, checkIntervalMs: 20 });
});
afterAll(async () => {
  agent.destroy();
  await Promise.all([server.drain(), impatient.drain()]);
});

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

/** Bare HTTP, as a client would not let such requests out. */
function send({ method = 'POST', path, body, headers = {}, chunked }: Malformed): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  const bytes = Buffer.isBuffer(body)
    ? body
    : body === undefined
      ? undefined
      : Buffer.from(JSON.stringify(body));
  const all: Record<string, string | number> = { 'Content-Type': 'application/json', ...headers };
  if (all['Content-Type'] === '') delete all['Content-Type'];
  if (bytes && !chunked) all['Content-Length'] = bytes.length;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method, path, headers: all, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode!, type: response.headers['content-type'], text }),
      );
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

async function isAlive({ url }: StubServer): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'hi' }] }),
  });
  expect(response.status).toBe(200);
  await response.text();
}

it(`there are at least 200 of them: ${MALFORMED.length + BROKEN_HTTP.length + HALF_SENT.length}`, () => {
  expect(MALFORMED.length + BROKEN_HTTP.length + HALF_SENT.length).toBeGreaterThanOrEqual(200);
});

describe('a malformed request is refused', () => {
  it.each(MALFORMED.map((one) => [one.name, one] as const))('%s', async (_, malformed) => {
    const answer = await send(malformed);
    expect(answer.status, answer.text).toBe(malformed.status);
    expect(answer.type).toBe('application/json');
    const { error } = JSON.parse(answer.text) as { error: Record<string, unknown> };
    expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(error['type']).toBe('invalid_request_error');
    expect(error['message']).toMatch(/./);
    if (malformed.code) expect(error['code']).toBe(malformed.code);
  });

  it.each(BROKEN_HTTP.map((one) => [one.name, one] as const))('%s', async (_, { words, status }) => {
    expectRaw(await sendWords(server, words), status);
  });

  it.each(HALF_SENT.map((one) => [one.name, one] as const))('%s, never to go on', async (_, { words }) => {
    expectRaw(await sendWords(impatient, words), 408);
  });

  it('one letter at a time, too slowly', async () => {
    const { port } = new URL(impatient.url);
    const socket = connect(Number(port), '127.0.0.1');
    const drip = setInterval(() => socket.write('x'), 30);
    socket.on('error', () => undefined);
    socket.write(HALF_SENT.at(-2)!.words);
    let text = '';
    socket.on('data', (piece: Buffer) => {
      text += piece;
    });
    await once(socket, 'close');
    clearInterval(drip);
    if (text !== '') expectRaw(text, 408);
    await isAlive(impatient);
  });

  it('half-sent and left', async () => {
    const { port } = new URL(server.url);
    for (const { words } of HALF_SENT) {
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      await new Promise<void>((resolve) => socket.write(words, () => resolve()));
      socket.destroy();
      await once(socket, 'close');
    }
    await isAlive(server);
  });
});

function expectRaw(text: string, status: number): void {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(JSON.parse(body)).toMatchObject({
    error: { message: expect.any(String), type: expect.any(String) },
  });
}

/** @returns all that the server says until it closes */
async function sendWords({ url }: StubServer, words: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (piece: Buffer) => {
    text += piece;
  });
  socket.on('error', () => undefined);
  socket.write(words, 'latin1');
  await once(socket, 'close');
  return text;
}

it('nothing of them remains', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const round = async () => {
    for (const malformed of MALFORMED) await send(malformed);
  };
  await round();
  const before = heap();
  for (let count = 0; count < 3; count++) await round();
  expect(heap() - before).toBeLessThan(TOLERATED_BYTES);
  for (const { url, engine } of [server, impatient]) {
    expect(engine.open).toBe(0);
    const figures = await (await fetch(`${url}/metrics`)).text();
    expect(figures).toMatch(/^tunesmith_requests_inside 0$/m);
  }
  await isAlive(server);
  await isAlive(impatient);
});
