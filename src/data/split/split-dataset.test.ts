import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../../core/index.ts';
import { loadDatasets } from '../load-datasets.ts';
import { type SplitOptions, type SplitRecord, splitDataset } from './split-dataset.ts';

const root = mkdtempSync(join(tmpdir(), 'tunesmith-split-'));
afterAll(() => rmSync(root, { recursive: true }));
const datasetDir = join(root, 'data');

interface Case {
  readonly rows: readonly object[];
  readonly entry?: object;
  readonly options: Partial<SplitOptions>;
}

async function split({ rows, entry, options }: Case) {
  rmSync(datasetDir, { recursive: true, force: true });
  mkdirSync(datasetDir);
  writeFileSync(join(datasetDir, 'news.json'), JSON.stringify(rows));
  const columns = { prompt: 'q', response: 'a', system: 's' };
  writeFileSync(
    join(datasetDir, 'dataset_info.json'),
    JSON.stringify({ news: { file_name: 'news.json', columns, ...entry } }),
  );
  return splitDataset('news', { datasetDir, val: 0, test: 0, seed: 1, ...options });
}

async function check(input: Case, expected: Partial<SplitRecord> | RegExp): Promise<void> {
  if (expected instanceof RegExp) {
    const error = await split(input).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(expected);
    expect(existsSync(join(datasetDir, 'news_train.jsonl'))).toBe(false);
    return;
  }
  const { record, recordPath } = await split(input);
  expect(record).toMatchObject(expected);
  expect(JSON.parse(readFileSync(recordPath, 'utf8'))).toEqual(record);
}

async function questionsOf(name: string): Promise<string[]> {
  const { samples } = await loadDatasets([name], { datasetDir, seed: 1 });
  return samples.map(({ conversation }) => conversation.messages[0]!.content);
}

const many = (count: number, label: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => ({
    q: `question ${i}`,
    a: label(i),
    s: '',
    book: `b${i % 10}`,
    题: i % 2 ? '单' : '双',
  }));

test('parts are data sets of the same form, with the rows in their order', async () => {
  const rows = many(50, (i) => (i % 5 === 0 ? 'rare' : 'often'));
  const { record } = await split({ rows, options: { val: 0.2, test: 0.2 } });
  expect(record).toMatchObject({
    ...{
      dataset: 'news',
      seed: 1,
      val: 0.2,
      test: 0.2,
      stratify: 'answer',
      group: null,
      duplicates: 0,
      dropped: 0,
    },
    rows: { train: 30, val: 10, test: 10 },
    strata: { rare: { train: 6, val: 2, test: 2 }, often: { train: 24, val: 8, test: 8 } },
  });
  const info = JSON.parse(readFileSync(join(datasetDir, 'dataset_info.json'), 'utf8')) as object;
  expect(Object.keys(info)).toEqual(['news', 'news_train', 'news_val', 'news_test']);
  expect(info).toMatchObject({
    news_val: { file_name: 'news_val.jsonl', columns: { prompt: 'q', response: 'a', system: 's' } },
  });
  const parts = await Promise.all(['news_train', 'news_val', 'news_test'].map(questionsOf));
  expect(parts.flat().toSorted()).toEqual(rows.map(({ q }) => q).toSorted());
  const places = parts[0]!.map((q) => Number(q.split(' ')[1]));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  const [line] = readFileSync(join(datasetDir, 'news_val.jsonl'), 'utf8').split('\n');
  expect(Object.keys(JSON.parse(line!) as object)).toEqual(['q', 'a', 's', 'book', '题']);
});

