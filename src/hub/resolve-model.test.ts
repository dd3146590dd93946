import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startHubServer } from '../../test/support/hub-server.ts';
import { HubError } from '../core/index.ts';
import { keptModels, removeModel } from './kept-models.ts';
import { resolveModel } from './resolve-model.ts';

const root = mkdtempSync(join(tmpdir(), 'resolve-'));
const at = (...names: string[]) => join(root, ...names);

beforeAll(() => {
  for (const path of [
    'llama/config.json',
    'adapter/adapter_config.json',
    'quantized/q4.gguf',
    'quantized/Q8.GGUF',
    'empty/x',
  ]) {
    mkdirSync(at(path, '..'), { recursive: true });
    writeFileSync(at(path), '{}');
  }
});
afterAll(() => rmSync(root, { recursive: true }));

test.each<[name: string, kind: 'folder' | 'gguf', modelName: string]>([
  [at('llama'), 'folder', 'llama'],
  [`${at('llama')}/`, 'folder', 'llama'],
  [at('quantized/q4.gguf'), 'gguf', 'q4'],
  [at('quantized/Q8.GGUF'), 'gguf', 'Q8'],
  [`${root}/empty/../llama`, 'folder', 'llama'],
])('%s is found', async (name, kind, modelName) => {
  const path = join(name).replace(/\/$/, '');
  expect(await resolveModel(name)).toEqual({ kind, path, name: modelName });
});

test.each<[name: string, message: string]>([
  ['', 'model_name_or_path is empty'],
  [at('empty'), 'has no config.json, so it is no model folder; name the folder'],
  [at('adapter'), 'holds an adapter, not a model; name it by adapter_name_or_path'],
  [at('quantized'), 'but a GGUF file; name the file itself,'],
  [at('llama/config.json'), `is no .gguf file; name a GGUF file, or the folder that holds config.json`],
  [at('none'), `${at('none')}: there is no such file or folder; check model_name_or_path`],
  [at('llama/config.json/x'), 'config.json/x'],
  ['./none', '/none: there is no such file or folder'],
  ['~/none', 'there is no such file or folder'],
  ['a/b/c', '/a/b/c: there is no such file or folder'],
  ['models/none.gguf', '/models/none.gguf: there is no such file or folder'],
  ['a\\b', 'there is no such file or folder'],
  ['gpt2', '"gpt2" is no file or folder here, and no name on a hub, which is org/name; check the name'],
  ['gpt2', 'or use starter:smollm2-135m-instruct'],
  ['gemma-3-1b', 'or use starter:gemma-3-270m'],
  ['starter:gemma', 'hub: there is no starter:gemma; use starter:gemma-3-270m'],
  ['starter:', 'hub: there is no starter:; use starter:smollm2-135m-instruct'],
])('"%s" leads to no model', async (name, message) => {
  const failure = await resolveModel(name).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(HubError);
  expect((failure as Error).message).toContain(message);
});

test('org/name comes from a hub, by the environment', async () => {
  const gguf = new Uint8Array(200);
  await using server = await startHubServer({
    repositories: { 'models/org/tiny': { 'tiny.Q8_0.gguf': gguf } },
  });
  vi.stubEnv('HOME', at('home'));
  vi.stubEnv('XDG_CACHE_HOME', '');
  vi.stubEnv('HF_HOME', '');
  vi.stubEnv('HF_ENDPOINT', server.url);
  vi.stubEnv('MODELSCOPE_ENDPOINT', server.url);
  for (const name of ['org/tiny', 'hf:org/tiny:Q8_0', 'ms:org/tiny']) {
    expect(await resolveModel(name)).toMatchObject({
      kind: 'gguf',
      name: 'tiny',
      path: expect.stringMatching(/Q8_0\.gguf$/),
    });
  }
  expect(server.served).toHaveLength(2);
  expect(keptModels().map(({ name, sizeBytes }) => [name, sizeBytes >= 200])).toEqual(
    expect.arrayContaining([
      ['hf:org/tiny', true],
      ['ms:org/tiny', true],
    ]),
  );
  removeModel('ms:org/tiny');
  expect(keptModels().map(({ name }) => name)).not.toContain('ms:org/tiny');
  expect(() => removeModel('ms:org/tiny')).toThrow(
    /ms:org\/tiny is not on this machine; did you mean hf:org\/tiny\?/,
  );
  vi.unstubAllEnvs();
});
