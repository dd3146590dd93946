import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startHubServer } from '../../test/support/hub-server.ts';
import { datasetFetcher } from './fetch-dataset.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tunesmith-hub-'));
  for (const name of ['XDG_CACHE_HOME', 'HF_HOME', 'HF_HUB_CACHE', 'MODELSCOPE_CACHE']) vi.stubEnv(name, '');
  vi.stubEnv('HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const text = (value: string) => new TextEncoder().encode(value);
const ROWS = {
  'README.md': text('---\nlicense: mit\n---'),
  'data/train.jsonl': text('{"a":1}\n'),
  'data/test.jsonl': text('{"a":2}\n'),
};
const names = (paths: readonly string[]) => paths.filter((path) => path.endsWith('train.jsonl'));

test.each(['hf', 'ms'] as const)('%s: the chosen files alone, by the card; asked for once', async (hub) => {
  await using server = await startHubServer({ repositories: { 'datasets/org/rows': ROWS } });
  vi.stubEnv('HF_ENDPOINT', server.url);
  vi.stubEnv('MODELSCOPE_ENDPOINT', server.url);
  const cards: (string | undefined)[] = [];
  const request = {
    ...{ hf: undefined, ms: undefined, revision: undefined, [hub]: 'org/rows' },
    choose: (paths: readonly string[], card: string | undefined) => {
      cards.push(card);
      return names(paths);
    },
  };
  const [path = ''] = await datasetFetcher()(request);
  expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
  expect(existsSync(join(path, '..', 'test.jsonl'))).toBe(false);
  expect(cards).toEqual(['---\nlicense: mit\n---']);
  // Here now; also without the hub. Another part of it is fetched when it is wanted.
  const before = server.served.length;
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  expect(await datasetFetcher()(request)).toEqual([path]);
  expect(server.served).toHaveLength(before);
  const all = {
    ...request,
    choose: (paths: readonly string[]) => paths.filter((each) => each.includes('data/')),
  };
  await expect(datasetFetcher()(all)).rejects.toThrow(/is not on this machine, and HF_HUB_OFFLINE is set/);
  vi.stubEnv('HF_HUB_OFFLINE', '');
  expect(await datasetFetcher()(all)).toHaveLength(2);
  expect(server.served.filter((entry) => entry.startsWith('data/test'))).toHaveLength(1);
  expect(server.served.filter((entry) => entry.startsWith('data/train'))).toHaveLength(1);
});

test('of a data set on both hubs, USE_MODELSCOPE_HUB says which', async () => {
  const repositories = {
    'datasets/hf/rows': { 'train.jsonl': text('"hf"') },
    'datasets/ms/rows': { 'train.jsonl': text('"ms"') },
  };
  await using server = await startHubServer({ repositories });
  vi.stubEnv('HF_ENDPOINT', server.url);
  vi.stubEnv('MODELSCOPE_ENDPOINT', server.url);
  const read = async () => {
    const request = { hf: 'hf/rows', ms: 'ms/rows', revision: undefined, choose: names };
    return readFileSync((await datasetFetcher()(request))[0]!, 'utf8');
  };
  vi.stubEnv('USE_MODELSCOPE_HUB', '0');
  expect(await read()).toBe('"hf"');
  vi.stubEnv('USE_MODELSCOPE_HUB', '1');
  expect(await read()).toBe('"ms"');
});

test('a revision that leads out of the cache is refused', async () => {
  const request = { hf: 'org/rows', ms: undefined, revision: '../../x', choose: names };
  await expect(datasetFetcher()(request)).rejects.toThrow(/"\.\.\/\.\.\/x" is no revision; write a branch/);
});
