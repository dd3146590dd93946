/**
 * Rows of a data set become samples for supervised training. A row that cannot be used is left out and named; a
 * mistake that concerns the whole data set stops it.
 */
import { DataError, nearestName } from '../core/index.ts';
import type { Conversation } from '../text/index.ts';
import { type ConvertedRow, convertRow } from './converters/index.ts';
import type { Columns, DatasetEntry } from './dataset-info.ts';
import { UnusableRow } from './row-values.ts';
import type { FileRows, Row } from './rows.ts';
import type { RowFinding, Sample } from './samples.ts';

const MEDIA = ['images', 'videos', 'audios'] as const;

/**
 * @param maxSamples takes the first so many rows
 * @throws DataError when the entry's columns are not in the rows, or none of them can be used
 */
export function toSamples(
  entry: DatasetEntry,
  { rows: all, findings: unread }: FileRows,
  maxSamples?: number,
): { samples: Sample[]; findings: RowFinding[] } {
  checkEntry(entry, all);
  const rows = maxSamples === undefined ? all : all.slice(0, maxSamples);
  const samples: Sample[] = [];
  const findings = [...unread];
  for (const row of rows) {
    const { sample, finding } = toSample(row, entry);
    if (sample) samples.push(sample);
    if (finding) findings.push(finding);
  }
  const [first] = findings;
  if (samples.length === 0 && first) {
    throw new DataError(
      `data set "${entry.name}": none of its ${rows.length} rows can be used; ` +
        `the first, ${first.file} row ${first.row}: ${first.reason}; mend the rows, or the columns in dataset_info.json`,
    );
  }
  return { samples, findings };
}

/** One row: a sample unless it cannot be used, a finding unless it is whole. */
export function toSample(row: Row, entry: DatasetEntry): { sample?: Sample; finding?: RowFinding } {
  const origin = { file: row.file, row: row.row };
  try {
    const converted = convertRow(row.values, entry);
    const sample = { conversation: conversationOf(converted), origin };
    if (!converted.leftOut) return { sample };
    return { sample, finding: { ...origin, kind: 'cut', reason: `left out: ${converted.leftOut}` } };
  } catch (error) {
    if (!(error instanceof UnusableRow)) throw error;
    return { finding: { ...origin, kind: 'dropped', reason: error.message } };
  }
}

/** @throws DataError when the entry is not one for supervised training of these rows */
export function checkEntry(entry: DatasetEntry, rows: readonly Row[]): void {
  checkRanking(entry);
  checkColumns(entry, rows);
}

function checkRanking({ name, ranking }: DatasetEntry): void {
  if (!ranking) return;
  throw new DataError(
    `data set "${name}": ranking is true, so each row holds two answers to choose between, and supervised ` +
      'training takes one; choose another data set, or remove ranking and name the chosen column as response',
  );
}

/** What supervised training takes: one answer to something. */
function conversationOf({ prompt, response, system, tools }: ConvertedRow): Conversation {
  const [answer] = response;
  if (response.length === 2) throw new UnusableRow('it holds two answers to compare, where one is due');
  if (!answer || answer.content === '') throw new UnusableRow('the answer is empty');
  const asksNothing = system === '' && prompt.every(({ content }) => content === '');
  if (asksNothing) throw new UnusableRow('the prompt is empty');
  return { messages: [...prompt, answer], ...(system !== '' && { system }), ...(tools !== '' && { tools }) };
}

/** @throws DataError when the columns that the entry needs are not in the file, or hold more than text */
function checkColumns(entry: DatasetEntry, rows: readonly Row[]): void {
  const present = new Set<string>();
  for (const { values } of rows) for (const column of Object.keys(values)) present.add(column);
  const due: readonly (keyof Columns)[] =
    entry.formatting === 'alpaca' ? ['prompt', 'response'] : ['messages'];
  for (const key of due) {
    if (entry.columns[key] !== undefined) continue;
    throw new DataError(
      `data set "${entry.name}": its columns do not list ${key}, and what columns does not list is off; ` +
        `add ${key} with one of ${[...present].join(', ')}`,
    );
  }
  const named = entry.columnsNamed ? (Object.keys(entry.columns) as (keyof Columns)[]) : due;
  for (const key of named) {
    const column = entry.columns[key];
    if (column === undefined || present.has(column)) continue;
    const near = nearestName(column, present);
    throw new DataError(
      `${entry.path}: no row has the column "${column}", which data set "${entry.name}" takes as its ${key}; ` +
        `the rows have ${[...present].join(', ')}; ` +
        `${near ? `did you mean "${near}"?` : 'name the right one under columns in dataset_info.json'}`,
    );
  }
  for (const column of MEDIA.map((key) => entry.columns[key])) {
    const row = column && rows.find(({ values }) => holdsMedia(values[column]));
    if (!row) continue;
    throw new DataError(
      `${row.file} row ${row.row}: "${column}" holds media, and only text can be trained here; ` +
        'remove the column from dataset_info.json to train on the text alone',
    );
  }
}

function holdsMedia(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
}
