/**
 * Files that a user brings along, read as one table, with what each column holds. Where a file does not say whether
 * its first row names the columns, the rows below tell.
 */
import { extname } from 'node:path';
import { DataError } from '../../core/index.ts';
import { readRows } from '../read-rows.ts';
import { isObject } from '../row-values.ts';
import type { FileRows, ReadOptions, Row, TextFormat } from '../rows.ts';
import type { RowFinding } from '../samples.ts';

export interface SourceTable {
  /** Files or folders, as they were given. */
  readonly paths: readonly string[];
  readonly rows: readonly Row[];
  /** Rows that could not be read. */
  readonly findings: readonly RowFinding[];
  readonly columns: readonly ColumnProfile[];
  /** Of text files: their encoding and delimiter. */
  readonly formats: readonly TextFormat[];
  /** False where the columns were numbered, since the first row is one like the others. */
  readonly hasHeader: boolean;
}

export interface ColumnProfile {
  readonly name: string;
  /** Of most of its values. */
  readonly kind: 'text' | 'number' | 'boolean' | 'list' | 'object' | 'empty';
  /** Rows that hold something there. */
  readonly filled: number;
  /** Different values among the first rows. */
  readonly distinct: number;
  /** Rows among which `distinct` was counted. */
  readonly counted: number;
  /** In characters. */
  readonly meanLength: number;
}

/** Enough to tell a label from a text. */
const PROFILED_ROWS = 2000;
/** Of the lines of a txt, that hold a tab, for it to be a table. */
const TABLE_SHARE = 0.9;
/** A column's name is no longer than this. */
const LONGEST_NAME = 40;
/** A name that stands so often in its own column is a value. */
const REPEATS_OF_VALUE = 2;

/**
 * @throws DataError when a file is missing, broken or of an unknown type, or there is no row
 */
export async function openTable(paths: readonly string[], options: ReadOptions = {}): Promise<SourceTable> {
  if (paths.length === 0)
    throw new DataError({
      en: 'data: no file is named; name the files to add',
      zh: '数据：没有指定文件；请写明要添加的文件',
    });
  let read = await readAll(paths, options);
  let hasHeader = options.hasHeader ?? true;
  const isTable = paths.every(isTxt) && holdsTabs(read.rows);
  if (isTable) read = await readAll(paths, { ...options, isTable });
  const mayLackHeader = isTable || paths.every(isHeaded);
  if (options.hasHeader === undefined && mayLackHeader && !namesColumns(read.rows)) {
    hasHeader = false;
    read = await readAll(paths, { ...options, isTable, hasHeader });
  }
  return { paths, ...read, columns: profile(read.rows), hasHeader };
}

/** A short description of each column, in the order in which they first occur. */
function profile(rows: readonly Row[]): ColumnProfile[] {
  const names = new Set<string>();
  for (const { values } of rows) for (const name of Object.keys(values)) names.add(name);
  const first = rows.slice(0, PROFILED_ROWS);
  return [...names].map((name): ColumnProfile => {
    const held = first.map(({ values }) => values[name]).filter((value) => !isEmpty(value));
    const texts = held.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
    const kinds = held.map(kindOf);
    const counts = new Map<ColumnProfile['kind'], number>();
    for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const [most] = [...counts].sort(([, a], [, b]) => b - a);
    return {
      name,
      kind: most?.[0] ?? 'empty',
      filled: rows.filter(({ values }) => !isEmpty(values[name])).length,
      distinct: new Set(texts).size,
      counted: held.length,
      meanLength: texts.reduce((sum, text) => sum + text.length, 0) / Math.max(1, texts.length),
    };
  });
}

async function readAll(paths: readonly string[], options: ReadOptions) {
  const all: FileRows[] = [];
  for (const path of paths) all.push(await readRows(path, options));
  return {
    rows: all.flatMap(({ rows }) => rows),
    findings: all.flatMap(({ findings }) => findings),
    formats: all.flatMap(({ formats = [] }) => formats),
  };
}

/** Whether the first row of a file names the columns, which nothing but its content can tell. */
function isHeaded(path: string): boolean {
  return ['.csv', '.tsv', '.xlsx'].includes(extname(path).toLowerCase());
}

function isTxt(path: string): boolean {
  return extname(path).toLowerCase() === '.txt';
}

function holdsTabs(rows: readonly Row[]): boolean {
  const first = rows.slice(0, PROFILED_ROWS);
  return (
    first.filter(({ values }) => String(values['text']).includes('\t')).length >= TABLE_SHARE * first.length
  );
}

/** Whether the names that the first row gave are names: short, and no values that recur below. */
function namesColumns(rows: readonly Row[]): boolean {
  const [first] = rows;
  return Object.keys(first?.values ?? {}).every((name) => {
    const repeats = rows.slice(0, PROFILED_ROWS).filter(({ values }) => values[name] === name).length;
    return name.length <= LONGEST_NAME && repeats < REPEATS_OF_VALUE;
  });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function kindOf(value: unknown): ColumnProfile['kind'] {
  if (Array.isArray(value)) return 'list';
  if (isObject(value)) return 'object';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}
