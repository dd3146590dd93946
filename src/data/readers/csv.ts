/** csv: fields apart by comma, tab, semicolon or bar, in any encoding that can be told. Values are texts. */
import type { FileRows, ReadOptions } from '../rows.ts';
import { type Dialect, parseDelimited, sniffDialect } from './delimited.ts';
import { openText } from './encodings.ts';
import { type TableRecord, tableRows } from './table.ts';

export function* readCsv(path: string, { encoding, hasHeader }: ReadOptions): Generator<FileRows> {
  const text = openText(path, encoding);
  const dialect = sniffDialect(text.start);
  yield { rows: [], findings: [], formats: [{ encoding: text.encoding, delimiter: dialect.delimiter }] };
  yield* tableRows(path, recordsOf(text.pieces(), dialect), { hasHeader });
}

function* recordsOf(pieces: Iterable<string>, dialect: Dialect): Generator<TableRecord> {
  for (const { line, fields } of parseDelimited(pieces, dialect)) yield { row: line, fields };
}
