/** Samples become a data set of their own: an alpaca file, and the entry that reads it. */
import { join } from 'node:path';
import { DataError, messageOf } from '../core/index.ts';
import { EXPORTS } from './export/formats.ts';
import { writeEntry } from './info-file.ts';
import { UnusableRow } from './row-values.ts';
import type { Sample } from './samples.ts';
import { writeJsonLines } from './write-rows.ts';

const COLUMNS = {
  prompt: 'instruction',
  query: 'input',
  response: 'output',
  system: 'system',
  history: 'history',
};

interface WrittenSample {
  readonly sample: Sample;
  /** Further columns. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * Writes `<name>.jsonl` and the entry `name`; both give way where they are there.
 * @returns the file's name in datasetDir
 * @throws DataError when a row holds what alpaca cannot hold: tools
 */
export function writeSamples(datasetDir: string, name: string, samples: readonly WrittenSample[]): string {
  const rows = samples.map(({ sample, extra }) => ({ values: { ...alpacaRow(sample), ...extra } }));
  const columns = Object.entries(COLUMNS).filter(([, column]) => rows.some(({ values }) => column in values));
  const file = `${name}.jsonl`;
  writeJsonLines(join(datasetDir, file), rows);
  writeEntry(datasetDir, name, { file_name: file, columns: Object.fromEntries(columns) });
  return file;
}

function alpacaRow({ conversation, origin }: Sample): Readonly<Record<string, unknown>> {
  try {
    return EXPORTS.alpaca(conversation, { number: 1, model: undefined });
  } catch (error) {
    if (!(error instanceof UnusableRow)) throw error;
    throw new DataError(
      {
        en: `${origin.file} row ${origin.row}: cannot be written, since ${error.message}; leave the row out`,
        zh: `${origin.file} 第 ${origin.row} 行：无法写出，因为${messageOf(error, 'zh')}；请去掉该行`,
      },
      error,
    );
  }
}
