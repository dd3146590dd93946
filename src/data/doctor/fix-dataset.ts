/** Repairs a copy of an examined data set, and writes down each change; the rows that people gave stay as they are. */
import { join } from 'node:path';
import { DataError } from '../../core/index.ts';
import { type DatasetEntry, type DatasetPlace, openDatasets } from '../dataset-info.ts';
import { writeDerived } from '../derived-dataset.ts';
import { entryNames } from '../info-file.ts';
import { isObject, type RowValues } from '../row-values.ts';
import { writePieces } from '../write-rows.ts';
import type { CheckedRepair, ExaminedDataset } from './check-dataset.ts';
import type { CheckName, Repair } from './diagnosis.ts';
import { eachRow } from './usable-rows.ts';

export interface FixOptions extends DatasetPlace {
  /** Name of the copy. */
  readonly as: string;
  /** Whether a copy of this name gives way. */
  readonly isReplaced: boolean;
}

export interface FixedDataset {
  readonly name: string;
  /** In datasetDir. */
  readonly file: string;
  /** A line for each changed row: where it stood, why, what it was and what it is. */
  readonly log: string;
  readonly kept: number;
  readonly changed: number;
  readonly removed: number;
}

/** A line of the log. */
interface Change {
  readonly file: string;
  readonly row: number;
  readonly checks: readonly CheckName[];
  readonly action: 'removed' | 'changed';
  /** Absent where the row holds what should stand nowhere. */
  readonly before?: RowValues;
  readonly after?: RowValues;
}

/** @throws DataError when nothing is to be repaired, no row would be left, or the name is taken */
export async function fixDataset(
  { dataset, seed, repairs }: ExaminedDataset,
  { datasetDir, fetchFiles, as, isReplaced }: FixOptions,
): Promise<FixedDataset> {
  if (!isReplaced && entryNames(datasetDir).includes(as)) {
    throw new DataError({
      en: `${join(datasetDir, 'dataset_info.json')}: "${as}" is there already; replace it, or choose another name`,
      zh: `${join(datasetDir, 'dataset_info.json')}：已有 "${as}"；请替换它，或换一个名称`,
    });
  }
  const [entry] = await openDatasets([dataset], { datasetDir, fetchFiles });
  const kept: { values: RowValues }[] = [];
  const changes: Change[] = [];
  for await (const row of eachRow(entry!, seed)) {
    const { values } = row;
    const { file, row: number } = row.kind === 'usable' ? row.sample.origin : row.finding;
    const due = row.kind === 'usable' ? (repairs.get(row.place) ?? []) : BROKEN;
    const after = values && repaired(values, due, entry!);
    if (after) kept.push({ values: after });
    if (after && after === values) continue;
    const checks = [...new Set(due.map(({ check }) => check))];
    const isSensitive = checks.includes('secret') || checks.includes('personal_data');
    changes.push({
      ...{ file, row: number, checks, action: after ? 'changed' : 'removed' },
      ...(values && !isSensitive && { before: values }),
      ...(after && { after }),
    });
  }
  if (changes.length === 0)
    throw new DataError({
      en: `data set "${dataset}": nothing in it is to be repaired; use it as it is`,
      zh: `数据集 "${dataset}"：没有需要修复的内容；可直接使用`,
    });
  if (kept.length === 0) {
    throw new DataError({
      en: `data set "${dataset}": no row would be left; mend the rows by hand`,
      zh: `数据集 "${dataset}"：修复后将没有剩余的行；请手动修正`,
    });
  }
  const file = writeDerived(dataset, as, { datasetDir, rows: kept });
  const log = `${as}_changes.jsonl`;
  writePieces(
    join(datasetDir, log),
    changes.map((change) => `${JSON.stringify(change)}\n`),
  );
  const removed = changes.filter(({ action }) => action === 'removed').length;
  return { name: as, file, log, kept: kept.length, changed: changes.length - removed, removed };
}

const BROKEN: readonly CheckedRepair[] = [{ check: 'unusable', repair: { kind: 'drop' } }];

/** The row's values after all repairs; the very same where none changes anything, none where it is removed. */
function repaired(
  values: RowValues,
  repairs: readonly CheckedRepair[],
  entry: DatasetEntry,
): RowValues | undefined {
  let result = values;
  for (const { repair } of repairs) {
    if (repair.kind === 'drop') return undefined;
    result = applied(result, repair, entry);
  }
  return JSON.stringify(result) === JSON.stringify(values) ? values : result;
}

function applied(
  values: RowValues,
  repair: Exclude<Repair, { kind: 'drop' }>,
  entry: DatasetEntry,
): RowValues {
  if (repair.kind === 'everywhere') return editTexts(values, repair.edit) as RowValues;
  const { columns, tags } = entry;
  const edit = repair.kind === 'answer' ? withAnswer(repair.text) : repair.edit;
  const column = repair.kind === 'answer' ? columns.response : columns.system;
  if (column !== undefined && typeof values[column] === 'string') {
    return { ...values, [column]: edit(values[column]) };
  }
  const list = columns.messages === undefined ? undefined : values[columns.messages];
  if (!Array.isArray(list)) return values;
  const { role_tag: role = 'from', content_tag: content = 'value', system_tag: system = 'system' } = tags;
  const at =
    repair.kind === 'answer'
      ? list.length - 1
      : list.findIndex((message) => isObject(message) && message[role] === system);
  const message: unknown = list[at];
  if (!isObject(message) || typeof message[content] !== 'string') return values;
  return { ...values, [columns.messages!]: list.with(at, { ...message, [content]: edit(message[content]) }) };
}

/** Thoughts before the answer stay. */
function withAnswer(text: string): (whole: string) => string {
  const END = '</think>';
  return (whole) => {
    const end = whole.lastIndexOf(END);
    return end < 0 ? text : `${whole.slice(0, end + END.length)}\n\n${text}`;
  };
}

function editTexts(value: unknown, edit: (text: string) => string): unknown {
  if (typeof value === 'string') return edit(value);
  if (Array.isArray(value)) return value.map((item) => editTexts(item, edit));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, editTexts(item, edit)]));
}