test('by a column, by groups, and by numbers of rows', async () => {
  const rows = many(40, (i) => `answer ${i}`);
  await check(
    { rows, options: { val: 4 } },
    { stratify: null, strata: {}, rows: { train: 36, val: 4, test: 0 } },
  );
  await check(
    { rows, options: { val: 0.25, stratify: '题' } },
    { strata: { 单: { train: 15, val: 5, test: 0 }, 双: { train: 15, val: 5, test: 0 } } },
  );
  await check(
    { rows, options: { val: 0.25, test: 0.25, group: 'book' } },
    { group: 'book', rows: { train: 20, val: 12, test: 8 } },
  );
  const books = async (name: string) => {
    const lines = readFileSync(join(datasetDir, `${name}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    return new Set(lines.map((line) => (JSON.parse(line) as { book: string }).book));
  };
  const [train, val] = [await books('news_train'), await books('news_val')];
  expect([...train].filter((book) => val.has(book))).toEqual([]);
});

test('the same question is never in two parts, whatever its case, width, spaces, answer or system prompt', async () => {
  const twins = many(40, () => 'x').flatMap((row) => [
    row,
    { ...row, q: ` ${row.q.toUpperCase().replace('1', '１')}  `, a: 'y', s: 'S' },
  ]);
  await check(
    { rows: twins, options: { val: 0.1, test: 0.1 } },
    { duplicates: 40, rows: { train: 64, val: 8, test: 8 } },
  );
  const plain = (q: string) => q.normalize('NFKC').trim().toLowerCase();
  const [train, val, test] = await Promise.all(['news_train', 'news_val', 'news_test'].map(questionsOf));
  expect(val!.filter((q) => [...train!, ...test!].map(plain).includes(plain(q)))).toEqual([]);
  const sameQuestion = many(40, () => 'x').map((row, i) => ({ ...row, q: 'Which?', s: `Context ${i}` }));
  await check(
    { rows: sameQuestion, options: { val: 0.1 } },
    { duplicates: 0, rows: { train: 36, val: 4, test: 0 } },
  );
});

test('a column that only some rows have is named where it is', async () => {
  const rows = many(10, () => 'x').map(({ s, ...row }, i) => (i === 0 ? { ...row, s: 'S' } : row));
  await check({ rows, options: { val: 0.2 } }, { rows: { train: 8, val: 2, test: 0 } });
  expect([...(await questionsOf('news_train')), ...(await questionsOf('news_val'))]).toHaveLength(10);
});

test('rows that cannot be used are in no part; num_samples and split of the old files are done with', async () => {
  const rows = [...many(10, () => 'x'), { q: 'no answer', a: '' }];
  await check(
    { rows, entry: { num_samples: 500, split: 'train[1:]' }, options: { val: 0.2 } },
    { dropped: 1, rows: { train: 7, val: 2, test: 0 } },
  );
});

test('what cannot be split is said before anything is written', async () => {
  const rows = many(10, () => 'x');
  await check({ rows, options: {} }, /val 0 and test 0 leave nothing to split/);
  await check(
    { rows, options: { val: 0.6, test: 0.4 } },
    /leave nothing to split, or nothing to train on, of 10 rows/,
  );
  await check({ rows, options: { val: 10 } }, /leave nothing to split/);
  await check({ rows, options: { val: -1 } }, /leave nothing to split/);
  await check(
    { rows, options: { val: 0.1, group: 'boook' } },
    /"news": no row has the column "boook"; did you mean "book"\?/,
  );
  await check(
    { rows, options: { val: 0.1, stratify: 'label' } },
    /no row has the column "label"; the rows have q, a, s, book, 题/,
  );
  const one = rows.map((row) => ({ ...row, book: 'one' }));
  await check(
    { rows: one, options: { val: 0.1, group: 'book' } },
    /nothing is left for val of 10 rows, since rows of one book stay together; take/,
  );
  await split({ rows, options: { val: 0.2 } });
  const again = splitDataset('news', { datasetDir, val: 0.2, test: 0, seed: 1 });
  await expect(again).rejects.toThrow(/"news_train" is there already; replace it, or remove it first/);
  await splitDataset('news', { datasetDir, val: 0.2, test: 0, seed: 2, isReplaced: true });
});
