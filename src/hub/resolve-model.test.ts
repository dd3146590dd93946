import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HubError } from '../core/index.ts';
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
  [
    'HuggingFaceTB/SmolLM2-135M',
    '"HuggingFaceTB/SmolLM2-135M" is no file or folder here, and names on hubs are not known',
  ],
  ['HuggingFaceTB/SmolLM2-135M', 'or use starter:smollm2-135m-instruct'],
  ['google/gemma-3-1b-it', 'or use starter:gemma-3-270m'],
  ['gpt2', 'or use starter:smollm2-135m-instruct'],
  ['starter:gemma', 'hub: there is no starter:gemma; use starter:gemma-3-270m'],
  ['starter:', 'hub: there is no starter:; use starter:smollm2-135m-instruct'],
])('"%s" leads to no model', async (name, message) => {
  const failure = await resolveModel(name).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(HubError);
  expect((failure as Error).message).toContain(message);
});
