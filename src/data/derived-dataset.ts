/** A data set made of another one's rows: a file of its own, and an entry that reads it as the other's is read. */
import { join } from 'node:path';
import { readRawEntry } from './dataset-info.ts';
import { writeEntry } from './info-file.ts';
import { isObject, type RowValues } from './row-values.ts';
import { writeJsonLines } from './write-rows.ts';

/**
 * Writes `<derived>.jsonl` and the entry `derived`; both give way where they are there.
 * @returns the file's name in datasetDir
 */
export function writeDerived(
  name: string,
  derived: string,
  { datasetDir, rows }: { datasetDir: string; rows: readonly { readonly values: RowValues }[] },
): string {
  // The rows lie in a file of their own: what chose them from the old files is done with.
  const { file_name, split, folder, subset, num_samples, columns, ...rest } = withoutHub(
    readRawEntry(datasetDir, name),
  );
  const file = `${derived}.jsonl`;
  writeJsonLines(join(datasetDir, file), rows);
  writeEntry(datasetDir, derived, { file_name: file, ...rest, ...presentColumns(columns, rows) });
  return file;
}

function withoutHub(entry: RowValues): RowValues {
  const { hf_hub_url, ms_hub_url, om_hub_url, script_url, cloud_file_name, revision, ...rest } = entry;
  return rest;
}

/** Without what no row has: a column that a data set names has to be in one of its rows. */
function presentColumns(columns: unknown, rows: readonly { readonly values: RowValues }[]): object {
  if (!isObject(columns)) return {};
  const present = Object.entries(columns).filter(
    ([, column]) => typeof column === 'string' && rows.some(({ values }) => Object.hasOwn(values, column)),
  );
  return { columns: Object.fromEntries(present) };
}
