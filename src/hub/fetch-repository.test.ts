import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  COMMIT,
  gitSha1,
  type HubFiles,
  type HubServer,
  type HubServerOptions,
  sha256,
  startHubServer,
} from '../../test/support/hub-server.ts';
import { HubError } from '../core/index.ts';
import { type FetchRepositoryOptions, fetchModel, parseHubName } from './fetch-repository.ts';
import { cachedRepositories } from './hub-cache.ts';
import { HubClient } from './hub-request.ts';
import { hubSettings } from './hub-settings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tunesmith-hub-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const bytes = (count: number) => Uint8Array.from({ length: count }, (_, index) => (index * 7919) % 251);
const text = (value: string) => new TextEncoder().encode(value);
const MODEL: HubFiles = {
  'config.json': text('{"model_type":"llama"}'),
  'tokenizer.json': text('{}'),
  'model.safetensors': bytes(10_000),
  'README.md': text('# read me'),
  'pytorch_model.bin': bytes(500),
  'onnx/model.onnx': bytes(300),
};
const PARTS = { partBytes: 1024 };

interface Fetching {
  readonly name?: string;
  readonly token?: string;
  readonly environment?: Record<string, string>;
  readonly options?: FetchRepositoryOptions;
}

const waits: number[] = [];

async function fetchFrom(
  server: Pick<HubServer, 'url'>,
  { name = 'org/tiny.1', token, environment, options }: Fetching = {},
) {
  const parsed = parseHubName(name, environment)!;
  const settings = hubSettings(parsed.hub, {
    HOME: home,
    HF_ENDPOINT: server.url,
    MODELSCOPE_ENDPOINT: server.url,
    ...(token && { HF_TOKEN: token, MODELSCOPE_API_TOKEN: token }),
    ...environment,
  });
  const client = new HubClient(settings, async (ms) => void waits.push(ms));
  try {
    return await fetchModel(client, parsed, { ...PARTS, ...options });
  } finally {
    await client.close();
  }
}

const serve = (options: Partial<HubServerOptions> = {}) =>
  startHubServer({ repositories: { 'models/org/tiny.1': MODEL }, ...options });
const read = (folder: string, path: string) => new Uint8Array(readFileSync(join(folder, path)));
const files = (server: HubServer) => new Set(server.served.map((entry) => entry.split(' ')[0]));

test('Hugging Face: the files that are needed, in parts, in the layout that Python shares', async () => {
  await using server = await serve({ token: 'secret' });
  const told: number[] = [];
  const onProgress = ({ done }: { done: number }) => told.push(done);
  const { kind, path } = await fetchFrom(server, { token: 'secret', options: { onProgress } });
  expect(kind).toBe('folder');
  const root = join(home, '.cache', 'huggingface', 'hub', 'models--org--tiny.1');
  expect(path).toBe(join(root, 'snapshots', COMMIT));
  expect(readFileSync(join(root, 'refs', 'main'), 'utf8')).toBe(COMMIT);
  for (const name of ['config.json', 'tokenizer.json', 'model.safetensors']) {
    expect(read(path, name)).toEqual(MODEL[name]);
    expect(lstatSync(join(path, name)).isSymbolicLink()).toBe(true);
  }
  expect(existsSync(join(root, 'blobs', sha256(MODEL['model.safetensors']!)))).toBe(true);
  expect(existsSync(join(root, 'blobs', gitSha1(MODEL['config.json']!)))).toBe(true);
  expect(files(server)).toEqual(new Set(['config.json', 'tokenizer.json', 'model.safetensors']));
  expect(server.served.filter((entry) => entry.startsWith('model.'))).toHaveLength(10);
  expect(server.leaks).toEqual([]);
  expect(told.at(-1)).toBe(10_000 + 22 + 2);
  // Here now: nothing more is asked, whether there is a hub or not.
  const before = server.served.length;
  expect((await fetchFrom(server, { environment: { HF_HUB_OFFLINE: '1' } })).path).toBe(path);
  expect((await fetchFrom(server, { token: 'secret', options: { refresh: true } })).path).toBe(path);
  expect(server.served).toHaveLength(before);
  const { cache } = hubSettings('hf', { HOME: home });
  expect(cachedRepositories({ ...hubSettings('hf', {}), cache })).toMatchObject([
    { kind: 'model', id: 'org/tiny.1', sizeBytes: expect.any(Number) },
  ]);
});

