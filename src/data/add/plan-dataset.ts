/**
 * A table and the roles of its columns become a data set: an entry for dataset_info.json, and, where LLaMA-Factory could
 * not read the files as they are, a jsonl of their rows. Nothing is written before all of it is known to be usable.
 */
import { existsSync } from 'node:fs';
import { extname, join, relative, resolve, sep } from 'node:path';
import { DataError } from '../../core/index.ts';
import { parseDatasetEntry } from '../dataset-info.ts';
import { entryNames, writeEntry } from '../info-file.ts';
import type { RowValues } from '../row-values.ts';
import type { Row } from '../rows.ts';
import type { RowFinding, Sample } from '../samples.ts';
import { toSamples } from '../to-samples.ts';
import { usableRows, writeJsonLines } from '../write-rows.ts';
import { type ColumnText, cellText, parseColumnText } from './column-text.ts';
import { ROLES, type Role } from './guess-roles.ts';
import { messagesFormat } from './messages-format.ts';
import type { SourceTable } from './source-table.ts';

/** Each role's column, or text over columns. */
export type RoleTexts = Readonly<Partial<Record<Role, string>>>;

interface PlanOptions {
  readonly name: string;
  readonly datasetDir: string;
  /** Whether an entry and a file of this name give way. */
  readonly isReplaced?: boolean;
}

export interface DatasetPlan {
  readonly name: string;
  /** What dataset_info.json will say. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** The file that will be written; absent where the files serve as they are. */
  readonly target?: string;
  /** All rows that can be used, as they will be trained. */
  readonly samples: readonly Sample[];
  /** Rows that cannot. */
  readonly findings: readonly RowFinding[];
  /** @throws StorageError */
  write(): void;
}

