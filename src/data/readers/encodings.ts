/**
 * Which encoding the bytes of a text file are in: UTF-8, UTF-16 and GB18030 are told apart, with or without a mark.
 * What is none of these is refused by name, since a wrong guess would be trained as nonsense.
 */
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import chardet from 'chardet';
import { type Bilingual, DataError } from '../../core/index.ts';
import { readPieces } from '../read-text.ts';

export interface OpenText {
  /** As TextDecoder calls it. */
  readonly encoding: string;
  /** Enough of it to see how it is written. */
  readonly start: string;
  /**
   * The text without its byte order mark.
   * @throws DataError with the line of the first byte that does not belong
   */
  pieces(): Generator<string>;
}

/** What a fault is looked for in; one that lies further on is told without its line. */
const SEARCHED_BYTES = 2 ** 29;
/** What the statistics look at; more tells them nothing. */
const SAMPLE_BYTES = 1 << 18;
/** Of the two-byte characters of Chinese text this part and more are common ones or punctuation: measured 0.93 to 1. */
const LEAST_COMMON_SHARE = 0.6;
/** Even Chinese in UTF-16 has a delimiter and a line's end every 50 characters; fewer zeros are stray bytes. */
const LEAST_UTF16_ZEROS = 0.01;

/**
 * A text file, read piece by piece.
 * @param encoding what it is in, where the user says so
 * @throws DataError with the encoding that it looks like, where that is none of those told apart
 */
export function openText(path: string, encoding?: string): OpenText {
  const name = encoding === undefined ? sniffEncoding(path) : decoderOf(encoding, path).encoding;
  const pieces = function* () {
    const decoder = decoderOf(name, path);
    try {
      for (const piece of readPieces(path)) yield decoder.decode(piece, { stream: true });
      yield decoder.decode();
    } catch (error) {
      throw new DataError(
        {
          en: `${path}${lineOfFault(path, name).en}: the bytes are not ${name.toUpperCase()} as those before; mend the line, or save the file as UTF-8`,
          zh: `${path}${lineOfFault(path, name).zh}：此处不是前文的 ${name.toUpperCase()} 编码；请修正该行，或把文件另存为 UTF-8`,
        },
        error,
      );
    }
  };
  const [start = ''] = pieces();
  return { encoding: name, start, pieces };
}

/** @throws DataError when it is none of those that are told apart */
function sniffEncoding(path: string): string {
  const [piece = Buffer.alloc(0)] = readPieces(path);
  const [first, second] = piece;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const sample = piece.subarray(0, SAMPLE_BYTES);
  if (sample.includes(0)) return sniffUtf16(sample) ?? refuseText(path);
  if (isUtf8File(path)) return 'utf-8';
  const foreign = aroundForeign(path);
  if (shareOfCommonChinese(foreign) < LEAST_COMMON_SHARE) return refuseText(path);
  return looksKoreanOrJapanese(foreign) ? refuseText(path) : 'gb18030';
}

