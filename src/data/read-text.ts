/**
 * UTF-8 files as text: whole, or line by line for files of any size. A byte order mark is dropped; another
 * encoding is named with its line, since its characters would be trained as nonsense.
 */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { DataError, formatBytes } from '../core/index.ts';

interface Line {
  /** 1-based. */
  readonly number: number;
  readonly text: string;
}

/** One JavaScript string holds about 2^29 characters; a larger text has to be read by lines. */
const LARGEST_TEXT_BYTES = 2 ** 29 - 2 ** 10;
const PIECE_BYTES = 1 << 22;
const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The whole file as one text. */
export function readText(path: string): string {
  const { size } = statSync(path);
  if (size > LARGEST_TEXT_BYTES) {
    throw new DataError({
      en:
        `${path}: ${formatBytes(size)} is more than one JSON text can hold (${formatBytes(LARGEST_TEXT_BYTES)}); ` +
        'write it as jsonl, one row a line, which may have any size',
      zh: `${path}：${formatBytes(size)} 超过单个 JSON 文本的上限（${formatBytes(LARGEST_TEXT_BYTES)}）；请写成 jsonl，每行一条，大小不限`,
    });
  }
  const bytes = readFileSync(path);
  return decode(bytes, path, () => firstForeignLine(bytes));
}

/** The bytes of a file in pieces; each is overwritten by the next. */
export function* readPieces(path: string, pieceBytes = PIECE_BYTES): Generator<Buffer> {
  const descriptor = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (;;) {
      const length = readSync(descriptor, piece);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The lines of a file, without their ends; blank ones too. Holds one piece of the file at a time. */
export function* readLines(path: string): Generator<Line> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (const piece of readPieces(path)) {
    const bytes = Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      yield decodeLine(bytes.subarray(start, end), ++number, path);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield decodeLine(rest, ++number, path);
}

function decodeLine(bytes: Uint8Array, number: number, path: string): Line {
  return { number, text: decode(bytes, path, () => number) };
}

function decode(bytes: Uint8Array, path: string, lineOfFault: () => number): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new DataError({
      en: `${path}: the file is UTF-16; save it as UTF-8`,
      zh: `${path}：文件是 UTF-16 编码；请另存为 UTF-8`,
    });
  }
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    throw new DataError(
      {
        en: `${path} line ${lineOfFault()}: the bytes are not UTF-8 (GBK, perhaps, from a Chinese Windows); save the file as UTF-8`,
        zh: `${path} 第 ${lineOfFault()} 行：不是 UTF-8 编码（可能是中文 Windows 的 GBK）；请另存为 UTF-8`,
      },
      error,
    );
  }
}

function firstForeignLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    try {
      UTF8.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return line;
}
