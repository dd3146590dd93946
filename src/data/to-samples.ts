/**
 * Rows of a data set become samples for supervised training. A row that cannot be used is left out and named; a
 * mistake that concerns the whole data set stops it.
 */
import { DataError, nearestName, reasonIn, reasonOf, textOf } from '../core/index.ts';
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
  const converter = new SampleConverter(entry);
  const { samples, findings } = converter.convert({ rows: all.slice(0, maxSamples), findings: unread });
  converter.finish();
  return { samples: samples.filter((sample) => sample !== undefined), findings };
}

/** Converts a data set piece by piece. */
export class SampleConverter {
  readonly #entry: DatasetEntry;
  readonly #present = new Set<string>();
  #rows = 0;
  #samples = 0;
  #first: RowFinding | undefined;

  /** @throws DataError when the entry is for another kind of training, or its columns lack what is needed */
  constructor(entry: DatasetEntry) {
    checkRanking(entry);
    this.#entry = entry;
  }

  /** @returns a sample, or none, for each row */
  convert({ rows, findings: unread }: FileRows): { samples: (Sample | undefined)[]; findings: RowFinding[] } {
    const samples: (Sample | undefined)[] = [];
    let count = 0;
    const findings = [...unread];
    for (const row of rows) {
      for (const column of Object.keys(row.values)) this.#present.add(column);
      checkMedia(this.#entry, row);
      const { sample, finding } = toSample(row, this.#entry);
      samples.push(sample);
      if (sample) count++;
      if (finding) findings.push(finding);
    }
    this.#rows += rows.length;
    this.#samples += count;
    this.#first ??= findings[0];
    return { samples, findings };
  }

  /** @throws DataError when the entry's columns were in no row, or no row could be used */
  finish(): void {
    const { name, path } = this.#entry;
    checkColumns(this.#entry, this.#present);
    if (this.#rows === 0)
      throw new DataError({
        en: `${path}: no rows in it; fill it with rows`,
        zh: `${path}：没有数据；请写入数据`,
      });
    const first = this.#first;
    if (this.#samples > 0 || !first) return;
    throw new DataError({
      en:
        `data set "${name}": none of its ${this.#rows} rows can be used; ` +
        `the first, ${first.file} row ${first.row}: ${first.reason}; mend the rows, or the columns in dataset_info.json`,
      zh: `数据集 "${name}"：${this.#rows} 行都无法使用；首个是 ${first.file} 第 ${first.row} 行：${reasonIn(first, 'zh')}；请修正数据，或修正 dataset_info.json 中的 columns`,
    });
  }
}

/** One row: a sample unless it cannot be used, a finding unless it is whole. */
function toSample(row: Row, entry: DatasetEntry): { sample?: Sample; finding?: RowFinding } {
  const origin = { file: row.file, row: row.row };
  try {
    const converted = convertRow(row.values, entry);
    const sample = { conversation: conversationOf(converted), origin };
    if (!converted.leftOut) return { sample };
    const { en, zh } = converted.leftOut;
    const reason = reasonOf({ en: `left out: ${en}`, zh: `略去：${zh}` });
    return { sample, finding: { ...origin, kind: 'cut', ...reason } };
  } catch (error) {
    if (!(error instanceof UnusableRow)) throw error;
    return { finding: { ...origin, kind: 'dropped', ...reasonOf(textOf(error)) } };
  }
}

function checkRanking({ name, ranking }: DatasetEntry): void {
  if (!ranking) return;
  throw new DataError({
    en:
      `data set "${name}": ranking is true, so each row holds two answers to choose between, and supervised ` +
      'training takes one; choose another data set, or remove ranking and name the chosen column as response',
    zh: `数据集 "${name}"：ranking 为 true，每行有两个待选的答案，而监督训练只用一个；请换一个数据集，或删去 ranking 并把选中答案的列写为 response`,
  });
}

/** What supervised training takes: one answer to something. */
function conversationOf({ prompt, response, system, tools }: ConvertedRow): Conversation {
  const [answer] = response;
  if (response.length === 2) {
    throw new UnusableRow({
      en: 'it holds two answers to compare, where one is due',
      zh: '它有两个供比较的答案，而应为一个',
    });
  }
  if (!answer || answer.content === '') {
    throw new UnusableRow({ en: 'the answer is empty', zh: '答案为空' });
  }
  const asksNothing = system === '' && prompt.every(({ content }) => content === '');
  if (asksNothing) throw new UnusableRow({ en: 'the prompt is empty', zh: '提示为空' });
  return { messages: [...prompt, answer], ...(system !== '' && { system }), ...(tools !== '' && { tools }) };
}

/** @throws DataError when the columns that the entry needs are not in the file */
function checkColumns(entry: DatasetEntry, present: ReadonlySet<string>): void {
  const due: readonly (keyof Columns)[] =
    entry.formatting === 'alpaca' ? ['prompt', 'response'] : ['messages'];
  for (const key of due) {
    if (entry.columns[key] !== undefined) continue;
    throw new DataError({
      en:
        `data set "${entry.name}": its columns do not list ${key}, and what columns does not list is off; ` +
        `add ${key} with one of ${[...present].join(', ')}`,
      zh: `数据集 "${entry.name}"：columns 中没有 ${key}，而未列出的即不启用；请加上 ${key}，取 ${[...present].join('、')} 之一`,
    });
  }
  const named = entry.columnsNamed ? (Object.keys(entry.columns) as (keyof Columns)[]) : due;
  for (const key of named) {
    const column = entry.columns[key];
    if (column === undefined || present.has(column)) continue;
    const near = nearestName(column, present);
    throw new DataError({
      en:
        `${entry.path}: no row has the column "${column}", which data set "${entry.name}" takes as its ${key}; ` +
        `the rows have ${[...present].join(', ')}; ` +
        `${near ? `did you mean "${near}"?` : 'name the right one under columns in dataset_info.json'}`,
      zh: `${entry.path}：没有一行含列 "${column}"，而数据集 "${entry.name}" 以它为 ${key}；现有 ${[...present].join('、')}；${near ? `是否想写 "${near}"？` : '请在 dataset_info.json 的 columns 中写明正确的列'}`,
    });
  }
}

/** @throws DataError when a row holds more than text */
function checkMedia({ columns }: DatasetEntry, { file, row, values }: Row): void {
  for (const key of MEDIA) {
    const column = columns[key];
    if (column === undefined || !holdsMedia(values[column])) continue;
    throw new DataError({
      en:
        `${file} row ${row}: "${column}" holds media, and only text can be trained here; ` +
        'remove the column from dataset_info.json to train on the text alone',
      zh: `${file} 第 ${row} 行："${column}" 含多媒体内容，而此处只能训练文本；若只训练文本，请从 dataset_info.json 中删去该列`,
    });
  }
}

function holdsMedia(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
}
