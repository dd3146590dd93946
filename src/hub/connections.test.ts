/** Hubs that are there and yet are not, and several who fetch the same. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startHubServer } from '../../test/support/hub-server.ts';
import { fetchModel, parseHubName } from './fetch-repository.ts';
import { HubClient } from './hub-request.ts';
import { hubSettings } from './hub-settings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tunesmith-hub-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const NEXT = /; set HF_ENDPOINT=https:\S+, or USE_MODELSCOPE_HUB=1/;

async function fetchTiny(url: string, answerTimeoutMs?: number) {
  const settings = hubSettings('hf', { HOME: home, HF_ENDPOINT: url });
  const client = new HubClient(settings, async () => {}, answerTimeoutMs);
  try {
    return await fetchModel(client, parseHubName('org/tiny', {})!, { partBytes: 1024 });
  } finally {
    await client.close();
  }
}
const complaintOf = (url: string, answerTimeoutMs?: number) =>
  fetchTiny(url, answerTimeoutMs).then(
    () => '',
    (error: Error) => error.message,
  );

test('a hub that takes the connection and never answers: the next one is named', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const message = await complaintOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 100);
  expect(message).toMatch(/cannot be reached, it takes the connection and does not answer/);
  expect(message).toMatch(NEXT);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Listens, and then never looks at who comes: the system takes a few, and lets all others wait. */
const DEAF = `
const { createServer } = require('node:net');
const server = createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  require('node:fs').writeSync(1, server.address().port + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

test.skipIf(process.platform !== 'linux')(
  'a hub that never takes the connection: the next one is named after three seconds',
  { timeout: 60_000 },
  async () => {
    const child = spawn(process.execPath, ['-e', DEAF], { stdio: ['ignore', 'pipe', 'inherit'] });
    const port = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
    const waiting = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await new Promise((resolve) => waiting[0]!.once('connect', resolve));
    const message = await complaintOf(`http://127.0.0.1:${port}`);
    expect(message).toMatch(/cannot be reached, no connection within 3 s/);
    expect(message).toMatch(NEXT);
    for (const socket of waiting) socket.destroy();
    child.kill('SIGKILL');
  },
);

const WEIGHTS = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251);
const TINY = {
  'config.json': Buffer.from('{}'),
  'tokenizer.json': Buffer.from('{}'),
  'model.safetensors': WEIGHTS,
};
const root = () => join(home, '.cache', 'huggingface', 'hub', 'models--org--tiny');

function start(url: string): { child: ChildProcess; said: Promise<string> } {
  const code = `import { resolveModel } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
console.log((await resolveModel('org/tiny')).path);`;
  const env = { PATH: process.env['PATH'], HOME: home, HF_ENDPOINT: url };
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data));
  return { child, said: new Promise((resolve) => child.once('close', () => resolve(text.trim()))) };
}

test('two processes that want the same: one fetches, the other waits for it', {
  timeout: 60_000,
}, async () => {
  let bothAsked = () => {};
  const both = new Promise<void>((resolve) => {
    bothAsked = resolve;
  });
  let listings = 0;
  await using server = await startHubServer({
    repositories: { 'models/org/tiny': TINY },
    onListing: () => ++listings === 2 && bothAsked(),
    gate: () => both,
  });
  const paths = await Promise.all([start(server.url).said, start(server.url).said]);
  expect(paths[0]).toBe(paths[1]);
  expect(new Uint8Array(readFileSync(join(paths[0]!, 'model.safetensors')))).toEqual(WEIGHTS);
  // Two of the files have the same content, which comes once.
  expect(server.served).toHaveLength(2);
  expect(existsSync(join(root(), '.tunesmith-lock'))).toBe(false);
});

test('of one that was killed, the next takes over what it has', { timeout: 60_000 }, async () => {
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let isHeld = true;
  await using server = await startHubServer({
    repositories: { 'models/org/tiny': TINY },
    gate: (path) => {
      if (path !== 'model.safetensors' || !isHeld) return Promise.resolve();
      begun();
      return new Promise(() => {});
    },
  });
  const { child, said } = start(server.url);
  await hasBegun;
  child.kill('SIGKILL');
  await said;
  isHeld = false;
  expect(existsSync(join(root(), '.tunesmith-lock'))).toBe(true);
  const { path } = await fetchTiny(server.url);
  expect(new Uint8Array(readFileSync(join(path, 'model.safetensors')))).toEqual(WEIGHTS);
  expect(existsSync(join(root(), '.tunesmith-lock'))).toBe(false);
});

test('a lock that nobody holds any more does not stand for ever', async () => {
  await using server = await startHubServer({ repositories: { 'models/org/tiny': TINY } });
  mkdirSync(root(), { recursive: true });
  writeFileSync(join(root(), '.tunesmith-lock'), 'someone');
  expect((await fetchTiny(server.url)).kind).toBe('folder');
});

test('many parts of many files at once are each where they belong', async () => {
  await using server = await startHubServer({ repositories: { 'models/org/tiny': TINY } });
  server.fail(
    'model.safetensors',
    { kind: 'broken', afterBytes: 10 },
    { kind: 'busy' },
    { kind: 'broken', afterBytes: 0 },
  );
  const { path } = await fetchTiny(server.url);
  expect(new Uint8Array(readFileSync(join(path, 'model.safetensors')))).toEqual(WEIGHTS);
});
