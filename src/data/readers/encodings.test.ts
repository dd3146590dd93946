import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../../core/index.ts';
import { openText } from './encodings.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-encodings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADLINES =
  '标题,频道\n体验2D巅峰 倚天屠龙记十大创新概览,游戏\n同步A股首秀：港股缩量回调,股票\n中青宝sg现场抓拍,游戏\n';

function decode(path: string, encoding?: string): [string, string] {
  const text = openText(path, encoding);
  return [text.encoding, [...text.pieces()].join('')];
}

/** Expects the text and its encoding, or the message of the DataError. */
function check(bytes: Uint8Array, expected: [string, string] | RegExp, encoding?: string): void {
  const path = join(folder, 'x.csv');
  writeFileSync(path, bytes);
  if (expected instanceof RegExp) {
    expect(() => decode(path, encoding)).toThrow(DataError);
    expect(() => decode(path, encoding)).toThrow(expected);
  } else {
    expect(decode(path, encoding)).toEqual(expected);
  }
}

test('tells UTF-8, UTF-16 and GB18030 apart, with and without a mark', () => {
  const ascii = 'title,label\nx,1\n';
  check(Buffer.from(HEADLINES), ['utf-8', HEADLINES]);
  check(Buffer.from(`\ufeff${HEADLINES}`), ['utf-8', HEADLINES]);
  check(Buffer.from(ascii), ['utf-8', ascii]);
  check(Buffer.alloc(0), ['utf-8', '']);
  for (const text of [HEADLINES, ascii]) {
    check(Buffer.from(`\ufeff${text}`, 'utf16le'), ['utf-16le', text]);
    check(Buffer.from(text, 'utf16le'), ['utf-16le', text]);
    check(Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), ['utf-16be', text]);
    check(Buffer.from(text, 'utf16le').swap16(), ['utf-16be', text]);
  }
  const rare = `${HEADLINES}㐀㐁 ㄅ,€\n`;
  check(iconv.encode(rare, 'gb18030'), ['gb18030', rare]);
  check(iconv.encode('你好', 'gb18030'), ['gb18030', '你好']);
  const late = `${'a,b\n'.repeat(200_000)}${HEADLINES}`;
  check(iconv.encode(late, 'gb18030'), ['gb18030', late]);
});

test('refuses what it cannot tell, naming what it looks like', () => {
  const traditional = '標題,頻道\n臺灣的經濟與社會發展正在改變這個時代的許多問題\n'.repeat(20);
  check(
    iconv.encode(traditional, 'big5'),
    /line 1: .* neither UTF-8 .* \(they look like Big5\); save the file as UTF-8/,
  );
  const korean = '제목,분류\n오늘의 경제 뉴스와 사회 문제에 대한 새로운 이야기\n'.repeat(20);
  check(iconv.encode(korean, 'euc-kr'), /they look like EUC-KR/);
  const japanese = 'タイトル,分類\n今日の経済ニュースと社会の問題について新しい話\n'.repeat(20);
  check(iconv.encode(japanese, 'shift_jis'), /they look like Shift_JIS/);
  check(
    Buffer.from('title\ncaf\xe9 au lait, d\xe9j\xe0 vu\n', 'latin1'),
    /line 2: the bytes are neither UTF-8/,
  );
  check(Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 9, 9, 0]), /byte 5 is NUL, so this is no text/);
  check(Buffer.from(`${HEADLINES}\0`), /is NUL, so this is no text/);
  const cut = Buffer.concat([Buffer.from(HEADLINES), Buffer.from([0xe4, 0xbd])]);
  check(cut, /line 5: the bytes are neither/);
  const broken = Buffer.concat([iconv.encode(HEADLINES, 'gb18030'), Buffer.from([0xff, 0x0a])]);
  check(broken, /line 5: the bytes are not GB18030 as those before/);
  check(
    Buffer.from('\ufeffa,b\n1', 'utf16le').subarray(0, 9),
    /line 1: the bytes are not UTF-16LE as those before/,
  );
});

test('an encoding that the user names', () => {
  check(Buffer.from('caf\xe9', 'latin1'), ['windows-1252', 'café'], 'windows-1252');
  check(iconv.encode('臺灣', 'big5'), ['big5', '臺灣'], 'big5');
  check(Buffer.from('x'), /no encoding is called "utf-42"; write utf-8, gb18030/, 'utf-42');
  check(Buffer.from('caf\xe9', 'latin1'), /line 1: the bytes are not UTF-8/, 'utf-8');
});
