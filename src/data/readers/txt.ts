/** txt: one text a line, in the column `text`, as LLaMA-Factory reads it; blank lines hold none. Or a table, by wish. */
import { type FileRows, inPieces, type ReadOptions, type Row } from '../rows.ts';
import { readCsv } from './csv.ts';
import { type Dialect, parseDelimited } from './delimited.ts';
import { openText } from './encodings.ts';

const LINES: Dialect = { delimiter: '', isQuoted: false };

export function* readTxt(path: string, options: ReadOptions): Generator<FileRows> {
  if (options.isTable) return yield* readCsv(path, options);
  const text = openText(path, options.encoding);
  yield { rows: [], findings: [], formats: [{ encoding: text.encoding, delimiter: '' }] };
  yield* inPieces(rowsOf(path, text.pieces()));
}

function* rowsOf(path: string, pieces: Iterable<string>): Generator<Row> {
  for (const { line, fields } of parseDelimited(pieces, LINES)) {
    const text = fields[0]!;
    if (text.trim() !== '') yield { file: path, row: line, values: { text } };
  }
}