function isUtf8File(path: string): boolean {
  let rest: Buffer = Buffer.alloc(0);
  for (const piece of readPieces(path)) {
    const bytes = Buffer.concat([rest, piece]);
    let end = bytes.length;
    // Not within a character, which has at most three bytes after its first.
    while (end > bytes.length - 4 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
    if (((bytes[end - 1] ?? 0) & 0xc0) === 0xc0) end--;
    if (!isUtf8(bytes.subarray(0, end))) return false;
    rest = bytes.subarray(end);
  }
  return isUtf8(rest);
}

/** Text holds no NUL: in UTF-16 it is half of an ASCII character, and which half says the order. */
function sniffUtf16(sample: Buffer): string | undefined {
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2]!++;
  const [even, odd] = zeros as [number, number];
  const isText =
    even + odd > sample.length * LEAST_UTF16_ZEROS && Math.min(even, odd) * 4 < Math.max(even, odd);
  if (!isText) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

/** Where the statistics find something to count: the start may be ASCII for long. */
function aroundForeign(path: string): Buffer {
  let before: Buffer = Buffer.alloc(0);
  for (const piece of readPieces(path)) {
    const at = piece.findIndex((byte) => byte >= 0x80);
    if (at === -1 && before.length === 0) continue;
    before = Buffer.concat([before, piece.subarray(Math.max(0, before.length > 0 ? 0 : at - 1))]);
    if (before.length >= SAMPLE_BYTES) break;
  }
  return before.subarray(0, SAMPLE_BYTES);
}

/** The share of GB2312's punctuation (rows 1 to 9) and common characters (rows 16 to 55) among all but ASCII. */
function shareOfCommonChinese(bytes: Buffer): number {
  let common = 0;
  let pairs = 0;
  for (let at = 0; at < bytes.length - 1; at++) {
    const lead = bytes[at]!;
    if (lead < 0x80) continue;
    const trail = bytes[at + 1]!;
    const isFourBytes = trail >= 0x30 && trail <= 0x39;
    pairs++;
    if (trail >= 0xa1 && (lead <= 0xa9 ? lead >= 0xa1 : lead >= 0xb0 && lead <= 0xd7)) common++;
    at += isFourBytes ? 3 : 1;
  }
  return pairs === 0 ? 0 : common / pairs;
}

/** EUC-KR and EUC-JP use the same bytes as GB2312: how often each character occurs tells them apart. */
function looksKoreanOrJapanese(bytes: Buffer): boolean {
  const ranked = chardet.analyse(bytes);
  const confidence = (name: string) => ranked.find((guess) => guess.name === name)?.confidence ?? 0;
  return Math.max(confidence('EUC-KR'), confidence('EUC-JP')) > confidence('GB18030');
}

function refuseText(path: string): never {
  const nul = firstNul(path);
  if (nul !== undefined) {
    throw new DataError({
      en: `${path}: byte ${nul} is NUL, so this is no text; check the file`,
      zh: `${path}：第 ${nul} 个字节为 NUL，因此不是文本；请检查该文件`,
    });
  }
  const [best] = chardet.analyse(aroundForeign(path));
  const place = lineOfFault(path, 'utf-8');
  const isNews = best && best.name !== 'UTF-8' && best.name !== 'GB18030';
  throw new DataError({
    en: `${path}${place.en}: the bytes are neither UTF-8 nor UTF-16 nor GB18030${isNews ? ` (they look like ${best.name})` : ''}; save the file as UTF-8, or name its encoding`,
    zh: `${path}${place.zh}：既非 UTF-8，也非 UTF-16、GB18030 编码${isNews ? `（像是 ${best.name}）` : ''}；请把文件另存为 UTF-8，或写明编码`,
  });
}

/** Its place, counted from 1. */
function firstNul(path: string): number | undefined {
  let before = 0;
  for (const piece of readPieces(path)) {
    const at = piece.indexOf(0);
    if (at !== -1) return before + at + 1;
    before += piece.length;
  }
  return undefined;
}

/** As in: ` line 3`. */
function lineOfFault(path: string, encoding: string): Bilingual {
  if (statSync(path).size > SEARCHED_BYTES) return { en: '', zh: '' };
  const line = firstForeignLine(readFileSync(path), encoding);
  return { en: ` line ${line}`, zh: ` 第 ${line} 行` };
}

/** The line of the first bytes that are not of the encoding; found by halving, since decoding is fast. */
function firstForeignLine(bytes: Buffer, encoding: string): number {
  const isWhole = (length: number) => {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let whole = 0;
  let broken = bytes.length;
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2);
    if (isWhole(middle)) whole = middle;
    else broken = middle;
  }
  const text = new TextDecoder(encoding).decode(bytes.subarray(0, whole));
  return text.split(/\r\n|\n|\r/).length;
}

function decoderOf(encoding: string, path: string) {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    throw new DataError(
      {
        en: `${path}: no encoding is called "${encoding}"; write utf-8, gb18030, big5, shift_jis, windows-1252 …`,
        zh: `${path}：没有名为 "${encoding}" 的编码；请写 utf-8、gb18030、big5、shift_jis、windows-1252 等`,
      },
      error,
    );
  }
}
