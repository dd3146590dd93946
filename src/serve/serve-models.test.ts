/** What is refused before any process is started or any port opened. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GOLDEN } from '../../test/support/golden.ts';
import { resolveRunConfig } from '../config/index.ts';
import { nameModels } from './open-models.ts';
import { serveModels } from './serve-models.ts';

const model_name_or_path = join(GOLDEN, 'models', 'llama');

const config = (settings: object) => resolveRunConfig({ model_name_or_path, ...settings });

it.each<[string, object, string]>([
  ['a model that is not there', { model_name_or_path: 'nowhere' }, 'nowhere'],
  ['an address for others without a key', { host: '0.0.0.0' }, 'there is no API key; set TUNESMITH_API_KEY'],
  ['a file of keys that is not there', { api_key_file: 'nowhere' }, 'api_key_file nowhere: cannot be read'],
  ['names that are equal', { adapter_name_or_path: 'a/out,b/out' }, 'two models would be called out'],
  ['too many names', { served_model_name: 'a,b' }, 'has 2 names, and there are 1 models'],
])('%s', async (_, settings, sentence) => {
  const options = { version: '0', log: () => undefined, environment: {} };
  await expect(serveModels(config(settings), options)).rejects.toThrow(sentence);
});

it.each<[object, string[]]>([
  [{}, ['base']],
  [{ adapter_name_or_path: 'runs/sql/,runs/x/checkpoint-50' }, ['sql', 'x/checkpoint-50', 'base']],
  [{ adapter_name_or_path: 'runs/sql', served_model_name: 'now' }, ['now', 'base']],
  [{ served_model_name: '工单' }, ['工单']],
])('models of %j are called %j', (settings, names) => {
  expect(nameModels(config(settings), { name: 'base' }).map(({ name }) => name)).toEqual(names);
});
