import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../../core/index.ts';
import { loadDatasets } from '../load-datasets.ts';
import type { ReadOptions } from '../rows.ts';
import { guessRoles } from './guess-roles.ts';
import { planDataset, type RoleTexts } from './plan-dataset.ts';
import { openTable } from './source-table.ts';

const root = mkdtempSync(join(tmpdir(), 'tunesmith-add-'));
afterAll(() => rmSync(root, { recursive: true }));
const datasetDir = join(root, 'data');

interface Case {
  /** File name, in the data folder or beside it (`../x.csv`), to content. */
  readonly files: Readonly<Record<string, string>>;
  /** Guessed where absent. */
  readonly roles?: RoleTexts;
  readonly options?: ReadOptions;
}

interface Expected {
  readonly entry: object;
  /** Each as `system>user|assistant|…`. */
  readonly samples: string[];
  readonly findings?: string[];
  /** The rows of news.jsonl, where that was written. */
  readonly written?: object[];
}

async function plan({ files, roles, options }: Case) {
  const paths = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(datasetDir, name), content);
    return join(datasetDir, name);
  });
  const table = await openTable(paths, options);
  return planDataset(table, roles ?? guessRoles(table.columns).roles, { name: 'news', datasetDir });
}

async function check(input: Case, expected: Expected | RegExp): Promise<void> {
  rmSync(datasetDir, { recursive: true, force: true });
  mkdirSync(datasetDir, { recursive: true });
  if (expected instanceof RegExp) {
    const error = await plan(input).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(expected);
    expect(existsSync(join(datasetDir, 'dataset_info.json'))).toBe(false);
    return;
  }
  const { entry, findings, write } = await plan(input);
  expect(entry).toEqual(expected.entry);
  expect(findings.map(({ row, reason }) => `${row} ${reason}`)).toEqual(expected.findings ?? []);
  write();
  expect(JSON.parse(readFileSync(join(datasetDir, 'dataset_info.json'), 'utf8'))).toEqual({
    news: expected.entry,
  });
  const target = join(datasetDir, 'news.jsonl');
  const written =
    expected.written && existsSync(target) ? readFileSync(target, 'utf8').trimEnd().split('\n') : undefined;
  expect(written?.map((line) => JSON.parse(line) as object)).toEqual(expected.written);
  const { samples } = await loadDatasets(['news'], { datasetDir, seed: 1 });
  expect(
    samples.map(({ conversation: { system, messages } }) => {
      const turns = messages.map(({ content }) => content).join('|');
      return system === undefined ? turns : `${system}>${turns}`;
    }),
  ).toEqual(expected.samples);
}

const columns = { prompt: 'instruction', response: 'output' };

test('a table becomes a jsonl with a column for each role, and the columns that none took', async () => {
  await check(
    { files: { '../in.csv': '标题,标签,来源\n一,体育,x\n二,财经,y\n' } },
    {
      entry: { file_name: 'news.jsonl', columns },
      samples: ['一|体育', '二|财经'],
      written: [
        { instruction: '一', output: '体育', 来源: 'x' },
        { instruction: '二', output: '财经', 来源: 'y' },
      ],
    },
  );
  await check(
    {
      files: {
        '../in.txt':
          '体育\t一则新闻\n财经\t二则新闻\n体育\t三则新闻\n体育\t四则新闻\n财经\t五则新闻\n财经\t六则新闻\n',
      },
    },
    {
      entry: { file_name: 'news.jsonl', columns },
      samples: [
        '一则新闻|体育',
        '二则新闻|财经',
        '三则新闻|体育',
        '四则新闻|体育',
        '五则新闻|财经',
        '六则新闻|财经',
      ],
      written: ['一体育', '二财经', '三体育', '四体育', '五财经', '六财经'].map((row) => ({
        instruction: `${row[0]}则新闻`,
        output: row.slice(1),
      })),
    },
  );
});

