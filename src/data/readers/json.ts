/** json: a list of rows; jsonl: a row a line. Each is also read under the name of the other. */
import { DataError } from '../../core/index.ts';
import { findJsonFault } from '../json-fault.ts';
import { parseJson } from '../parse-json.ts';
import { readLines, readText } from '../read-text.ts';
import { describeValue, isObject } from '../row-values.ts';
import type { FileRows, Row } from '../rows.ts';

/** A list of rows; also rows one a line, which such files often hold in spite of their name. */
export function readJson(path: string): FileRows {
  const text = readText(path);
  if (text.trim() === '') throw new DataError(`${path}: the file is empty; fill it with rows`);
  if (startsWithObjectOnALine(text)) return readJsonLines(path);
  return { rows: rowsOfList(parseJson(text, path), path), findings: [] };
}

export function readJsonLines(path: string): FileRows {
  const rows: Row[] = [];
  for (const { number, text } of readLines(path)) {
    if (text.trim() === '') continue;
    if (rows.length === 0 && text.trimStart().startsWith('[')) {
      return { rows: rowsOfList(parseJson(readText(path), path), path), findings: [] };
    }
    rows.push(rowOf(parseJson(text, path, number), path, number));
  }
  return { rows, findings: [] };
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

/** Messages and tools have less than ten; what walks through values overflows at some thousands. */
const MOST_LEVELS = 100;

function rowOf(value: unknown, file: string, row: number): Row {
  if (!isObject(value)) {
    throw new DataError(
      `${file} row ${row}: is ${describeValue(value)}, not an object; write {"column": "value", …}`,
    );
  }
  if (isDeeper(value, MOST_LEVELS)) {
    throw new DataError(
      `${file} row ${row}: lists and objects lie more than ${MOST_LEVELS} deep in each other; flatten them`,
    );
  }
  return { file, row, values: value };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
