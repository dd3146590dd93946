/** Which file is read how: one entry an extension. Libraries are loaded when the first file of theirs is read. */
import type { Reader } from '../rows.ts';
import { readApart } from './apart.ts';
import { readCsv } from './csv.ts';
import { readJson, readJsonLines } from './json.ts';
import { readTxt } from './txt.ts';

export const READERS: Readonly<Record<string, Reader>> = {
  '.json': readJson,
  '.jsonl': readJsonLines,
  '.csv': readCsv,
  '.tsv': readCsv,
  '.txt': readTxt,
  '.xlsx': readApart,
  '.parquet': readApart,
  '.arrow': readApart,
};
