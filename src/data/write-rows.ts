/** Rows written one a line, and which of them are worth it. */
import { AtomicFile } from '../core/index.ts';
import type { RowValues } from './row-values.ts';
import type { Row } from './rows.ts';
import type { RowFinding, RowOrigin } from './samples.ts';

/** In characters. */
const WRITTEN_AT_ONCE = 1 << 20;

/** All but the ones that a finding says are dropped. */
export function usableRows(rows: readonly Row[], findings: readonly RowFinding[]): Row[] {
  const placeOf = ({ file, row }: RowOrigin) => `${row}\0${file}`;
  const dropped = new Set(findings.filter(({ kind }) => kind === 'dropped').map(placeOf));
  return dropped.size === 0 ? [...rows] : rows.filter((row) => !dropped.has(placeOf(row)));
}

/** The values of rows as jsonl; bytes, which are media, are left out. */
export function writeJsonLines(path: string, rows: Iterable<{ readonly values: RowValues }>): void {
  writePieces(path, linesOf(rows));
}

/** A file of many small texts, whole or not at all. */
export function writePieces(path: string, pieces: Iterable<string>): void {
  const file = new AtomicFile(path);
  try {
    let waiting = '';
    for (const piece of pieces) {
      waiting += piece;
      if (waiting.length < WRITTEN_AT_ONCE) continue;
      file.write(Buffer.from(waiting));
      waiting = '';
    }
    file.write(Buffer.from(waiting));
  } catch (error) {
    file.discard();
    throw error;
  }
  file.commit();
}

function* linesOf(rows: Iterable<{ readonly values: RowValues }>): Generator<string> {
  for (const { values } of rows) {
    yield `${JSON.stringify(values, (_, value: unknown) => (value instanceof Uint8Array ? undefined : value))}\n`;
  }
}
