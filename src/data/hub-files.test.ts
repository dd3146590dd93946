import { expect, test } from 'vitest';
import { chooseFiles } from './hub-files.ts';

interface Wish {
  readonly folder?: string;
  readonly subset?: string;
  readonly split?: string;
  readonly card?: string;
}

function choose(paths: readonly string[], { folder, subset, split, card }: Wish = {}): string[] {
  const parsed =
    split === undefined ? undefined : { text: split, name: split, from: undefined, to: undefined };
  return chooseFiles({ name: 'd', folder, subset, split: parsed }, paths, card);
}
const check = (paths: readonly string[], wish: Wish, expected: readonly string[]) =>
  expect(choose(paths, wish)).toEqual(expected);
const refuses = (paths: readonly string[], wish: Wish, message: RegExp) =>
  expect(() => choose(paths, wish)).toThrow(message);

const CARD = `---
license: mit
configs:
- config_name: zh
  data_files:
  - split: train
    path: zh/train-*
  - split: test
    path: [zh/test-a.parquet, "zh/test-[bc].parquet"]
- config_name: en
  default: true
  data_dir: en
- config_name: all
  data_files: "**/*.parquet"
---
# Rows`;
const PATHS = [
  'README.md',
  'zh/train-00001.parquet',
  'zh/train-00000.parquet',
  'zh/deep/train-00009.parquet',
  'zh/test-a.parquet',
  'zh/test-c.parquet',
  'en/valid.parquet',
  'en/train.parquet',
];

test('by the card: the subset, its splits and their patterns', () => {
  check(PATHS, { card: CARD, subset: 'zh' }, ['zh/train-00000.parquet', 'zh/train-00001.parquet']);
  check(PATHS, { card: CARD, subset: 'zh', split: 'test' }, ['zh/test-a.parquet', 'zh/test-c.parquet']);
  check(PATHS, { card: CARD }, ['en/train.parquet']);
  check(PATHS, { card: CARD, split: 'validation' }, ['en/valid.parquet']);
  expect(choose(PATHS, { card: CARD, subset: 'all' })).toHaveLength(7);
  refuses(PATHS, { card: CARD, subset: 'zhh' }, /subset "zhh" is not among zh, en, all; did you mean "zh"\?/);
  refuses(
    PATHS,
    { card: CARD, subset: 'zh', split: 'dev' },
    /split "dev" is not there; it has train, test; set/,
  );
});

test('folder wins over the card, and subset is a folder where there is no card', () => {
  check(PATHS, { card: CARD, folder: 'zh', split: 'test' }, ['zh/test-a.parquet', 'zh/test-c.parquet']);
  check(PATHS, { subset: 'en' }, ['en/train.parquet']);
  refuses(PATHS, { folder: 'fr' }, /no file of rows in fr on the hub \(\.json, .*\); check folder/);
});

test('by names: shards, words for splits in files and folders, else all of it is train', () => {
  const shards = [
    'data/train-00000-of-00002.parquet',
    'data/train-00001-of-00002.parquet',
    'data/my_split-00000-of-00001.parquet',
  ];
  check(shards, {}, shards.slice(0, 2));
  check(shards, { split: 'my_split' }, shards.slice(2));
  check(['a/rows.json', 'training/b.json', 'eval1.json'], {}, ['training/b.json']);
  check(['a/rows.json', 'training/b.json', 'eval1.json'], { split: 'test' }, ['eval1.json']);
  check(['b.csv', 'a.csv', 'contest.csv'], {}, ['a.csv', 'b.csv', 'contest.csv']);
  refuses(['b.csv'], { split: 'test' }, /split "test" is not there; it has train/);
});

test('files of other types, and what holds no rows, stay away', () => {
  check(['a.jsonl', 'b.json', 'c.txt', 'dataset_infos.json', '.hidden/d.json'], {}, ['a.jsonl', 'b.json']);
  refuses(['README.md', 'model.bin'], {}, /no file of rows on the hub/);
});

test('a card that cannot be read, or whose patterns never end or make no sense, chooses nothing', () => {
  check(['a.json'], { card: '---\nconfigs: [\n---\n' }, ['a.json']);
  const stars = `---\nconfigs:\n- data_files: "${'*a'.repeat(40)}"\n---\n`;
  refuses([`${'a'.repeat(200)}.json`], { card: stars }, /split "train" is not there/);
  const backwards = '---\nconfigs:\n- data_files: "[z-a].json"\n---\n';
  refuses(['b.json'], { card: backwards }, /split "train" is not there/);
});
