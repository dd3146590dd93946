/** txt: one text a line, in the column `text`, as LLaMA-Factory reads it; blank lines hold none. Or a table, by wish. */
import type { FileRows, ReadOptions, Row } from '../rows.ts';
import { readCsv } from './csv.ts';
import { decodeFile } from './encodings.ts';

export function readTxt(path: string, options: ReadOptions): FileRows {
  if (options.isTable) return readCsv(path, options);
  const decoded = decodeFile(path, options.encoding);
  const rows: Row[] = [];
  for (const [index, text] of decoded.text.split(/\r\n|\n|\r/).entries()) {
    if (text.trim() !== '') rows.push({ file: path, row: index + 1, values: { text } });
  }
  return { rows, findings: [], formats: [{ encoding: decoded.encoding, delimiter: '' }] };
}
