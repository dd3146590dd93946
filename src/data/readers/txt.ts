/** txt: one text a line, in the column `text`, as LLaMA-Factory reads it; blank lines hold none. */
import type { FileRows, ReadOptions, Row } from '../rows.ts';
import { decodeFile } from './encodings.ts';

export function readTxt(path: string, { encoding }: ReadOptions): FileRows {
  const rows: Row[] = [];
  for (const [index, text] of decodeFile(path, encoding)
    .text.split(/\r\n|\n|\r/)
    .entries()) {
    if (text.trim() !== '') rows.push({ file: path, row: index + 1, values: { text } });
  }
  return { rows, findings: [] };
}
