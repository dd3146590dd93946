import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { resolveExperiment } from '../config/index.ts';
import { planStages } from './plan-stages.ts';

let folder: string;
const write = (name: string, content: object | string) =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-'));
  process.env['TUNESMITH_CACHE'] = join(folder, 'cache');
  for (const name of ['model', 'other', 'cache']) mkdirSync(join(folder, name));
  write('model/config.json', { hidden_size: 8 });
  write('model/model.safetensors', 'weights');
  write('other/config.json', { hidden_size: 8 });
  write('other/model.safetensors', 'weights');
  write('train.json', [{ instruction: 'a', output: 'x' }]);
  write('test.json', [{ instruction: 'b', output: 'x' }]);
  write('ours.csv', 'row,prediction\n1,x\n');
  write('dataset_info.json', { train: { file_name: 'train.json' }, test: { file_name: 'test.json' } });
});
afterEach(() => {
  delete process.env['TUNESMITH_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

/** Keys by stage. */
async function keys(changes: object = {}, { version = '1', ...overrides }: Record<string, unknown> = {}) {
  const text = stringify({
    name: 'e',
    settings: { model_name_or_path: join(folder, 'model'), dataset: 'train', dataset_dir: folder },
    test_dataset: 'test',
    variants: { a: {}, b: { lora_rank: 4 } },
    candidates: {
      base: { model: join(folder, 'model') },
      a: { variant: 'a' },
      b: { variant: 'b' },
      ours: { predictions: join(folder, 'ours.csv') },
    },
    candidate: 'a',
    criteria: { accuracy: { min: 0.5 }, qps: { min: 1 } },
    ...changes,
  });
  const experiment = resolveExperiment(text, 'e.yaml', overrides);
  const { stages } = await planStages(experiment, {
    version: String(version),
    outputDir: join(folder, 'out'),
  });
  return new Map(stages.map(({ id, key }) => [id, key]));
}

/** The stages whose keys differ. */
function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  expect([...after.keys()]).toEqual([...before.keys()]);
  return [...before.keys()].filter((id) => before.get(id) !== after.get(id));
}

const ALL = ['judge/ours', 'judge/base', 'train/a', 'judge/a', 'train/b', 'judge/b', 'compare', 'load/a'];

describe('the key of a stage', () => {
  it('is one of each stage, those that take least first', async () => {
    const found = await keys();
    expect([...found.keys()]).toEqual(ALL);
    expect(new Set(found.values()).size).toBe(ALL.length);
  });

  const ofA = ['train/a', 'judge/a', 'compare', 'load/a'];
  it.each<[what: string, changes: object, overrides: Record<string, unknown>, redone: readonly string[]]>([
    ['nothing', {}, {}, []],
    ['the rule', { criteria: { accuracy: { min: 0.9 }, qps: { min: 2 } } }, {}, []],
    ['the question', { question: 'Well?' }, {}, []],
    ['a price', { loadtest: { concurrency: [1, 8], price_per_hour: 2 } }, {}, []],
    ['one variant', { variants: { a: { lora_rank: 2 }, b: { lora_rank: 4 } } }, {}, ofA],
    ['threads', {}, { num_threads: 1 }, ['load/a']],
    ['the port', {}, { port: 9 }, []],
    ['the load', { loadtest: { requests: 9, concurrency: [1, 8] } }, {}, ['load/a']],
    ['the incumbent', { incumbent: 'base' }, {}, ['compare']],
    ['the version', {}, { version: '2' }, ALL],
    ['an equal model elsewhere', {}, { model_name_or_path: 'OTHER' }, []],
  ])('changes with %s: what is to be done again', async (_, changes, overrides, redone) => {
    const before = await keys();
    if (overrides['model_name_or_path'] === 'OTHER') overrides['model_name_or_path'] = join(folder, 'other');
    expect(changed(before, await keys(changes, overrides))).toEqual(redone);
  });

  it.each<[file: string, content: string, redone: readonly string[]]>([
    ['test.json', '[{"instruction": "b", "output": "y"}]', ALL.filter((id) => !id.startsWith('train'))],
    [
      'train.json',
      '[{"instruction": "c", "output": "x"}]',
      ['train/a', 'judge/a', 'train/b', 'judge/b', 'compare', 'load/a'],
    ],
    ['ours.csv', 'row,prediction\n1,y\n', ['judge/ours', 'compare']],
    ['model/model.safetensors', 'others', ALL.filter((id) => id !== 'judge/ours')],
    ['model/README.md', 'words', []],
  ])('changes with the content of %s', async (file, content, redone) => {
    const before = await keys();
    write(file, content);
    expect(changed(before, await keys())).toEqual(redone);
  });
});
