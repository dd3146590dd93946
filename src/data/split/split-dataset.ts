/**
 * A data set becomes two or three: files of their rows, entries beside its own, and a record of how they came about.
 * The same question never stands in two of them, whatever its answer or system prompt, and no group does.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, nearestName, writeJsonAtomic } from '../../core/index.ts';
import { cellText } from '../add/column-text.ts';
import { type DatasetPlace, openDatasets } from '../dataset-info.ts';
import { writeDerived } from '../derived-dataset.ts';
import { entryNames } from '../info-file.ts';
import { plainText } from '../plain-text.ts';
import { readDataset } from '../read-dataset.ts';
import type { Row } from '../rows.ts';
import type { RowFinding, Sample } from '../samples.ts';
import { toSamples } from '../to-samples.ts';
import { usableRows } from '../write-rows.ts';
import { assignParts, PARTS, type Part } from './assign-parts.ts';

export interface SplitOptions extends DatasetPlace {
  /** A share of the rows below 1, or a number of rows; 0 makes no such part. */
  readonly val: number;
  readonly test: number;
  /** A column whose values each part gets alike; the answers, where they are labels, when absent. */
  readonly stratify?: string | undefined;
  /** A column whose values stay together. */
  readonly group?: string | undefined;
  readonly seed: number;
  /** Whether files and entries of the parts' names give way. */
  readonly isReplaced?: boolean;
}

/** Rows in each part. */
export type PartCounts = Readonly<Record<Part, number>>;

/** What is kept as `<name>_split.json`. */
export interface SplitRecord {
  readonly dataset: string;
  readonly seed: number;
  readonly val: number;
  readonly test: number;
  /** A column, `answer`, or nothing. */
  readonly stratify: string | null;
  readonly group: string | null;
  readonly rows: PartCounts;
  /** By each value of what was stratified by. */
  readonly strata: Readonly<Record<string, PartCounts>>;
  /** Rows whose question stands in an earlier row too. */
  readonly duplicates: number;
  /** Rows that cannot be used, and are in no part. */
  readonly dropped: number;
  /** Name of the new data set to its file and what that holds. */
  readonly parts: Readonly<Record<string, { readonly file: string; readonly sha256: string }>>;
}

export interface SplitDataset {
  readonly record: SplitRecord;
  readonly recordPath: string;
  readonly findings: readonly RowFinding[];
}

/** Whatever has more different values is no label. */
const MOST_STRATA = 1000;
const MOST_LABELS = 100;

/**
 * Splits and writes everything.
 * @throws DataError when the data set or a column is not there, a part would be empty, or a name is taken
 */
export async function splitDataset(name: string, options: SplitOptions): Promise<SplitDataset> {
  const { datasetDir, val, test, seed, group } = options;
  const [entry] = await openDatasets([name], options);
  const read = await readDataset({ ...entry!, numSamples: undefined }, seed);
  const { samples, findings } = toSamples(entry!, read);
  const rows = usableRows(read.rows, findings);
  const shares = sharesOf({ val, test }, rows.length);
  const stratify = options.stratify ?? (holdLabels(samples) ? ANSWER : undefined);
  for (const column of [options.stratify, group]) checkColumn(rows, column, name);
  const strata = rows.map((row, index) => stratumOf(row, samples[index]!, { ...options, stratify }));
  checkStrata(strata, stratify);
  const questions = questionsOf(samples);
  const keys = rows.map(({ values }, index) => {
    const value = group === undefined ? '' : cellText(values[group]);
    return [`question ${questions[index]}`, ...(value === '' ? [] : [`group ${value}`])];
  });
  const parts = assignParts(
    rows.map((_, index) => ({ keys: keys[index]!, stratum: strata[index]! })),
    shares,
    seed,
  );
  const wanted = PARTS.filter((part) => part === 'train' || options[part] > 0);
  const empty = wanted.find((part) => !parts.includes(part));
  if (empty) {
    throw new DataError({
      en:
        `data set "${name}": nothing is left for ${empty} of ${rows.length} rows, since rows of one ${group ?? 'question'} ` +
        'stay together; take a larger share, or a column of smaller groups',
      zh: `数据集 "${name}"：${rows.length} 行中没有剩余可分给 ${empty}，因为同一${group === undefined ? '问题' : ` ${group} `}的行不拆开；请增大比例，或选组更小的列`,
    });
  }
  const paths = write(name, {
    options,
    wanted,
    rowsOf: (part) => rows.filter((_, index) => parts[index] === part),
  });
  const record: SplitRecord = {
    dataset: name,
    seed,
    val,
    test,
    stratify: stratify ?? null,
    group: group ?? null,
    rows: countParts(parts),
    strata: stratify === undefined ? {} : countStrata(strata, parts),
    duplicates: rows.length - new Set(questions).size,
    dropped: read.rows.length - rows.length + read.findings.length,
    parts: paths,
  };
  const recordPath = join(datasetDir, `${name}_split.json`);
  writeJsonAtomic(recordPath, record);
  return { record, recordPath, findings };
}

