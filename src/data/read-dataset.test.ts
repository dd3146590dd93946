import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { parseDatasetEntry } from './dataset-info.ts';
import { readDataset } from './read-dataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, ...values: unknown[]): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, values.map((v) => JSON.stringify({ v })).join('\n'));
}

/** Expects the values of the rows, or the message of the DataError. */
async function check(entry: object, expected: unknown[] | RegExp): Promise<void> {
  const parsed = parseDatasetEntry('news', entry, folder, 'dataset_info.json');
  const read = readDataset(parsed, 1);
  if (expected instanceof RegExp) {
    const error = await read.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(expected);
  } else {
    expect((await read).rows.map(({ values }) => values['v'])).toEqual(expected);
  }
}

put('rows.jsonl', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
put('repo/data/train-00000.jsonl', 'a');
put('repo/data/train-00001.jsonl', 'b');
put('repo/data/test-00000.jsonl', 'c');
put('repo/zh/dev.jsonl', 'd');
put('repo/zh/train.jsonl', 'e');

test('split: part of the rows, as datasets slices them', async () => {
  const rows = { file_name: 'rows.jsonl' };
  await check({ ...rows, split: 'train' }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await check({ ...rows, split: 'train[:3]' }, [0, 1, 2]);
  await check({ ...rows, split: 'train[8:]' }, [8, 9]);
  await check({ ...rows, split: 'train[-2:]' }, [8, 9]);
  await check({ ...rows, split: 'train[20%:40%]' }, [2, 3]);
  await check({ ...rows, split: 'train[7:1000]' }, [7, 8, 9]);
  await check({ ...rows, split: 'train[5:5]' }, /no row is in split "train\[5:5\]"; widen it/);
  await check(
    { ...rows, split: 'test' },
    /split "test" is not in .*rows\.jsonl, a file, which holds train only/,
  );
  expect(
    (
      await readDataset(
        parseDatasetEntry('n', { ...rows, split: 'train[:5]', num_samples: 2 }, folder, ''),
        1,
      )
    ).rows,
  ).toHaveLength(2);
});

test('folder, subset and split: the files of a downloaded data set', async () => {
  await check({ file_name: 'repo/data' }, ['c', 'a', 'b']);
  await check({ file_name: 'repo', folder: 'data', split: 'train' }, ['a', 'b']);
  await check({ file_name: 'repo', folder: 'data', split: 'test' }, ['c']);
  await check({ file_name: 'repo', subset: 'zh', split: 'validation' }, ['d']);
  await check({ file_name: 'repo', subset: 'zh', split: 'train[:1]' }, ['e']);
  await check({ file_name: 'repo', folder: 'data', split: 'validation' }, /of whose files none is called so/);
  await check({ file_name: 'repo', folder: 'date' }, /repo.date: no such file; did you mean .*data\?/);
  await check({ file_name: 'rows.jsonl', folder: 'x', subset: 'y' }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await check({ file_name: join(folder, 'repo', 'zh'), split: 'train' }, ['e']);
});
