import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { entryNames, writeEntry } from './info-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-info-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'dataset_info.json');

/** Writes the entry `new` into a file of this text. */
function check(
  before: string | undefined,
  after: string,
  name = 'new',
  entry: object = { file_name: 'n.json' },
): void {
  if (before === undefined) rmSync(path, { force: true });
  else writeFileSync(path, before);
  writeEntry(folder, name, entry);
  expect(readFileSync(path, 'utf8')).toBe(after);
  JSON.parse(after.replace('\ufeff', ''));
}

test('adds at the end, in the layout of the file, and leaves the rest to the byte', () => {
  check(undefined, '{\n  "new": {\n    "file_name": "n.json"\n  }\n}\n');
  check('', '{\n  "new": {\n    "file_name": "n.json"\n  }\n}\n');
  check('{}', '{\n  "new": {\n    "file_name": "n.json"\n  }\n}');
  const odd =
    '{\n    "b":   {"file_name": "b}{,\\".json", "columns": { } },\n\n    "a": [ 1,{"x":2} ]   \n}\n\n';
  check(odd, odd.replace(' ]   \n}', ' ],\n    "new": {\n        "file_name": "n.json"\n    }   \n}'));
  check('{\r\n\t"a": {}\r\n}', '{\r\n\t"a": {},\r\n\t"new": {\r\n\t\t"file_name": "n.json"\r\n\t}\r\n}');
  check('{"a": {"file_name": "a"}}', '{"a": {"file_name": "a"}, "new": {"file_name": "n.json"}}');
  check('{"a":{"file_name":"a"}}', '{"a":{"file_name":"a"},"new":{"file_name":"n.json"}}');
  check('\ufeff{\n  "a": null\n}', '\ufeff{\n  "a": null,\n  "new": {\n    "file_name": "n.json"\n  }\n}');
  check('{\n  "a": -1.5e3\n}', '{\n  "a": -1.5e3,\n  "名\\"": {\n    "file_name": "n.json"\n  }\n}', '名"');
});

test('puts an entry in the place of one of its name', () => {
  const text = '{\n  "a": {"x": "}"},\n  "new": {"file_name": "old"},\n  "b": 1\n}\n';
  check(text, text.replace('{"file_name": "old"}', '{\n    "file_name": "n.json"\n  }'));
  check('{"new":1,"b":2}', '{"new":{"file_name":"n.json"},"b":2}');
});

test('a broken file is named and stays as it is', () => {
  for (const [text, message] of [
    ['{\n"a": {},\n}', /dataset_info\.json line 2 column 8: a trailing comma/],
    ['[]', /is a list of 0; write/],
  ] as const) {
    writeFileSync(path, text);
    expect(() => writeEntry(folder, 'new', {})).toThrow(DataError);
    expect(() => entryNames(folder)).toThrow(message);
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
  expect(readdirSync(folder)).toEqual(['dataset_info.json']);
  expect(existsSync(path)).toBe(true);
});
