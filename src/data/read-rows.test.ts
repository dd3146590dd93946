import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { readRows } from './read-rows.ts';
import { readLines } from './read-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-rows-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Expects rows as [row, values], or the message of the DataError after the path. */
async function check(
  name: string,
  content: string | Uint8Array,
  expected: [number, object][] | RegExp,
): Promise<void> {
  const path = put(name, content);
  if (expected instanceof RegExp) {
    await refuses(path, expected);
    await refuses(path, path);
  } else {
    const { rows } = await readRows(path);
    expect(rows).toEqual(expected.map(([row, values]) => ({ file: path, row, values })));
  }
}

async function refuses(path: string, expected: RegExp | string): Promise<void> {
  const error = await readRows(path).catch((thrown: unknown) => thrown);
  expect(error, path).toBeInstanceOf(DataError);
  const { message } = error as DataError;
  if (typeof expected === 'string') expect(message).toContain(expected);
  else expect(message).toMatch(expected);
}

test('reads json and jsonl, each also under the name of the other', async () => {
  const rows: [number, object][] = [
    [1, { a: '1' }],
    [2, { a: '二' }],
  ];
  await check('list.json', '[{"a": "1"}, {"a": "二"}]', rows);
  await check('bom.json', '\ufeff[{"a": "1"},\r\n{"a": "二"}]', rows);
  await check('lines.jsonl', '{"a": "1"}\n{"a": "二"}\n', rows);
  await check('bom.jsonl', '\ufeff{"a": "1"}\r\n{"a": "二"}', rows);
  await check('UPPER.JSONL', '{"a": "1"}\n{"a": "二"}\n', rows);
  await check('lines.json', '{"a": "1"}\n{"a": "二"}\n', rows);
  await check('list.jsonl', '[{"a": "1"},\n{"a": "二"}]', rows);
  await check('blank-lines.jsonl', '\n{"a": "1"}\n\n{"a": "二"}\n\n', [
    [2, { a: '1' }],
    [4, { a: '二' }],
  ]);
});

test('says what is broken, and where', async () => {
  await check('trailing.json', '[\n{"a": 1},\n{"a": 2},\n]', /line 3 column 9: a trailing comma .* line 3$/);
  await check('trailing.jsonl', '{"a": 1}\n{"a": 2},\n', /line 2 column 9: , stands after the end/);
  await check('broken.jsonl', '{"a": 1}\n\n{"a": \n', /line 3 column 7: the file ends inside the object/);
  await check(
    'object.json',
    '{\n"rows": [{"a": 1}]\n}',
    /holds an object .* under "rows" may be it; write \[/,
  );
  await check('one-line.json', '{"a": 1}', /holds an object where a list/);
  await check('text.json', '"hello"', /holds the text "hello" where a list/);
  await check('row.json', '[{"a": 1}, ["b"]]', /row 2: is a list of 1, not an object/);
  await check('row.jsonl', '{"a": 1}\n7\n', /row 2: is the number 7, not an object/);
  await check(
    'deep.json',
    `[{"a": ${'['.repeat(1e5)}${']'.repeat(1e5)}}]`,
    /row 1: lists and objects lie more than 100 deep/,
  );
  await check('empty.json', '', /the file is empty/);
  await check('empty-list.json', '[]', /no rows in it/);
  await check('empty.jsonl', '\n', /no rows in it/);
  await check('utf16.json', Buffer.from('\ufeff[{"a": 1}]', 'utf16le'), /is UTF-16; save it as UTF-8/);
  const gbk = Buffer.concat([
    Buffer.from('{"a": "'),
    Buffer.from([0xc4, 0xe3, 0xba, 0xc3]),
    Buffer.from('"}'),
  ]);
  await check(
    'gbk.json',
    Buffer.concat([Buffer.from('[\n'), gbk, Buffer.from(']')]),
    /line 2: the bytes are not UTF-8/,
  );
  await check(
    'gbk.jsonl',
    Buffer.concat([Buffer.from('{"a": 1}\n\n'), gbk]),
    /line 3: the bytes are not UTF-8/,
  );
  await check('table.xls', 'x', /\.xls is no data format known here; save it as \.xlsx/);
  await check('notes.docx', 'x', /\.docx is no data format known here/);
  await check('none', 'x', /files without an extension is no data format/);
});

test('a missing file: the nearest name is offered', async () => {
  put('train_rows.json', '[]');
  await refuses(join(folder, 'train-rows.json'), /no such file; did you mean .*train_rows\.json\?/);
  await refuses(join(folder, 'nowhere', 'x.json'), /no such file; check file_name/);
});

test('a folder: its files in order, all of one type', async () => {
  put('many/2.jsonl', '{"a": 2}');
  put('many/1.jsonl', '{"a": 1}');
  put('many/.hidden', '');
  const { rows } = await readRows(join(folder, 'many'));
  expect(rows.map(({ values }) => values['a'])).toEqual([1, 2]);
  put('mixed/1.jsonl', '{"a": 1}');
  put('mixed/2.json', '[{"a": 1}]');
  await refuses(join(folder, 'mixed'), /mixes files of the types/);
  mkdirSync(join(folder, 'void'));
  await refuses(join(folder, 'void'), /no rows in it/);
});

test('lines longer than a piece of the file, and characters cut by its border', () => {
  const lines = ['新'.repeat(1_500_000), '', 'x', '闻'.repeat(1_400_001)];
  const path = put('long.txt', lines.join('\n'));
  expect([...readLines(path)].map(({ text }) => text)).toEqual(lines);
  expect([...readLines(path)].map(({ number }) => number)).toEqual([1, 2, 3, 4]);
});
