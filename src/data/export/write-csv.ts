/** Rows as a file of comma-separated text, as spreadsheets read it. Knows no columns. */
import { writePieces } from '../write-rows.ts';

/** The columns are all keys of the rows, in the order in which they first occur. */
export function writeCsv(path: string, rows: readonly Readonly<Record<string, unknown>>[]): void {
  writePieces(path, csvPieces(rows));
}

/** With a byte order mark, without which Excel reads Chinese as something else. */
function* csvPieces(rows: readonly Readonly<Record<string, unknown>>[]): Generator<string> {
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const line = (fields: readonly unknown[]) => `${fields.map(csvField).join(',')}\n`;
  yield `\ufeff${line(columns)}`;
  for (const row of rows) yield line(columns.map((column) => row[column] ?? ''));
}

function csvField(value: unknown): string {
  const text = String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
