/**
 * A path becomes rows with the place where each stands: a file, or a folder whose files are of one type. Knows
 * nothing of formats or of what the columns mean.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { DataError, nearestName } from '../core/index.ts';
import { READERS } from './readers/index.ts';
import type { FileRows, Reader, ReadOptions, Row, TextFormat } from './rows.ts';

/** Formats that were in use before their successors, which any program that writes them also writes. */
const OLD_FORMATS: Readonly<Record<string, string>> = { '.xls': '.xlsx', '.et': '.xlsx', '.ods': '.xlsx' };

/**
 * All rows of a file or of a folder, in the order of the files' names.
 * @throws DataError when it is missing, broken, of a type that is not read, or empty
 */
export async function readRows(path: string, options: ReadOptions = {}): Promise<FileRows> {
  return readFiles(path, filesAt(path), options);
}

/** All rows of files, one after the other; `path` is what they are called together. */
export async function readFiles(
  path: string,
  files: readonly string[],
  options: ReadOptions,
): Promise<FileRows> {
  const rows: Row[] = [];
  let findings: FileRows['findings'] = [];
  let formats: readonly TextFormat[] = [];
  for await (const piece of streamFiles(files, options)) {
    for (const row of piece.rows) rows.push(row);
    findings = findings.concat(piece.findings);
    formats = formats.concat(piece.formats ?? []);
  }
  if (rows.length === 0)
    throw new DataError({
      en: `${path}: no rows in it; fill it with rows`,
      zh: `${path}：没有数据；请写入数据`,
    });
  return { rows, findings, formats };
}

/** The same rows piece by piece, of which one at a time is in memory. */
export async function* streamFiles(files: readonly string[], options: ReadOptions): AsyncGenerator<FileRows> {
  const readers = files.map(readerOf);
  for (const [index, file] of files.entries()) yield* readers[index]!(file, options);
}

/**
 * The files that a path stands for: itself, or what lies in the folder, hidden files and folders apart.
 * @throws DataError when there is nothing, or files of several types
 */
export function filesAt(path: string): string[] {
  if (!existsSync(path)) {
    const folder = dirname(path);
    const near = existsSync(folder) ? nearestName(basename(path), readdirSync(folder)) : undefined;
    throw new DataError({
      en: `${path}: no such file; ${near ? `did you mean ${join(folder, near)}?` : 'check file_name and dataset_dir'}`,
      zh: `${path}：没有这个文件；${near ? `是否想写 ${join(folder, near)}？` : '请检查 file_name 和 dataset_dir'}`,
    });
  }
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  const types = [...new Set(files.map((name) => extname(name).toLowerCase()))];
  if (types.length > 1) {
    throw new DataError({
      en: `${path}: the folder mixes files of the types ${types.join(', ')}; keep files of one type in it`,
      zh: `${path}：文件夹中混有 ${types.join('、')} 类型的文件；请只保留一种`,
    });
  }
  return files.map((name) => join(path, name));
}

function readerOf(file: string): Reader {
  const extension = extname(file).toLowerCase();
  const reader = READERS[extension];
  if (reader) return reader;
  const successor = OLD_FORMATS[extension];
  throw new DataError({
    en:
      `${file}: ${extension || 'files without an extension'} is no data format known here; ` +
      (successor ? `save it as ${successor}` : `convert it to one of ${Object.keys(READERS).join(', ')}`),
    zh: `${file}：${extension || '没有扩展名'} 不是可读的数据格式；${successor ? `请另存为 ${successor}` : `请转换为 ${Object.keys(READERS).join('、')} 之一`}`,
  });
}
