import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StorageError } from '../core/index.ts';
import { JsonLinesWriter, readJsonLines, readLastJsonLines } from './json-lines.ts';

let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lines-'));
});
beforeEach(() => {
  path = join(folder, 'lines.jsonl');
  rmSync(path, { force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const values = (lines: readonly { value: unknown }[]) => lines.map(({ value }) => value);

describe('readJsonLines', () => {
  const cases: readonly (readonly [string, string, unknown[], number])[] = [
    ['an empty file', '', [], 0],
    ['whole lines', '{"a":1}\n{"b":"财"}\n', [{ a: 1 }, { b: '财' }], 20],
    ['a last line that is not finished', '{"a":1}\n{"b":', [{ a: 1 }], 8],
    ['a last line without its end, though it is JSON', '{"a":1}\n{"b":2}', [{ a: 1 }], 8],
    ['a line torn by a crash in the middle', '{"a":1}\n{"b":\n{"c":3}\n', [{ a: 1 }, { c: 3 }], 22],
    ['empty lines', '\n\n{"a":1}\n', [{ a: 1 }], 10],
  ];
  it.each(cases)('%s', (_, content, expected, end) => {
    writeFileSync(path, content);
    const read = readJsonLines(path);
    expect(values(read.lines)).toEqual(expected);
    expect(read.end).toBe(end);
  });

  it('finds nothing in a file that is not there', () => {
    expect(readJsonLines(path)).toEqual({ lines: [], end: 0 });
  });

  it('goes on from where it ended, and each line says where it ends', () => {
    writeFileSync(path, '{"a":1}\n{"b":');
    const first = readJsonLines(path);
    appendFileSync(path, '2}\n{"c":3}\n');
    const second = readJsonLines(path, first.end);
    expect(values(second.lines)).toEqual([{ b: 2 }, { c: 3 }]);
    expect(values(readJsonLines(path, second.lines[0]!.end).lines)).toEqual([{ c: 3 }]);
  });
});

describe('readLastJsonLines', () => {
  it('takes whole lines of the tail only, with true offsets, even where characters are cut', () => {
    writeFileSync(path, '{"n":"财经"}\n{"n":2}\n{"n":3}\n');
    for (const [tail, expected] of [
      [1000, [{ n: '财经' }, { n: 2 }, { n: 3 }]],
      [25, [{ n: 2 }, { n: 3 }]],
      [16, [{ n: 3 }]],
      [3, []],
    ] as const) {
      const read = readLastJsonLines(path, tail);
      expect(values(read.lines)).toEqual(expected);
      expect(read.end).toBe(31);
    }
  });
});

describe('JsonLinesWriter', () => {
  it('appends whole lines to what is there and leaves a torn line behind', () => {
    writeFileSync(path, '{"a":1}\n{"torn":');
    const writer = new JsonLinesWriter(path);
    writer.append({ b: 2 });
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"torn":\n{"b":2}\n');
    writer.append({ c: 3 });
    writer.close();
    expect(values(readJsonLines(path).lines)).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
  });

  it('names the file that cannot be written', () => {
    writeFileSync(path, '');
    expect(() => new JsonLinesWriter(join(path, 'x'))).toThrow(StorageError);
    expect(() => new JsonLinesWriter(join(path, 'x'))).toThrow(/lines\.jsonl\/x/);
  });
});