test('ModelScope: the same by its API, in its layout; what is there already is checked, not fetched', async () => {
  await using server = await serve();
  const root = join(home, '.cache', 'modelscope', 'hub', 'models', 'org', 'tiny___1');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'config.json'), MODEL['config.json']!);
  writeFileSync(join(root, 'tokenizer.json'), '[]');
  const { path } = await fetchFrom(server, { name: 'ms:org/tiny.1' });
  expect(path).toBe(root);
  for (const name of ['config.json', 'tokenizer.json', 'model.safetensors'])
    expect(read(path, name)).toEqual(MODEL[name]);
  expect(files(server)).toEqual(new Set(['tokenizer.json', 'model.safetensors']));
  expect(
    (await fetchFrom(server, { name: 'org/tiny.1', environment: { USE_MODELSCOPE_HUB: '1' } })).path,
  ).toBe(root);
});

test('ModelScope keeps one state at a time: another revision takes its place', async () => {
  const other = { ...MODEL, 'config.json': text('{"model_type":"qwen3"}') };
  await using server = await serve({
    repositories: { 'models/org/tiny.1': MODEL, 'models/org/tiny.1@v2': other },
  });
  for (const [name, files] of [
    ['ms:org/tiny.1@v2', other],
    ['ms:org/tiny.1', MODEL],
    ['ms:org/tiny.1@v2', other],
  ] as const) {
    const { path } = await fetchFrom(server, { name });
    expect(read(path, 'config.json')).toEqual(files['config.json']);
  }
  // The weights are the same in both, and came once.
  expect(server.served.filter((entry) => entry.startsWith('model.'))).toHaveLength(10);
  await expect(fetchFrom(server, { name: 'ms:org/tiny.1@v3' })).rejects.toThrow(
    /no model org\/tiny\.1 at v3/,
  );
});

test('a broken transfer goes on where it broke, and one that was given up where it was given up', async () => {
  await using server = await serve();
  server.fail('model.safetensors', { kind: 'broken', afterBytes: 500 }, { kind: 'broken', afterBytes: 0 });
  const { path } = await fetchFrom(server, { options: { atOnce: 1 } });
  expect(read(path, 'model.safetensors')).toEqual(MODEL['model.safetensors']);
  expect(server.served.filter((entry) => entry.startsWith('model.')).slice(0, 3)).toEqual([
    'model.safetensors 0-1024',
    'model.safetensors 500-1024',
    'model.safetensors 500-1024',
  ]);
  rmSync(home, { recursive: true });
  server.served.length = 0;
  const nothing = { kind: 'broken', afterBytes: 0 } as const;
  server.fail('config.json');
  server.fail('tokenizer.json');
  // The first two parts come, then nothing for as long as anyone tries.
  const whole = { kind: 'broken', afterBytes: 1024 } as const;
  server.fail('model.safetensors', whole, whole, ...Array(5).fill(nothing));
  await expect(fetchFrom(server, { options: { atOnce: 1 } })).rejects.toThrow(
    /model\.safetensors stopped coming after 2048 of 10000 bytes, .*; run again, it goes on from there/,
  );
  server.served.length = 0;
  const again = await fetchFrom(server, { options: { atOnce: 1 } });
  expect(read(again.path, 'model.safetensors')).toEqual(MODEL['model.safetensors']);
  expect(server.served[0]).toBe('model.safetensors 2048-3072');
});

test('a hub that knows no ranges gives whole files', async () => {
  await using server = await serve({ hasRanges: false });
  server.fail('model.safetensors', { kind: 'broken', afterBytes: 400 });
  const { path } = await fetchFrom(server);
  expect(read(path, 'model.safetensors')).toEqual(MODEL['model.safetensors']);
});

