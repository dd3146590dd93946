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
function check(name: string, content: string | Uint8Array, expected: [number, object][] | RegExp): void {
  const path = put(name, content);
  if (expected instanceof RegExp) {
    const read = () => readRows(path);
    expect(read, name).toThrow(DataError);
    expect(read, name).toThrow(expected);
    expect(read, name).toThrow(path);
  } else {
    expect(readRows(path)).toEqual(expected.map(([row, values]) => ({ file: path, row, values })));
  }
}

test('reads json and jsonl, each also under the name of the other', () => {
  const rows: [number, object][] = [
    [1, { a: '1' }],
    [2, { a: '二' }],
  ];
  check('list.json', '[{"a": "1"}, {"a": "二"}]', rows);
  check('bom.json', '\ufeff[{"a": "1"},\r\n{"a": "二"}]', rows);
  check('lines.jsonl', '{"a": "1"}\n{"a": "二"}\n', rows);
  check('bom.jsonl', '\ufeff{"a": "1"}\r\n{"a": "二"}', rows);
  check('UPPER.JSONL', '{"a": "1"}\n{"a": "二"}\n', rows);
  check('lines.json', '{"a": "1"}\n{"a": "二"}\n', rows);
  check('list.jsonl', '[{"a": "1"},\n{"a": "二"}]', rows);
  check('blank-lines.jsonl', '\n{"a": "1"}\n\n{"a": "二"}\n\n', [
    [2, { a: '1' }],
    [4, { a: '二' }],
  ]);
});

test('says what is broken, and where', () => {
  check('trailing.json', '[\n{"a": 1},\n{"a": 2},\n]', /line 3 column 9: a trailing comma .* line 3$/);
  check('trailing.jsonl', '{"a": 1}\n{"a": 2},\n', /line 2 column 9: , stands after the end/);
  check('broken.jsonl', '{"a": 1}\n\n{"a": \n', /line 3 column 7: the file ends inside the object/);
  check('object.json', '{\n"rows": [{"a": 1}]\n}', /holds an object .* under "rows" may be it; write \[/);
  check('one-line.json', '{"a": 1}', /holds an object where a list/);
  check('text.json', '"hello"', /holds the text "hello" where a list/);
  check('row.json', '[{"a": 1}, ["b"]]', /row 2: is a list of 1, not an object/);
  check('row.jsonl', '{"a": 1}\n7\n', /row 2: is the number 7, not an object/);
  check('empty.json', '', /the file is empty/);
  check('empty-list.json', '[]', /no rows in it/);
  check('empty.jsonl', '\n', /no rows in it/);
  check('utf16.json', Buffer.from('\ufeff[{"a": 1}]', 'utf16le'), /is UTF-16; save it as UTF-8/);
  const gbk = Buffer.concat([
    Buffer.from('{"a": "'),
    Buffer.from([0xc4, 0xe3, 0xba, 0xc3]),
    Buffer.from('"}'),
  ]);
  check(
    'gbk.json',
    Buffer.concat([Buffer.from('[\n'), gbk, Buffer.from(']')]),
    /line 2: the bytes are not UTF-8/,
  );
  check('gbk.jsonl', Buffer.concat([Buffer.from('{"a": 1}\n\n'), gbk]), /line 3: the bytes are not UTF-8/);
  check('table.csv', 'a,b\n', /\.csv cannot be read yet; convert it to \.json or \.jsonl/);
  check('notes.docx', 'x', /\.docx is no data format known here/);
  check('none', 'x', /files without an extension is no data format/);
});

test('a missing file: the nearest name is offered', () => {
  put('train_rows.json', '[]');
  expect(() => readRows(join(folder, 'train-rows.json'))).toThrow(
    /no such file; did you mean .*train_rows\.json\?/,
  );
  expect(() => readRows(join(folder, 'nowhere', 'x.json'))).toThrow(/no such file; check file_name/);
});

test('a folder: its files in order, all of one type', () => {
  put('many/2.jsonl', '{"a": 2}');
  put('many/1.jsonl', '{"a": 1}');
  put('many/.hidden', '');
  expect(readRows(join(folder, 'many')).map(({ values }) => values['a'])).toEqual([1, 2]);
  put('mixed/1.jsonl', '{"a": 1}');
  put('mixed/2.json', '[{"a": 1}]');
  expect(() => readRows(join(folder, 'mixed'))).toThrow(/mixes files of the types/);
  mkdirSync(join(folder, 'void'));
  expect(() => readRows(join(folder, 'void'))).toThrow(/no rows in it/);
});

test('lines longer than a piece of the file, and characters cut by its border', () => {
  const lines = ['新'.repeat(1_500_000), '', 'x', '闻'.repeat(1_400_001)];
  const path = put('long.txt', lines.join('\n'));
  expect([...readLines(path)].map(({ text }) => text)).toEqual(lines);
  expect([...readLines(path)].map(({ number }) => number)).toEqual([1, 2, 3, 4]);
});
