import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fontCovers } from './font-coverage.ts';
import { findInstalledFont } from './fonts.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fonts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A font file with nothing but a `cmap` of one subtable. */
function fontFile(subtable: Buffer, { collection = false } = {}): Buffer {
  const start = collection ? 16 : 0;
  const header = Buffer.alloc(28);
  header.writeUInt16BE(1, 4);
  header.write('cmap', 12, 'latin1');
  header.writeUInt32BE(start + 28, 12 + 8);
  header.writeUInt32BE(12 + subtable.length, 12 + 12);
  const cmap = Buffer.alloc(12);
  cmap.writeUInt16BE(1, 2);
  cmap.writeUInt32BE(12, 8);
  const prefix = Buffer.alloc(start);
  if (collection) {
    prefix.write('ttcf', 0, 'latin1');
    prefix.writeUInt32BE(1, 8);
    prefix.writeUInt32BE(16, 12);
  }
  return Buffer.concat([prefix, header, cmap, subtable]);
}

/** Format 12 with ranges of code points. */
function wide(...ranges: readonly (readonly [number, number])[]): Buffer {
  const table = Buffer.alloc(16 + 12 * ranges.length);
  table.writeUInt16BE(12, 0);
  table.writeUInt32BE(ranges.length, 12);
  for (const [index, [first, last]] of ranges.entries()) {
    table.writeUInt32BE(first, 16 + 12 * index);
    table.writeUInt32BE(last, 20 + 12 * index);
  }
  return table;
}

/** Format 4: a–c by delta; x–z by glyph array, where y has no glyph; and the closing segment. */
function narrow(): Buffer {
  const ends = [0x63, 0x7a, 0xffff];
  const starts = [0x61, 0x78, 0xffff];
  const deltas = [10, 0, 1];
  const ranges = [0, 4, 0];
  const words = [4, 0, 0, 6, 0, 0, 0, ...ends, 0, ...starts, ...deltas, ...ranges, 5, 0, 7];
  const table = Buffer.alloc(2 * words.length);
  for (const [index, word] of words.entries()) table.writeUInt16BE(word, 2 * index);
  return table;
}

const CJK = wide([0x20, 0x7e], [0x4e00, 0x9fff], [0x20000, 0x2a6df]);
const LATIN = wide([0x20, 0x7e]);

describe('fontCovers', () => {
  const cases: readonly (readonly [string, Buffer, string, boolean])[] = [
    ['format 12, inside', fontFile(CJK), 'loss 财经', true],
    ['format 12, second plane', fontFile(CJK), '\u{20001}', true],
    ['format 12, outside', fontFile(CJK), 'loss é', false],
    ['a collection', fontFile(CJK, { collection: true }), '财经', true],
    ['format 4, by delta', fontFile(narrow()), 'a b c', true],
    ['format 4, by glyph array', fontFile(narrow()), 'xz', true],
    ['format 4, no glyph in the array', fontFile(narrow()), 'y', false],
    ['format 4, outside', fontFile(narrow()), 'd', false],
    ['format 4, beyond its plane', fontFile(narrow()), '\u{20001}', false],
    ['white space only', fontFile(LATIN), ' \n', true],
    ['a truncated file', fontFile(CJK).subarray(0, 50), '财', false],
    ['not a font', Buffer.from('hello, this is no font at all'), 'h', false],
    ['an empty file', Buffer.alloc(0), 'h', false],
  ];
  it.each(cases)('%s', (_, bytes, text, expected) => {
    const path = join(folder, 'case.ttf');
    writeFileSync(path, bytes);
    expect(fontCovers(path, text)).toBe(expected);
  });

  it('is false for a file that is not there', () => {
    expect(fontCovers(join(folder, 'absent.ttf'), 'a')).toBe(false);
  });
});

describe('findInstalledFont', () => {
  it('takes the best that covers the text, from nested folders too', () => {
    const fonts = join(folder, 'system');
    mkdirSync(join(fonts, 'deep'), { recursive: true });
    const files: Record<string, Buffer> = {
      'Aardvark.ttf': fontFile(LATIN),
      'DejaVuSans.ttf': fontFile(LATIN),
      'DejaVuSans-Bold.ttf': fontFile(LATIN),
      'deep/SomeSerifCJK.otf': fontFile(CJK),
      'deep/wqy-microhei.ttc': fontFile(CJK, { collection: true }),
      'deep/NotoSansCJK-Regular.ttc': fontFile(CJK, { collection: true }),
      'readme.txt': Buffer.from('财经'),
    };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(fonts, name), bytes);
    const folders = [join(folder, 'absent'), fonts];
    expect(findInstalledFont('Loss', folders)).toEqual({
      path: join(fonts, 'DejaVuSans.ttf'),
      family: 'DejaVu Sans',
    });
    expect(findInstalledFont('Loss 财经', folders)).toEqual({
      path: join(fonts, 'deep/NotoSansCJK-Regular.ttc'),
      family: 'Noto Sans CJK SC',
    });
    expect(findInstalledFont('émile', folders)).toBeUndefined();
  });
});
