/** json: a list of rows; jsonl: a row a line. Each is also read under the name of the other. */
import { DataError } from '../../core/index.ts';
import { findJsonFault } from '../json-fault.ts';
import { parseJson } from '../parse-json.ts';
import { readLines, readPieces, readText } from '../read-text.ts';
import { describeValue, isObject } from '../row-values.ts';
import { type FileRows, inPieces, type Row } from '../rows.ts';
import { splitJsonList } from './json-list.ts';

/** A list of rows; also rows one a line, which such files often hold in spite of their name. */
export function* readJson(path: string): Generator<FileRows> {
  if (startsAsList(path)) yield* inPieces(rowsOfList(path));
  else
    yield* inPieces(
      holdsLines(path) ? rowsOfLines(path) : rowsOfValue(parseJson(readText(path), path), path),
    );
}

export function* readJsonLines(path: string): Generator<FileRows> {
  yield* inPieces(startsAsList(path) ? rowsOfList(path) : rowsOfLines(path));
}

/** Looks at no more than the first character: a list may be a single line of any length. */
function startsAsList(path: string): boolean {
  for (const piece of readPieces(path)) {
    const text = piece
      .toString('latin1')
      .replace(/^\xef\xbb\xbf/, '')
      .trimStart();
    if (text !== '') return text.startsWith('[');
  }
  return false;
}

/**
 * Whether the first line is a whole object and more text follows.
 * @throws DataError when the file is empty
 */
function holdsLines(path: string): boolean {
  let first: string | undefined;
  for (const { text } of readLines(path)) {
    if (text.trim() === '') continue;
    if (first !== undefined) return first.startsWith('{') && findJsonFault(first) === undefined;
    first = text.trim();
  }
  if (first === undefined)
    throw new DataError({
      en: `${path}: the file is empty; fill it with rows`,
      zh: `${path}：文件为空；请写入数据`,
    });
  return false;
}

function* rowsOfLines(path: string): Generator<Row> {
  for (const { number, text } of readLines(path)) {
    if (text.trim() !== '') yield rowOf(parseJson(text, path, number), path, number);
  }
}

/** Row by row; what is no plain list of values is read as a whole, which finds out what is wrong where. */
function* rowsOfList(path: string): Generator<Row> {
  let row = 0;
  for (const text of splitJsonList(readPieces(path))) {
    const value = text === undefined ? undefined : parsed(text);
    if (value === undefined) {
      const all = rowsOfValue(parseJson(readText(path), path), path);
      yield* all.slice(row);
      return;
    }
    yield rowOf(value, path, ++row);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No JSON value is undefined.
  }
}

function rowsOfValue(value: unknown, path: string): Row[] {
  if (Array.isArray(value)) return value.map((item, index) => rowOf(item, path, index + 1));
  const lists = isObject(value) ? Object.keys(value).filter((key) => Array.isArray(value[key])) : [];
  const [key] = lists;
  throw new DataError({
    en: `${path}: holds ${describeValue(value).en} where a list of rows is due${key === undefined ? '' : `; the list under ${JSON.stringify(key)} may be it`}; write [ {…}, {…} ]`,
    zh: `${path}：内容是${describeValue(value).zh}，应为数据列表${key === undefined ? '' : `；可能是 ${JSON.stringify(key)} 下的列表`}；请写成 [ {…}, {…} ]`,
  });
}

/** Messages and tools have less than ten; what walks through values overflows at some thousands. */
const MOST_LEVELS = 100;

function rowOf(value: unknown, file: string, row: number): Row {
  if (!isObject(value)) {
    throw new DataError({
      en: `${file} row ${row}: is ${describeValue(value).en}, not an object; write {"column": "value", …}`,
      zh: `${file} 第 ${row} 行：是${describeValue(value).zh}，不是对象；请写成 {"列名": "值", …}`,
    });
  }
  if (isDeeper(value, MOST_LEVELS)) {
    throw new DataError({
      en: `${file} row ${row}: lists and objects lie more than ${MOST_LEVELS} deep in each other; flatten them`,
      zh: `${file} 第 ${row} 行：列表与对象的嵌套超过 ${MOST_LEVELS} 层；请展平`,
    });
  }
  return { file, row, values: value };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
