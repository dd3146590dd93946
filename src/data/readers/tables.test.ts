import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../../core/index.ts';
import { readRows } from '../read-rows.ts';
import type { ReadOptions } from '../rows.ts';

const GOLDEN = new URL('../../../test/golden/data/tables/', import.meta.url).pathname;
const expected = JSON.parse(readFileSync(join(GOLDEN, 'tables.json'), 'utf8')) as {
  readonly parquet: object[];
  readonly arrow: object[];
  readonly large: object[];
  readonly book: Readonly<Record<string, [number, object][]>>;
};

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Expects rows as [row, values] with findings as `row reason`, or the message of the DataError. */
async function check(
  path: string,
  rows: [number, object][] | RegExp,
  { findings = [], ...options }: ReadOptions & { findings?: string[] } = {},
): Promise<void> {
  if (rows instanceof RegExp) {
    const error = await readRows(path, options).catch((thrown: unknown) => thrown);
    expect(error, path).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(rows);
    expect((error as DataError).message).toContain(path);
    return;
  }
  const read = await readRows(path, options);
  expect(read.rows, path).toEqual(rows.map(([row, values]) => ({ file: path, row, values })));
  expect(read.findings.map(({ row, reason }) => `${row} ${reason}`)).toEqual(findings);
}

const inOrder = (rows: object[]): [number, object][] => rows.map((values, index) => [index + 1, values]);

test.each(
  readdirSync(GOLDEN).filter((name) => /\.(parquet|arrow)$/.test(name) && !/^(large|long)/.test(name)),
)('%s, in every codec', async (name) => {
  await check(join(GOLDEN, name), inOrder(expected[extname(name).slice(1) as 'parquet' | 'arrow']));
});

test('arrow: large and view types, maps, and more than one block', async () => {
  await check(join(GOLDEN, 'large.arrow'), inOrder(expected.large));
  const { rows } = await readRows(join(GOLDEN, 'long.arrow'));
  const text = (i: number) => `标题 ${i} ${'的确是长长长长的文本 '.repeat(40)}`;
  expect(rows.map(({ values }) => values['title'])).toEqual(Array.from({ length: 400 }, (_, i) => text(i)));
});

test('xlsx: cells as a person sees them, by sheet', async () => {
  const book = join(GOLDEN, 'book.xlsx');
  await check(book, expected.book['数据']!);
  await check(book, expected.book['数据']!, { sheet: '数据' });
  await check(book, expected.book['second']!, { sheet: 'second' });
  await check(
    book,
    [
      [1, { column_1: 'a', column_2: '', column_3: 'a' }],
      [2, { column_1: '1', column_2: '2', column_3: '3' }],
    ],
    {
      sheet: 'second',
      hasHeader: false,
    },
  );
  await check(book, /no sheet is called "secund"; did you mean "second"\?/, { sheet: 'secund' });
  await check(book, /no sheet is called "页"; the sheets are 数据, second, wrong/, { sheet: '页' });
  await check(
    book,
    [
      [2, { a: 'x', b: 'y' }],
      [3, { a: '', b: 'z' }],
    ],
    { sheet: 'wrong' },
  );
});

test('csv: rows that do not fit the header are named by line, and left out', async () => {
  await check(
    put('ragged.csv', 'title,label\n"a\nb",1\nx\ny,2,3\n,\nz,3,,\n'),
    [
      [2, { title: 'a\nb', label: '1' }],
      [7, { title: 'z', label: '3' }],
    ],
    {
      findings: [
        '4 has 1 field where the header has 2; add what is missing',
        '5 has 3 fields where the header has 2; quote the field that holds the delimiter',
      ],
    },
  );
  await check(
    put('worse.csv', 'a,b\n1\n2\n3,4\n'),
    /2 of 3 rows do not fit the header; the first, row 2, has 1 field/,
  );
  await check(put('header.csv', 'a,b\n'), /no rows in it/);
  await check(put('empty.csv', ''), /no rows in it/);
  await check(put('names.csv', ' a ,,a,a\n1,2,3,4\n'), [
    [2, { a: '1', 'Unnamed: 1': '2', 'a.1': '3', 'a.2': '4' }],
  ]);
  await check(put('gbk.csv', Buffer.from('61 2c 62 0a c4 e3 2c ba c3 0a'.replaceAll(' ', ''), 'hex')), [
    [2, { a: '你', b: '好' }],
  ]);
  await check(put('tabs.tsv', 'a\tb\nx, y\t2'), [[2, { a: 'x, y', b: '2' }]]);
  await check(
    put('bare.csv', '1,2\n3,4\n'),
    [
      [1, { column_1: '1', column_2: '2' }],
      [2, { column_1: '3', column_2: '4' }],
    ],
    {
      hasHeader: false,
    },
  );
  await check(
    put('wide.csv', `${'a,'.repeat(20_000)}\n1,2\n`),
    /row 1: has 20001 columns, and 16384 are the most/,
  );
});

test('txt: a text a line', async () => {
  await check(put('lines.txt', '一\n\n two \r\n'), [
    [1, { text: '一' }],
    [3, { text: ' two ' }],
  ]);
});

/** An archive whose directory says what it is told to. */
function zip(entries: readonly { name: string; content: Uint8Array; claimed?: number }[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, claimed = content.length } of entries) {
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(claimed, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    entry.write(name, 46);
    locals.push(local, packed);
    directory.push(entry);
    at += local.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

test('xlsx: bombs are refused at once', async () => {
  const sheet = (cells: string) => Buffer.from(`<worksheet><sheetData>${cells}</sheetData></worksheet>`);
  const name = 'xl/worksheets/sheet1.xml';
  const content = Buffer.alloc(64 * 2 ** 20, ' ');
  const start = performance.now();
  const bomb = put('bomb.xlsx', zip([{ name, content }]));
  await check(
    bomb,
    /unpack to 64 MiB, more than a table of this size does; if the file is sound, save it as csv/,
  );
  await check(put('liar.xlsx', zip([{ name, content, claimed: 1000 }])), /sheet1\.xml in it is broken/);
  const far = sheet(
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="999999999"><c r="A999999999"><v>1</v></c></row>',
  );
  await check(put('far.xlsx', zip([{ name, content: far }])), /no cell is at "999999999"/);
  const hidden = sheet('<row r="&#57;99999999"><c r="A1"><v>1</v></c></row>');
  await check(put('hidden.xlsx', zip([{ name, content: hidden }])), /no cell is at "&#57;99999999"/);
  const wide = sheet(
    '<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1000000"><c r="A1000000"><v>1</v></c></row>',
  );
  await check(
    put('wide.xlsx', zip([{ name, content: wide }])),
    /1000000 rows of 16384 columns are more than 20000000 cells/,
  );
  await check(put('text.xlsx', 'a,b\n1,2\n'), /is no zip archive/);
  expect(performance.now() - start).toBeLessThan(10_000);
});

test('columns: a file that claims more rows than it has room for is refused, and one that is cut', async () => {
  const whole = readFileSync(join(GOLDEN, 'none.parquet'));
  await check(put('cut.parquet', whole.subarray(0, -20)), /cannot be read as parquet/);
  await check(put('empty.parquet', ''), /cannot be read as parquet/);
  await check(
    put('cut.arrow', readFileSync(join(GOLDEN, 'stream-none.arrow')).subarray(0, 2500)),
    /cannot be read as arrow|no rows/,
  );
});
