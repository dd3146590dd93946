/**
 * Writes one entry of dataset_info.json and leaves the rest of the file as it is, to the byte: people keep comments in
 * its order and layout. Knows nothing of what an entry says.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, writeFileAtomic } from '../core/index.ts';
import { parseJson } from './parse-json.ts';
import { readText } from './read-text.ts';
import { describeValue, isObject } from './row-values.ts';

const BYTE_ORDER_MARK = '\ufeff';

/** Where a member of the outermost object stands. */
interface Member {
  readonly key: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The names that the file has; none where there is no file. @throws DataError when it is broken */
export function entryNames(datasetDir: string): string[] {
  return Object.keys(readInfo(datasetDir).info);
}

/**
 * Adds an entry at the end, or puts it in the place of the one of that name.
 * @throws DataError when the file is broken, StorageError when it cannot be written
 */
export function writeEntry(datasetDir: string, name: string, entry: object): void {
  const { path, text, info } = readInfo(datasetDir);
  const changed = Object.hasOwn(info, name) ? replaceValue(text, name, entry) : addMember(text, name, entry);
  const mark = existsSync(path) && readFileSync(path)[0] === 0xef ? BYTE_ORDER_MARK : '';
  writeFileAtomic(path, mark + changed);
}

function readInfo(datasetDir: string): {
  path: string;
  text: string;
  info: Readonly<Record<string, unknown>>;
} {
  const path = join(datasetDir, 'dataset_info.json');
  const text = existsSync(path) ? readText(path) : '';
  if (text.trim() === '') return { path, text: '{\n}\n', info: {} };
  const info = parseJson(text, path);
  if (isObject(info)) return { path, text, info };
  throw new DataError({
    en: `${path}: is ${describeValue(info).en}; write { "<name>": { "file_name": "…" } }`,
    zh: `${path}：内容是${describeValue(info).zh}；请写成 { "<名称>": { "file_name": "…" } }`,
  });
}

function addMember(text: string, name: string, entry: object): string {
  const members = membersOf(text);
  const layout = layoutOf(text);
  const member = `${JSON.stringify(name)}:${layout.space}${laidOut(entry, layout)}`;
  const last = members.at(-1);
  if (!last) {
    const open = text.indexOf('{');
    const close = text.lastIndexOf('}');
    const inner =
      layout.newline === '' ? member : `${layout.newline}${layout.indent}${member}${layout.newline}`;
    return `${text.slice(0, open + 1)}${inner}${text.slice(close)}`;
  }
  const between = layout.newline === '' ? layout.space : layout.newline + layout.indent;
  return `${text.slice(0, last.valueEnd)},${between}${member}${text.slice(last.valueEnd)}`;
}

function replaceValue(text: string, name: string, entry: object): string {
  // Of a name that stands there twice, the last one counts.
  const member = membersOf(text).findLast(({ key }) => key === name)!;
  return text.slice(0, member.valueStart) + laidOut(entry, layoutOf(text)) + text.slice(member.valueEnd);
}

/** How the file is laid out, by its first member. `newline` is empty where all of it stands on one line. */
interface FileLayout {
  readonly newline: string;
  readonly indent: string;
  readonly space: string;
}

function layoutOf(text: string): FileLayout {
  const [, newline = '', indent = ''] = /\{[ \t]*(\r?\n)([ \t]*)"/.exec(text) ?? [];
  const isEmpty = /^\s*\{\s*\}\s*$/.test(text);
  if (isEmpty) return { newline: text.includes('\r\n') ? '\r\n' : '\n', indent: '  ', space: ' ' };
  return { newline, indent, space: /":[^\s]/.test(text) && !/":\s/.test(text) ? '' : ' ' };
}

function laidOut(entry: object, { newline, indent, space }: FileLayout): string {
  if (newline === '') {
    const compact = JSON.stringify(entry);
    return space === ''
      ? compact
      : JSON.stringify(entry, null, 1).replaceAll(/\n\s*/g, ' ').replaceAll('{ ', '{').replaceAll(' }', '}');
  }
  return JSON.stringify(entry, null, indent || '  ').replaceAll('\n', newline + indent);
}

/** The members of a text that is known to be a JSON object. */
function membersOf(text: string): Member[] {
  const members: Member[] = [];
  let depth = 0;
  let key: string | undefined;
  let valueStart = -1;
  const close = (at: number) => {
    if (key === undefined) return;
    members.push({ key, valueStart, valueEnd: text.slice(0, at).trimEnd().length });
    key = undefined;
    valueStart = -1;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && key === undefined) key = JSON.parse(text.slice(at, end)) as string;
      else if (depth === 1 && valueStart === -1) valueStart = at;
      at = end - 1;
    } else if (depth === 1 && (char === ',' || char === '}')) {
      close(at);
      if (char === '}') depth--;
    } else if (char === '{' || char === '[') {
      if (depth === 1 && valueStart === -1) valueStart = at;
      depth++;
    } else if (char === '}' || char === ']') {
      depth--;
    } else if (depth === 1 && valueStart === -1 && key !== undefined && /[^\s:]/.test(char)) {
      valueStart = at;
    }
  }
  return members;
}

function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end + 1;
}
