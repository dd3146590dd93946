/**
 * What a zip archive says that it holds, and whether that is true, before anyone unpacks it: a file of 300 KB may
 * inflate to gigabytes. Reads the central directory as unpackers do; no zip64, which only archives over 4 GiB need.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { inflateRawSync } from 'node:zlib';
import { type Bilingual, DataError, formatBytes } from '../../core/index.ts';

interface ZipEntry {
  readonly name: string;
  /** The entry's content; checked to be as long as the archive says. */
  inflate(): Buffer;
}

/** A sheet full to Excel's last row with short texts takes about 200 MB of XML. */
const LARGEST_INFLATED_BYTES = 256 * 2 ** 20;
/** Sheets written by programs inflate 5 to 15 times, the same row a hundred thousand times over 15 times. */
const LARGEST_RATIO = 40;
/** What is smaller is read in a second, whatever its ratio. */
const HARMLESS_BYTES = 8 * 2 ** 20;

const END_BYTES = 22;
const END_MARK = 0x06054b50;
const LONGEST_COMMENT = 0xffff;
const ENTRY_BYTES = 46;
const ENTRY_MARK = 0x02014b50;
const LOCAL_BYTES = 30;
const LOCAL_MARK = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/**
 * The entries of an archive, whose sizes are within the limits.
 * @throws DataError when it is no zip, broken, or inflates to more than a table of this size would
 */
export function readZipEntries(bytes: Buffer, path: string): ZipEntry[] {
  const fail = (problem: Bilingual): never => {
    throw new DataError({
      en: `${path}: ${problem.en}; open it in a spreadsheet program and save it again`,
      zh: `${path}：${problem.zh}；请用表格软件打开并重新保存`,
    });
  };
  const end =
    endRecordAt(bytes) ??
    fail({
      en: 'is no zip archive, which xlsx files are, or its end is missing',
      zh: '不是 zip 压缩包（xlsx 即是），或缺少结尾',
    });
  const count = bytes.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  let inflatedSize = 0;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > end || bytes.readUInt32LE(at) !== ENTRY_MARK) {
      return fail({
        en: `its directory breaks off at entry ${index + 1} of ${count}`,
        zh: `目录在 ${count} 项中的第 ${index + 1} 项处中断`,
      });
    }
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const inflated = bytes.readUInt32LE(at + 24);
    const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + ENTRY_BYTES, nameEnd);
    const local = bytes.readUInt32LE(at + 42);
    inflatedSize += inflated;
    if (method !== STORED && method !== DEFLATED)
      fail({
        en: `${name} is packed by method ${method}, which xlsx has not`,
        zh: `${name} 以方法 ${method} 压缩，xlsx 没有这种方法`,
      });
    entries.push({
      name,
      inflate: () =>
        inflateEntry(bytes, { local, size, inflated, method }) ??
        fail({ en: `${name} in it is broken`, zh: `其中的 ${name} 已损坏` }),
    });
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  const isBomb = inflatedSize > HARMLESS_BYTES && inflatedSize > bytes.length * LARGEST_RATIO;
  if (isBomb || inflatedSize > LARGEST_INFLATED_BYTES) {
    throw new DataError({
      en:
        `${path}: its ${formatBytes(bytes.length)} unpack to ${formatBytes(inflatedSize)}, more than a table of this size does; ` +
        'if the file is sound, save it as csv',
      zh: `${path}：${formatBytes(bytes.length)} 解压后有 ${formatBytes(inflatedSize)}，超出这种大小的表格应有的量；若文件无误，请另存为 csv`,
    });
  }
  return entries;
}

function endRecordAt(bytes: Buffer): number | undefined {
  const first = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= first; at--) {
    if (bytes.readUInt32LE(at) === END_MARK) return at;
  }
  return undefined;
}

/** @returns undefined when it does not hold what the directory says */
function inflateEntry(
  bytes: Buffer,
  { local, size, inflated, method }: { local: number; size: number; inflated: number; method: number },
): Buffer | undefined {
  if (local + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(local) !== LOCAL_MARK) return undefined;
  const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const packed = bytes.subarray(start, start + size);
  if (packed.length !== size) return undefined;
  if (method === STORED) return size === inflated ? packed : undefined;
  try {
    // maxOutputLength has to be at least 1.
    const content = inflateRawSync(packed, { maxOutputLength: Math.max(1, inflated) });
    return content.length === inflated ? content : undefined;
  } catch {
    return undefined;
  }
}
