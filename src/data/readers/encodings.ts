/**
 * Which encoding the bytes of a text file are in: UTF-8, UTF-16 and GB18030 are told apart, with or without a mark.
 * What is none of these is refused by name, since a wrong guess would be trained as nonsense.
 */
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import chardet from 'chardet';
import { DataError, formatBytes } from '../../core/index.ts';

export interface DecodedText {
  readonly text: string;
  /** As TextDecoder calls it. */
  readonly encoding: string;
}

/** A text is held as one string, which has at most 2^29 characters; no encoding has more of them than bytes. */
const LARGEST_TEXT_BYTES = 2 ** 29 - 2 ** 10;
/** What the statistics look at; more tells them nothing. */
const SAMPLE_BYTES = 1 << 18;
/** Of the two-byte characters of Chinese text this part and more are common ones or punctuation: measured 0.93 to 1. */
const LEAST_COMMON_SHARE = 0.6;
/** Even Chinese in UTF-16 has a delimiter and a line's end every 50 characters; fewer zeros are stray bytes. */
const LEAST_UTF16_ZEROS = 0.01;

/**
 * The text of a file without its byte order mark.
 * @param encoding what it is in, where the user says so
 * @throws DataError with the line of the first byte that does not belong, or the encoding that it looks like
 */
export function decodeFile(path: string, encoding?: string): DecodedText {
  const { size } = statSync(path);
  if (size > LARGEST_TEXT_BYTES) {
    throw new DataError(
      `${path}: ${formatBytes(size)} is more than one text can hold (${formatBytes(LARGEST_TEXT_BYTES)}); ` +
        'split the file, or write it as jsonl or parquet',
    );
  }
  const bytes = readFileSync(path);
  const known = encoding === undefined ? undefined : decoderOf(encoding, path);
  const name = known?.encoding ?? sniffEncoding(bytes);
  if (name === undefined) throw foreignText(bytes, path);
  try {
    return { text: (known ?? new TextDecoder(name, { fatal: true })).decode(bytes), encoding: name };
  } catch (error) {
    throw new DataError(
      `${path} line ${firstForeignLine(bytes, name)}: the bytes are not ${name.toUpperCase()} as those before; mend the line, or save the file as UTF-8`,
      error,
    );
  }
}

/** @returns undefined when it is none of those that are told apart */
function sniffEncoding(bytes: Buffer): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (sample.includes(0)) return sniffUtf16(sample);
  if (isUtf8(bytes)) return 'utf-8';
  const foreign = aroundForeign(bytes);
  if (shareOfCommonChinese(foreign) < LEAST_COMMON_SHARE) return undefined;
  return looksKoreanOrJapanese(foreign) ? undefined : 'gb18030';
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
function aroundForeign(bytes: Buffer): Buffer {
  const start = Math.max(0, bytes.findIndex((byte) => byte >= 0x80) - 1);
  return bytes.subarray(start, start + SAMPLE_BYTES);
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

function foreignText(bytes: Buffer, path: string): DataError {
  const nul = bytes.indexOf(0);
  if (nul !== -1) return new DataError(`${path}: byte ${nul + 1} is NUL, so this is no text; check the file`);
  const [best] = chardet.analyse(aroundForeign(bytes));
  const isNews = best && best.name !== 'UTF-8' && best.name !== 'GB18030';
  return new DataError(
    `${path} line ${firstForeignLine(bytes, 'utf-8')}: the bytes are neither UTF-8 nor UTF-16 nor GB18030` +
      `${isNews ? ` (they look like ${best.name})` : ''}; save the file as UTF-8, or name its encoding`,
  );
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
      `${path}: no encoding is called "${encoding}"; write utf-8, gb18030, big5, shift_jis, windows-1252 …`,
      error,
    );
  }
}