/** What the model is asked, and answers, in this order. */
const TEXT_ROLES = ['instruction', 'input', 'output', 'system'] as const;
const COLUMN_KEYS: Readonly<Record<Role, string>> = {
  instruction: 'prompt',
  input: 'query',
  output: 'response',
  system: 'system',
  history: 'history',
  messages: 'messages',
  tools: 'tools',
};
/** What LLaMA-Factory reads in every case; its csv takes numbers for numbers, and commas and UTF-8 for granted. */
const READ_AS_THEY_ARE = ['.json', '.jsonl', '.parquet', '.arrow'];
const NAME = /^[^\s,"'/\\]+$/u;

/**
 * @throws DataError when a role names no column, no row can be used, or the name is taken
 */
export function planDataset(table: SourceTable, roles: RoleTexts, options: PlanOptions): DatasetPlan {
  const { name, datasetDir } = options;
  checkName(options);
  checkRoles(roles);
  const columns = table.columns.map((column) => column.name);
  const texts = Object.fromEntries(
    ROLES.filter((role) => roles[role] !== undefined).map((role) => [
      role,
      parseColumnText(roles[role]!, columns, role),
    ]),
  ) as Partial<Record<Role, ColumnText>>;
  const source = sourceInPlace(table, texts, datasetDir);
  const converted = source === undefined ? convertRows(table.rows, texts) : undefined;
  const fileName = source ?? targetName(table, options);
  const entry = entryOf(converted?.rows ?? table.rows, converted?.columns ?? columnsOf(texts), fileName);
  const parsed = parseDatasetEntry(name, entry, datasetDir, 'dataset_info.json');
  const { samples, findings } = toSamples(parsed, {
    rows: converted?.rows ?? [...table.rows],
    findings: table.findings,
  });
  const target = converted && join(datasetDir, fileName);
  return {
    name,
    entry,
    samples,
    findings,
    ...(target !== undefined && { target }),
    write() {
      if (target !== undefined) writeJsonLines(target, usableRows(converted!.rows, findings));
      writeEntry(datasetDir, name, entry);
    },
  };
}

function checkName({ name, datasetDir, isReplaced = false }: PlanOptions): void {
  if (!NAME.test(name)) {
    throw new DataError({
      en: `data: "${name}" cannot be a data set's name; choose one without spaces, commas, quotes and slashes`,
      zh: `数据："${name}" 不能用作数据集名；请勿使用空格、逗号、引号和斜杠`,
    });
  }
  if (!isReplaced && entryNames(datasetDir).includes(name)) {
    throw new DataError({
      en: `${join(datasetDir, 'dataset_info.json')}: "${name}" is there already; choose another name, or replace it`,
      zh: `${join(datasetDir, 'dataset_info.json')}：已有 "${name}"；请换一个名称，或替换它`,
    });
  }
}

function checkRoles(roles: RoleTexts): void {
  if (roles.messages !== undefined) {
    const other = (['instruction', 'input', 'output', 'history'] as const).find(
      (role) => roles[role] !== undefined,
    );
    if (other)
      throw new DataError({
        en: `data: messages hold questions and answers already; leave out ${other}, or messages`,
        zh: `数据：messages 已含问题与答案；请去掉 ${other}，或去掉 messages`,
      });
    return;
  }
  const missing = (['instruction', 'output'] as const).find((role) => roles[role] === undefined);
  if (missing === 'output')
    throw new DataError({
      en: 'data: no column is known to hold the answer; name it as output or label',
      zh: '数据：不知道哪一列是答案；请用 output 或 label 指定',
    });
  if (missing)
    throw new DataError({
      en: 'data: no column is known to hold the question; name it as instruction, or give a template',
      zh: '数据：不知道哪一列是问题；请用 instruction 指定，或给出模板',
    });
}

/** The file or folder relative to the data folder, where LLaMA-Factory would read the same from it. */
function sourceInPlace(
  { paths, rows, columns, findings }: SourceTable,
  texts: Readonly<Partial<Record<Role, ColumnText>>>,
  datasetDir: string,
): string | undefined {
  const [path] = paths;
  const inside = path === undefined ? '' : relative(resolve(datasetDir), resolve(path));
  if (paths.length !== 1 || inside === '' || inside.startsWith('..') || resolve(inside) === inside)
    return undefined;
  if (findings.length > 0 || !READ_AS_THEY_ARE.includes(extname(rows[0]!.file).toLowerCase()))
    return undefined;
  const isPlain = Object.entries(texts).every(([role, text]) => {
    const kind = columns.find(({ name }) => name === text.column)?.kind;
    return (
      kind === (role === 'messages' || role === 'history' ? 'list' : 'text') ||
      (role === 'tools' && kind !== undefined)
    );
  });
  return isPlain ? inside.split(sep).join('/') : undefined;
}

function columnsOf(texts: Readonly<Partial<Record<Role, ColumnText>>>): Partial<Record<Role, string>> {
  return Object.fromEntries(Object.entries(texts).map(([role, { column }]) => [role, column!]));
}

/** Rows with a column for each role, before the columns that no role took as they are. */
function convertRows(
  rows: readonly Row[],
  texts: Readonly<Partial<Record<Role, ColumnText>>>,
): { rows: Row[]; columns: Partial<Record<Role, string>> } {
  const taken = new Set(Object.values(texts).flatMap(({ column }) => column ?? []));
  const roles = Object.keys(texts) as Role[];
  const converted = rows.map(({ file, row, values }): Row => {
    const made: [string, unknown][] = roles.map((role) => [role, roleValue(role, texts[role]!, values)]);
    const others = Object.entries(values)
      .filter(([name, value]) => !taken.has(name) && !(value instanceof Uint8Array))
      .map(([name, value]): [string, unknown] => [
        roles.includes(name as Role) ? `source_${name}` : name,
        value,
      ]);
    return { file, row, values: Object.fromEntries([...made, ...others]) };
  });
  return { rows: converted, columns: Object.fromEntries(roles.map((role) => [role, role])) };
}

function roleValue(role: Role, text: ColumnText, values: RowValues): unknown {
  if (!(TEXT_ROLES as readonly Role[]).includes(role)) {
    const value = text.column === undefined ? text.textOf(values) : values[text.column];
    // In a spreadsheet a list stands as JSON text.
    return typeof value === 'string' && role !== 'tools' ? parseList(value) : value;
  }
  return text.column === undefined ? text.textOf(values) : cellText(values[text.column]);
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The row is dropped with its own reason: it holds no list.
    return text;
  }
}

/** Never one of the files that are read. */
function targetName({ rows }: SourceTable, { name, datasetDir, isReplaced = false }: PlanOptions): string {
  const sources = new Set(rows.map(({ file }) => resolve(file)));
  const candidates = [`${name}.jsonl`, `${name}_converted.jsonl`];
  const fileName = candidates.find((candidate) => !sources.has(resolve(datasetDir, candidate)))!;
  const path = join(datasetDir, fileName);
  if (!existsSync(path) || isReplaced) return fileName;
  throw new DataError({
    en: `${path}: is there already; choose another name, or replace it`,
    zh: `${path}：已存在；请换一个名称，或替换它`,
  });
}

function entryOf(rows: readonly Row[], columns: Readonly<Partial<Record<Role, string>>>, fileName: string) {
  const named = Object.entries(columns).map(([role, column]) => [COLUMN_KEYS[role as Role], column]);
  return {
    file_name: fileName,
    ...(columns.messages !== undefined && { formatting: messagesFormat(rows, columns.messages).formatting }),
    columns: Object.fromEntries(named) as Readonly<Record<string, string>>,
    ...(columns.messages !== undefined && tagsOf(rows, columns.messages)),
  };
}

function tagsOf(rows: readonly Row[], column: string) {
  const { tags } = messagesFormat(rows, column);
  return tags ? { tags } : {};
}