test('texts over columns, and texts that are the same in every row', async () => {
  await check(
    {
      files: { '../in.csv': 'title,label\nx,1\ny,2\n' },
      roles: { instruction: '判断类型:{title} {{0}}', system: 'You sort.', output: 'label' },
    },
    {
      entry: {
        file_name: 'news.jsonl',
        columns: { prompt: 'instruction', system: 'system', response: 'output' },
      },
      samples: ['You sort.>判断类型:x {0}|1', 'You sort.>判断类型:y {0}|2'],
      written: [
        { instruction: '判断类型:x {0}', system: 'You sort.', output: '1', title: 'x' },
        { instruction: '判断类型:y {0}', system: 'You sort.', output: '2', title: 'y' },
      ],
    },
  );
  const files = { '../in.csv': 'title,label\nx,1\n' };
  await check(
    { files, roles: { instruction: '{titel}', output: 'label' } },
    /instruction: no column is called "titel"; did you mean "title"\?, or write \{\{titel\}\}/,
  );
  await check(
    { files, roles: { instruction: 'titel', output: 'label' } },
    /no column is called "titel"; did you mean "title"\?/,
  );
});

test('a file in the data folder that LLaMA-Factory reads serves as it is', async () => {
  const row = JSON.stringify({ q: 'Q', a: 'A' });
  await check(
    { files: { 'in.json': `[${row}]` }, roles: { instruction: 'q', output: 'a' } },
    { entry: { file_name: 'in.json', columns: { prompt: 'q', response: 'a' } }, samples: ['Q|A'] },
  );
});

test('and does not where its answers are numbers, or text is made', async () => {
  await check(
    { files: { 'in.jsonl': '{"text": "x", "label": 3}\n{"text": "y", "label": null}' } },
    {
      entry: { file_name: 'news.jsonl', columns },
      samples: ['x|3'],
      findings: ['2 the answer is empty'],
      written: [{ instruction: 'x', output: '3' }],
    },
  );
});

test('messages: their keys and roles are found out', async () => {
  const chat = (...turns: string[]) =>
    turns.map((content, i) => ({ role: i % 2 ? 'assistant' : 'user', content }));
  const tags = {
    ...{ role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant' },
    ...{ observation_tag: 'observation', function_tag: 'function_call', system_tag: 'system' },
  };
  await check(
    { files: { 'in.jsonl': JSON.stringify({ messages: chat('a', 'b', 'c', 'd') }) } },
    {
      entry: { file_name: 'in.jsonl', formatting: 'sharegpt', columns: { messages: 'messages' }, tags },
      samples: ['a|b|c|d'],
    },
  );
  const cell = JSON.stringify([
    { from: 'human', value: 'a' },
    { from: 'gpt', value: 'b' },
  ]);
  await check(
    { files: { '../in.csv': `messages,n\n"${cell.replaceAll('"', '""')}",1\n` } },
    {
      entry: { file_name: 'news.jsonl', formatting: 'sharegpt', columns: { messages: 'messages' } },
      samples: ['a|b'],
      written: [{ messages: JSON.parse(cell), n: '1' }],
    },
  );
  await check(
    { files: { 'in.jsonl': '{"messages": [{"role": "robot", "content": "x"}]}' } },
    /unknown role robot; the known ones are human, user/,
  );
  await check({ files: { 'in.jsonl': '{"messages": ["x"]}' } }, /no messages with a role and a text/);
  await check(
    { files: { 'in.jsonl': '{"messages": [], "q": ""}' }, roles: { messages: 'messages', output: 'q' } },
    /leave out output, or messages/,
  );
});

test('what cannot be told, or is taken, is said before anything is written', async () => {
  await check(
    { files: { '../in.csv': 'text\nx\n' } },
    /no column is known to hold the answer; name it as output or label/,
  );
  await check({ files: { '../in.csv': 'label,n\n\n' } }, /no rows in it/);
  await check(
    { files: { 'news.jsonl': '{"title": "x", "label": 3}' } },
    { entry: { file_name: 'news_converted.jsonl', columns }, samples: ['x|3'] },
  );
  const table = await openTable([join(datasetDir, 'news.jsonl')]);
  const named = (name: string) => () =>
    planDataset(table, { instruction: 'title', output: 'label' }, { name, datasetDir });
  expect(named('a,b')).toThrow(/"a,b" cannot be a data set's name/);
  named('other')().write();
  expect(named('other')).toThrow(
    /dataset_info\.json: "other" is there already; choose another name, or replace it/,
  );
});
