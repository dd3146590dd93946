/** The judged rows of an evaluation: a window of those that are wanted, and the label of one. */
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { correctionOf } from './corrections.ts';
import type { Correction, EVALUATIONS, JudgedRow } from './wire/index.ts';

export interface WantedRows extends Omit<z.output<typeof EVALUATIONS.rows.query>, 'model'> {
  readonly path: string;
  /** What the file may call the model. */
  readonly names: readonly string[];
  readonly corrections: readonly Correction[];
}

/** Who scrolls asks for one window after the other of the same file. */
let last: { readonly key: string; readonly rows: readonly JudgedRow[] } | undefined;

export const judgedMethods = {
  async judgedRows({
    path,
    names,
    corrections,
    ...wanted
  }: WantedRows): Promise<{ total: number; rows: JudgedRow[] }> {
    const { offset, limit, judgedBy, truth, prediction, only } = wanted;
    const search = wanted.search.toLowerCase();
    const found = (await rowsIn(path)).filter(
      (row) =>
        names.includes(row.model) &&
        row.judgedBy === judgedBy &&
        (truth === undefined || row.truth === truth) &&
        (prediction === undefined || (row.prediction ?? '') === prediction) &&
        (only !== 'wrong' || row.prediction !== row.truth) &&
        (only !== 'corrected' || correctionOf(corrections, row) !== undefined) &&
        (search === '' || row.input.toLowerCase().includes(search)),
    );
    const rows = found.slice(offset, offset + limit).map((row) => {
      const correction = correctionOf(corrections, row);
      return correction ? { ...row, corrected: correction.corrected } : row;
    });
    return { total: found.length, rows };
  },

  /** As the data set has it; undefined for a row that was not judged. */
  async judgedLabel({ path, file, row }: { path: string } & Pick<Correction, 'file' | 'row'>) {
    return (await rowsIn(path)).find((one) => one.file === file && one.row === row)?.truth;
  },
};

async function rowsIn(path: string): Promise<readonly JudgedRow[]> {
  const { size, mtimeMs } = statSync(path);
  const key = JSON.stringify([path, size, mtimeMs]);
  if (last?.key !== key) {
    const rows: JudgedRow[] = [];
    for await (const line of createInterface({ input: createReadStream(path) })) {
      rows.push(JSON.parse(line) as JudgedRow);
    }
    last = { key, rows };
  }
  return last.rows;
}
