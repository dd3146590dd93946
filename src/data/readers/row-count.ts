/** How many rows a file of columns may claim to hold: a number in a broken one may be anything. */
import { DataError, formatBytes } from '../../core/index.ts';

/** A row that takes less than a bit is the same as all others: nothing is learnt from so many of it. */
const MOST_ROWS_PER_BYTE = 8;

export function checkRowCount(rows: number, sizeBytes: number, path: string): void {
  if (rows <= sizeBytes * MOST_ROWS_PER_BYTE) return;
  throw new DataError({
    en: `${path}: claims ${rows} rows in ${formatBytes(sizeBytes)}, which is less than a bit for each; fetch the file again`,
    zh: `${path}：声明在 ${formatBytes(sizeBytes)} 中有 ${rows} 行，每行不足一比特；请重新下载该文件`,
  });
}
