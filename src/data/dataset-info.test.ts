import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { type DatasetEntry, readDatasetInfo } from './dataset-info.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-info-'));
afterAll(() => rmSync(folder, { recursive: true }));

function check(entry: unknown, expected: Partial<DatasetEntry> | RegExp, name = 'news'): void {
  writeFileSync(
    join(folder, 'dataset_info.json'),
    JSON.stringify({ news: entry, other: { file_name: 'o.json' } }),
  );
  const read = () => readDatasetInfo(folder, [name])[0];
  if (expected instanceof RegExp) {
    expect(read).toThrow(DataError);
    expect(read).toThrow(expected);
  } else {
    expect(read()).toMatchObject(expected);
  }
}

test('fills in defaults, which go as soon as columns or tags are given', () => {
  check(
    { file_name: 'news.json' },
    {
      name: 'news',
      path: join(folder, 'news.json'),
      formatting: 'alpaca',
      ranking: false,
      columns: { prompt: 'instruction', query: 'input', response: 'output', messages: 'conversations' },
      columnsNamed: false,
      numSamples: undefined,
    },
  );
  check(
    { file_name: 'n.json', columns: { prompt: 'q', response: 'a', query: '', system: null } },
    {
      columns: { prompt: 'q', response: 'a', query: undefined, system: undefined },
      columnsNamed: true,
    },
  );
  check(
    { file_name: 'n.json', formatting: 'sharegpt', tags: { role_tag: 'role', user_tag: 'user' } },
    {
      formatting: 'sharegpt',
      tags: { role_tag: 'role', user_tag: 'user' },
    },
  );
  check(
    { file_name: 'n.json', num_samples: 5, split: 'train', subset: 's', folder: 'f', ranking: true },
    {
      numSamples: 5,
      ranking: true,
      subset: 's',
      folder: 'f',
      split: expect.objectContaining({ name: 'train' }),
    },
  );
});

test('refuses what it cannot do, with the key and a remedy', () => {
  check({ hf_hub_url: '../b' }, /"news": hf_hub_url: .*write org\/name/);
  check({ om_hub_url: 'a/b', file_name: 'n.json' }, /"news": om_hub_url cannot be read yet; .* file_name/);
  check({ cloud_file_name: 's3://x' }, /cloud_file_name cannot be read yet/);
  check({ script_url: 'x' }, /script_url cannot be read yet/);
  check({ formatting: 'alpaca' }, /names no file; add file_name/);
  check({ file_nam: 'n.json' }, /unknown key "file_nam", did you mean "file_name"\?/);
  check({ file_name: 'n.json', columns: { promt: 'q' } }, /"columns\.promt", did you mean "prompt"\?/);
  check({ file_name: 'n.json', tags: { content: 'q' } }, /unknown key "tags\.content"/);
  check({ file_name: 'n.json', formatting: 'alpaka', ranking: 1 }, /formatting: .*alpaca.*; ranking: /);
  check({ file_name: 'n.json', num_samples: 0 }, /num_samples: /);
  check(
    { file_name: 'n.json', split: 'train+test' },
    /split "train\+test" cannot be read; write train, train\[:1000\]/,
  );
  check(['n.json'], /the entry: .*object/);
});

test('an unknown name or a missing file says where it looked', () => {
  check(
    { file_name: 'n.json' },
    /dataset_info\.json: no data set is called "othr"; did you mean "other"\?/,
    'othr',
  );
  check({ file_name: 'n.json' }, /no data set is called "something"; add it there/, 'something');
  check({ file_name: 'n.json' }, /no data set is called "constructor"/, 'constructor');
  expect(() => readDatasetInfo(join(folder, 'nowhere'), ['x'])).toThrow(
    /nowhere.dataset_info\.json: no such file/,
  );
  writeFileSync(join(folder, 'dataset_info.json'), '{\n"news": {"file_name": "n.json"},\n}');
  expect(() => readDatasetInfo(folder, ['news'])).toThrow(
    /dataset_info\.json line 2 column 32: a trailing comma/,
  );
  writeFileSync(join(folder, 'dataset_info.json'), '[]');
  expect(() => readDatasetInfo(folder, ['news'])).toThrow(/is a list of 0; write/);
});
