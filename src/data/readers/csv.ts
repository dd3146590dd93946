/** csv: fields apart by comma, tab, semicolon or bar, in any encoding that can be told. Values are texts. */
import type { FileRows, ReadOptions } from '../rows.ts';
import { type Dialect, parseDelimited, sniffDialect } from './delimited.ts';
import { decodeFile } from './encodings.ts';
import { type TableRecord, tableRows } from './table.ts';

export function readCsv(path: string, { encoding, hasHeader }: ReadOptions): FileRows {
  const decoded = decodeFile(path, encoding);
  const dialect = sniffDialect(decoded.text);
  return {
    ...tableRows(path, recordsOf(decoded.text, dialect), { hasHeader }),
    formats: [{ encoding: decoded.encoding, delimiter: dialect.delimiter }],
  };
}

function* recordsOf(text: string, dialect: Dialect): Generator<TableRecord> {
  for (const { line, fields } of parseDelimited(text, dialect)) yield { row: line, fields };
}