test('content that is not what the hub says is thrown away', async () => {
  await using server = await serve();
  server.fail('model.safetensors', { kind: 'wrong' });
  await expect(fetchFrom(server)).rejects.toThrow(
    new RegExp(
      `model\\.safetensors came with the sha256 [0-9a-f]{64}, where ${sha256(MODEL['model.safetensors']!)} is due`,
    ),
  );
  rmSync(home, { recursive: true });
  server.fail('config.json', { kind: 'wrong' });
  await expect(fetchFrom(server)).rejects.toThrow(/config\.json came with the git-sha1/);
  const { path } = await fetchFrom(server);
  expect(read(path, 'model.safetensors')).toEqual(MODEL['model.safetensors']);
});

test('a busy hub is asked again when it says so, and refusals are told with their remedy', async () => {
  await using server = await serve();
  waits.length = 0;
  server.fail('', { kind: 'busy', retryAfter: 7 }, { kind: 'status', status: 503 });
  await fetchFrom(server);
  expect(waits.slice(0, 2)).toEqual([7000, 2000]);
  server.fail('', ...Array(5).fill({ kind: 'busy' }));
  await expect(fetchFrom(server, { options: { refresh: true } })).rejects.toThrow(
    /too many requests \(429\)/,
  );
  await expect(fetchFrom(server, { name: 'org/none' })).rejects.toThrow(
    /has no model org\/none; check the name/,
  );
  await expect(fetchFrom(server, { name: 'org/none', environment: { HF_HUB_OFFLINE: '1' } })).rejects.toThrow(
    /is not on this machine, and HF_HUB_OFFLINE is set/,
  );
  await using guarded = await serve({ token: 'secret' });
  rmSync(home, { recursive: true });
  await expect(fetchFrom(guarded)).rejects.toThrow(
    /\(401\); check the name, and if it is private .* set HF_TOKEN/,
  );
  await expect(fetchFrom(guarded, { name: 'ms:org/tiny.1', token: 'wrong' })).rejects.toThrow(
    /the account of MODELSCOPE_API_TOKEN/,
  );
});

test('a hub that cannot be reached: the next one is named', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const error = await fetchFrom({ url: `http://127.0.0.1:${port}` }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HubError);
  expect((error as HubError).message).toMatch(
    /cannot be reached, .*ECONNREFUSED.*; set HF_ENDPOINT=https:\S+, or USE_MODELSCOPE_HUB=1/,
  );
});

test('GGUF files by their quantization, and weights that are not read', async () => {
  const gguf = { 'a.Q8_0.gguf': bytes(200), 'a.Q4_K_M.gguf': bytes(150), 'mmproj.gguf': bytes(120) };
  await using server = await startHubServer({
    repositories: { 'models/org/gguf': gguf, 'models/org/old': { 'pytorch_model.bin': bytes(10) } },
  });
  expect((await fetchFrom(server, { name: 'org/gguf' })).path).toMatch(/a\.Q4_K_M\.gguf$/);
  const { kind, path } = await fetchFrom(server, { name: 'org/gguf:Q8_0' });
  expect([kind, files(server)]).toEqual(['gguf', new Set(['a.Q4_K_M.gguf', 'a.Q8_0.gguf'])]);
  expect(path).toMatch(/a\.Q8_0\.gguf$/);
  await expect(fetchFrom(server, { name: 'org/gguf:Q2_K' })).rejects.toThrow(
    /no GGUF file of Q2_K; its files are a\.Q8_0/,
  );
  await expect(fetchFrom(server, { name: 'org/old' })).rejects.toThrow(
    /Python objects only, which may run code/,
  );
});

test('too little disk is said before anything comes', async () => {
  await using server = await serve();
  await expect(fetchFrom(server, { options: { freeDiskBytes: () => 5000 } })).rejects.toThrow(
    /org\/tiny\.1: needs 9\.8 KiB of disk, and .* has 4\.9 KiB free/,
  );
  expect(server.served).toEqual([]);
});

test('files that lie outside of their repository are refused', async () => {
  await using server = await startHubServer({ repositories: { 'models/org/evil': { '../../x': bytes(5) } } });
  await expect(fetchFrom(server, { name: 'org/evil' })).rejects.toThrow(/lies outside of it/);
});
