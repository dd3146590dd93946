/** What takes its time with a data set, or makes another of it: examining, repairing, splitting, exporting. */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DataError, type OnProgress } from '../core/index.ts';
import {
  type ExaminedDataset,
  type ExportFormat,
  examineDataset,
  exportDataset,
  fixDataset,
  splitDataset,
} from '../data/index.ts';
import { datasetFetcher } from '../hub/index.ts';
import type { DatasetAt } from './data-desk-rows.ts';
import { type ReadingPlace, settingsOf, textOf } from './data-desk-text.ts';
import type { Change, Examination, Fixed, Split, SplitRequest } from './wire/index.ts';

/** As everywhere on the page. */
const SEED = 42;
/** More rows of one finding are counted only; the command lists them all. */
const ROWS_SHOWN = 500;
const VALUE_LENGTH = 2000;

export interface ExamineAt {
  readonly place: DatasetAt;
  readonly heldOut: readonly DatasetAt[];
  /** Absent: nothing is said of rows that are cut. */
  readonly reading?: ReadingPlace | undefined;
}

/** With what is needed to repair the rows, which nobody can send. */
let last: { key: string; value: ExaminedDataset } | undefined;

async function examinedAt(request: ExamineAt, onProgress: OnProgress): Promise<ExaminedDataset> {
  const key = JSON.stringify(request);
  if (last?.key !== key) {
    const { place, heldOut, reading } = request;
    const value = await examineDataset(place.name, {
      fetchFiles: datasetFetcher({ onProgress }),
      ...{ datasetDir: place.datasetDir, heldOut: heldOut.map(({ name }) => name), seed: SEED, onProgress },
      ...(reading && { encoding: { settings: settingsOf(reading), open: () => textOf(reading) } }),
    });
    last = { key, value };
  }
  return last.value;
}

export const workMethods = {
  async examine(request: ExamineAt, onProgress: OnProgress): Promise<Examination> {
    const { heldOut, rows, usableRows, diagnoses } = await examinedAt(request, onProgress);
    return {
      heldOut: [...heldOut],
      rows,
      usableRows,
      diagnoses: diagnoses.map((diagnosis) => ({
        ...diagnosis,
        rowCount: diagnosis.rows.length,
        rows: diagnosis.rows.slice(0, ROWS_SHOWN),
      })),
    };
  },

  async fix({ as, ...request }: ExamineAt & { as: string }, onProgress: OnProgress): Promise<Fixed> {
    const examined = await examinedAt(request, onProgress);
    const { datasetDir } = request.place;
    const { name, kept, changed, removed } = await fixDataset(examined, {
      datasetDir,
      fetchFiles: datasetFetcher({ onProgress }),
      as,
      isReplaced: false,
    });
    return { name, kept, changed, removed };
  },

  async changes({
    path,
    offset,
    limit,
  }: {
    path: string;
    offset: number;
    limit: number;
  }): Promise<{ total: number; rows: Change[] }> {
    if (!existsSync(path)) return { total: 0, rows: [] };
    const rows: Change[] = [];
    let total = 0;
    for await (const line of createInterface({ input: createReadStream(path) })) {
      if (total >= offset && rows.length < limit) rows.push(changeOf(JSON.parse(line) as LoggedChange));
      total++;
    }
    return { total, rows };
  },

  async split({
    place: { datasetDir, name },
    request: { val, test, stratify, group, seed },
  }: {
    place: DatasetAt;
    request: SplitRequest;
  }): Promise<Split> {
    const options = {
      datasetDir,
      fetchFiles: datasetFetcher(),
      val,
      test,
      stratify,
      group,
      seed,
      isReplaced: false,
    };
    return (await splitDataset(name, options)).record;
  },

  async splitRecord({ path }: { path: string }): Promise<{ split?: Split }> {
    if (!existsSync(path)) return {};
    try {
      return { split: JSON.parse(readFileSync(path, 'utf8')) as Split };
    } catch (error) {
      throw new DataError(
        { en: `${path}: is no record of a split; split again`, zh: `${path}：不是划分记录；请重新划分` },
        error,
      );
    }
  },

  async export({
    place: { datasetDir, name },
    format,
    path,
    model,
  }: {
    place: DatasetAt;
    format: ExportFormat;
    path: string;
    model?: string | undefined;
  }): Promise<{ rows: number; left: number }> {
    const { rows, findings } = await exportDataset(name, {
      ...{ datasetDir, format, path, model, seed: SEED },
      fetchFiles: datasetFetcher(),
    });
    return { rows, left: findings.filter(({ kind }) => kind === 'dropped').length };
  },
};

/** A line of the log that a repair leaves. */
interface LoggedChange extends Omit<Change, 'values'> {
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

function changeOf({ file, row, checks, action, before = {}, after = {} }: LoggedChange): Change {
  const columns = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const values = columns
    .map((column) => ({ column, before: shownValue(before[column]), after: shownValue(after[column]) }))
    .filter((value) => (value.before ?? '') !== (value.after ?? ''))
    .map(({ column, before: was, after: is }) => ({
      column,
      ...(was !== undefined && { before: was }),
      ...(is !== undefined && { after: is }),
    }));
  return { file, row, checks: [...checks], action, values };
}

function shownValue(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return shown.length > VALUE_LENGTH ? `${shown.slice(0, VALUE_LENGTH)}…` : shown;
}
