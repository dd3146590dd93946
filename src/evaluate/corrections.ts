/**
 * Labels of the data set that somebody marked as wrong, kept in a file of their own: the data set stays as it is, and
 * the figures can be told with the corrections. A table with the columns file, row, label and corrected; an empty
 * `corrected` says that nobody knows the right label, and such a row does not count.
 */
import { basename } from 'node:path';
import { DataError } from '../core/index.ts';
import { readRows } from '../data/index.ts';
import type { JudgedRow } from './evaluation.ts';

export interface Correction {
  readonly file: string;
  /** 1-based. */
  readonly row: number;
  /** As the data set has it. */
  readonly label: string;
  /** Absent where the row does not count. */
  readonly corrected?: string;
}

/** @throws DataError that names the first line that cannot be used */
export async function readCorrections(path: string, labels: readonly string[]): Promise<Correction[]> {
  const { rows } = await readRows(path);
  return rows.map(({ row: line, values }) => {
    const text = (name: string) => String(values[name] ?? '').trim();
    const row = Number(text('row'));
    const corrected = text('corrected');
    if (!Number.isInteger(row) || row < 1 || text('label') === '') {
      throw new DataError({
        en: `${path} row ${line}: says no row and label; give the columns file, row, label and corrected`,
        zh: `${path} 第 ${line} 行：没有写明行号与标签；请给出 file、row、label、corrected 列`,
      });
    }
    if (corrected !== '' && !labels.includes(corrected)) {
      throw new DataError({
        en: `${path} row ${line}: ${JSON.stringify(corrected)} is none of the labels (${labels.join(', ')}); give one of them, or nothing`,
        zh: `${path} 第 ${line} 行：${JSON.stringify(corrected)} 不是任何标签（${labels.join('、')}）；请给出其中之一，或留空`,
      });
    }
    return { file: text('file'), row, label: text('label'), ...(corrected !== '' && { corrected }) };
  });
}

/**
 * Judged rows with their labels put right.
 * @throws DataError where a correction is about another version of the data set
 */
export function correctRows(rows: readonly JudgedRow[], corrections: readonly Correction[]): JudgedRow[] {
  const byRow = new Map<number, Correction[]>();
  for (const one of corrections) byRow.set(one.row, [...(byRow.get(one.row) ?? []), one]);
  return rows.flatMap((row): JudgedRow[] => {
    const found = byRow.get(row.row)?.find(({ file }) => isSameFile(file, row.file));
    if (!found) return [row];
    if (found.label !== row.truth) {
      throw new DataError({
        en: `${row.file} row ${row.row}: is "${row.truth}" and was "${found.label}" when it was corrected; look at it again`,
        zh: `${row.file} 第 ${row.row} 行：现为 "${row.truth}"，更正时为 "${found.label}"；请重新查看`,
      });
    }
    return found.corrected === undefined ? [] : [{ ...row, truth: found.corrected }];
  });
}

function isSameFile(wanted: string, file: string): boolean {
  return wanted === '' || wanted === file || basename(wanted) === basename(file);
}