function countParts(parts: readonly Part[]): PartCounts {
  const counts = { train: 0, val: 0, test: 0 };
  for (const part of parts) counts[part]++;
  return counts;
}

function countStrata(strata: readonly string[], parts: readonly Part[]): SplitRecord['strata'] {
  const partsOf = new Map<string, Part[]>();
  for (const [index, stratum] of strata.entries()) {
    const found = partsOf.get(stratum);
    if (found) found.push(parts[index]!);
    else partsOf.set(stratum, [parts[index]!]);
  }
  return Object.fromEntries([...partsOf].map(([stratum, held]) => [stratum, countParts(held)]));
}

/** What rows are stratified by where no column is named. */
const ANSWER = 'answer';

function stratumOf(row: Row, { conversation }: Sample, { stratify }: Pick<SplitOptions, 'stratify'>): string {
  if (stratify === undefined) return '';
  // A column may be called so too; it holds the same then.
  if (stratify === ANSWER && !Object.hasOwn(row.values, ANSWER)) return conversation.messages.at(-1)!.content;
  return cellText(row.values[stratify]);
}

/**
 * What is asked, in a form that ignores case, width and spaces: the turns before the answer. The system prompt counts
 * only where all rows ask the same without it.
 */
function questionsOf(samples: readonly Sample[]): string[] {
  const asked = samples.map(({ conversation }) =>
    JSON.stringify(conversation.messages.slice(0, -1).map(({ content }) => plainText(content))),
  );
  if (new Set(asked).size > 1) return asked;
  return samples.map(({ conversation }, index) => `${plainText(conversation.system ?? '')}\n${asked[index]}`);
}

function holdLabels(samples: readonly Sample[]): boolean {
  const answers = new Set<string>();
  for (const { conversation } of samples) {
    answers.add(conversation.messages.at(-1)!.content);
    if (answers.size > MOST_LABELS) return false;
  }
  return answers.size * 2 <= samples.length;
}

function sharesOf({ val, test }: { val: number; test: number }, rows: number): { val: number; test: number } {
  const share = (value: number) => (value < 1 ? value : value / rows);
  const shares = { val: share(val), test: share(test) };
  const isSound = val >= 0 && test >= 0 && val + test > 0 && shares.val + shares.test < 1;
  if (isSound) return shares;
  throw new DataError({
    en:
      `data: val ${val} and test ${test} leave nothing to split, or nothing to train on, of ${rows} rows; ` +
      'give shares below 1 or numbers of rows',
    zh: `数据：val ${val} 与 test ${test} 使 ${rows} 行中没有可划分或可训练的数据；请填小于 1 的比例，或行数`,
  });
}

function checkColumn(rows: readonly Row[], column: string | undefined, name: string): void {
  if (column === undefined || rows.some(({ values }) => Object.hasOwn(values, column))) return;
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const near = nearestName(column, columns);
  throw new DataError({
    en: `data set "${name}": no row has the column "${column}"; ${near ? `did you mean "${near}"?` : `the rows have ${columns.join(', ')}`}`,
    zh: `数据集 "${name}"：没有一行含列 "${column}"；${near ? `是否想写 "${near}"？` : `现有 ${columns.join('、')}`}`,
  });
}

function checkStrata(strata: readonly string[], stratify: string | undefined): void {
  const count = new Set(strata).size;
  if (count <= MOST_STRATA) return;
  throw new DataError({
    en: `data: "${stratify}" has ${count} different values; stratify by a column of labels`,
    zh: `数据："${stratify}" 有 ${count} 种不同的值；请按标签列分层`,
  });
}

function write(
  name: string,
  {
    options,
    wanted,
    rowsOf,
  }: { options: SplitOptions; wanted: readonly Part[]; rowsOf: (part: Part) => Row[] },
): SplitRecord['parts'] {
  const { datasetDir, isReplaced = false } = options;
  const taken = entryNames(datasetDir);
  const clash = wanted.map((part) => `${name}_${part}`).find((part) => taken.includes(part));
  if (clash && !isReplaced) {
    throw new DataError({
      en: `${join(datasetDir, 'dataset_info.json')}: "${clash}" is there already; replace it, or remove it first`,
      zh: `${join(datasetDir, 'dataset_info.json')}：已有 "${clash}"；请替换它，或先删去`,
    });
  }
  const parts = wanted.map((part) => {
    const file = writeDerived(name, `${name}_${part}`, { datasetDir, rows: rowsOf(part) });
    const path = join(datasetDir, file);
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    return [`${name}_${part}`, { file, sha256 }] as const;
  });
  return Object.fromEntries(parts);
}
