/**
 * Files of rows, one reader per extension: a path becomes rows with the place where each stands. Adding a format
 * is one entry of the table. Knows nothing of what the columns mean.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { DataError, nearestName } from '../core/index.ts';
import { findJsonFault, lineAndColumn } from './json-fault.ts';
import { readLines, readText } from './read-text.ts';
import { describeValue, isObject, type RowValues } from './row-values.ts';

export interface Row {
  readonly file: string;
  /** 1-based: the place in a list, or the line in a file of lines. */
  readonly row: number;
  readonly values: RowValues;
}

type Reader = (path: string) => Row[];

const READERS: Readonly<Record<string, Reader | 'later'>> = {
  '.json': readJson,
  '.jsonl': readJsonLines,
  '.csv': 'later',
  '.parquet': 'later',
  '.arrow': 'later',
  '.txt': 'later',
};

/**
 * All rows of a file, or of a folder whose files are of one type.
 * @throws DataError when it is missing, broken, of a type that is not read, or empty
 */
export function readRows(path: string): Row[] {
  const rows = filesAt(path).flatMap((file) => readerOf(file)(file));
  if (rows.length === 0) throw new DataError(`${path}: no rows in it; fill it with rows`);
  return rows;
}

/**
 * Parses one JSON text.
 * @param firstLine the line of the file on which the text begins
 * @throws DataError with line, column, what is wrong and the remedy
 */
export function parseJson(text: string, path: string, firstLine = 1): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = findJsonFault(text);
    if (!fault) throw error;
    const { line, column } = lineAndColumn(text, fault.offset);
    throw new DataError(
      `${path} line ${firstLine + line - 1} column ${column}: ${fault.problem}; ${fault.remedy}`,
      error,
    );
  }
}

function filesAt(path: string): string[] {
  if (!existsSync(path)) {
    const folder = dirname(path);
    const near = existsSync(folder) ? nearestName(basename(path), readdirSync(folder)) : undefined;
    throw new DataError(
      `${path}: no such file; ${near ? `did you mean ${join(folder, near)}?` : 'check file_name and dataset_dir'}`,
    );
  }
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .sort();
  const types = [...new Set(files.map(extname))];
  if (types.length > 1) {
    throw new DataError(
      `${path}: the folder mixes files of the types ${types.join(', ')}; keep files of one type in it`,
    );
  }
  return files.map((name) => join(path, name));
}

function readerOf(file: string): Reader {
  const extension = extname(file).toLowerCase();
  const reader = READERS[extension];
  if (typeof reader === 'function') return reader;
  const readable = Object.keys(READERS).filter((key) => READERS[key] !== 'later');
  throw new DataError(
    `${file}: ${extension || 'files without an extension'} ${reader === 'later' ? 'cannot be read yet' : 'is no data format known here'}; ` +
      `convert it to ${readable.join(' or ')}`,
  );
}

/** A list of rows; also rows one a line, which such files often hold in spite of their name. */
function readJson(path: string): Row[] {
  const text = readText(path);
  if (text.trim() === '') throw new DataError(`${path}: the file is empty; fill it with rows`);
  if (startsWithObjectOnALine(text)) return readJsonLines(path);
  return rowsOfList(parseJson(text, path), path);
}

function readJsonLines(path: string): Row[] {
  const rows: Row[] = [];
  for (const { number, text } of readLines(path)) {
    if (text.trim() === '') continue;
    if (rows.length === 0 && text.trimStart().startsWith('[')) {
      return rowsOfList(parseJson(readText(path), path), path);
    }
    rows.push(rowOf(parseJson(text, path, number), path, number));
  }
  return rows;
}

/** Whether the first line is a whole object and more text follows. */
function startsWithObjectOnALine(text: string): boolean {
  const trimmed = text.trim();
  const end = trimmed.indexOf('\n');
  return trimmed.startsWith('{') && end !== -1 && findJsonFault(trimmed.slice(0, end)) === undefined;
}

function rowsOfList(value: unknown, path: string): Row[] {
  if (Array.isArray(value)) return value.map((item, index) => rowOf(item, path, index + 1));
  const lists = isObject(value) ? Object.keys(value).filter((key) => Array.isArray(value[key])) : [];
  const hint = lists.length > 0 ? `; the list under ${JSON.stringify(lists[0])} may be it` : '';
  throw new DataError(
    `${path}: holds ${describeValue(value)} where a list of rows is due${hint}; write [ {…}, {…} ]`,
  );
}

function rowOf(value: unknown, file: string, row: number): Row {
  if (isObject(value)) return { file, row, values: value };
  throw new DataError(
    `${file} row ${row}: is ${describeValue(value)}, not an object; write {"column": "value", …}`,
  );
}
