/** Rows written one a line, and which of them are worth it. */
import { AtomicFile } from '../core/index.ts';
import type { RowValues } from './row-values.ts';
import type { Row } from './rows.ts';
import type { RowFinding, RowOrigin } from './samples.ts';

/** Lines of about a megabyte are written at once. */
const PIECE_CHARACTERS = 1 << 20;

/** All but the ones that a finding says are dropped. */
export function usableRows(rows: readonly Row[], findings: readonly RowFinding[]): Row[] {
  const placeOf = ({ file, row }: RowOrigin) => `${row}\0${file}`;
  const dropped = new Set(findings.filter(({ kind }) => kind === 'dropped').map(placeOf));
  return dropped.size === 0 ? [...rows] : rows.filter((row) => !dropped.has(placeOf(row)));
}

/** The values of rows as jsonl, whole or not at all; bytes, which are media, are left out. */
export function writeJsonLines(path: string, rows: Iterable<{ readonly values: RowValues }>): void {
  const file = new AtomicFile(path);
  try {
    let piece = '';
    for (const { values } of rows) {
      piece += `${JSON.stringify(values, (_, value: unknown) => (value instanceof Uint8Array ? undefined : value))}\n`;
      if (piece.length < PIECE_CHARACTERS) continue;
      file.write(Buffer.from(piece));
      piece = '';
    }
    file.write(Buffer.from(piece));
  } catch (error) {
    file.discard();
    throw error;
  }
  file.commit();
}
