/** The rows of a data set one after the other, those that can be used with a number; nothing of them is held. */
import type { DatasetEntry } from '../dataset-info.ts';
import { streamDataset } from '../read-dataset.ts';
import type { RowValues } from '../row-values.ts';
import type { RowFinding, RowOrigin, Sample } from '../samples.ts';
import { SampleConverter } from '../to-samples.ts';

export type ReadRow =
  | { readonly kind: 'usable'; readonly place: number; readonly sample: Sample; readonly values: RowValues }
  | { readonly kind: 'unusable'; readonly finding: RowFinding; readonly values?: RowValues };

/**
 * Each row once, also where num_samples repeats it.
 * @throws DataError when the data set cannot be read, or none of its rows can be used
 */
export async function* eachRow(entry: DatasetEntry, seed: number): AsyncGenerator<ReadRow> {
  const converter = new SampleConverter(entry);
  const { pieces } = await streamDataset(entry, { seed });
  let place = 0;
  for await (const piece of pieces()) {
    const { samples, findings } = converter.convert(piece);
    for (const finding of piece.findings) yield { kind: 'unusable', finding };
    const dropped = findings.slice(piece.findings.length).filter(({ kind }) => kind === 'dropped');
    let nextDropped = 0;
    for (const [index, { values }] of piece.rows.entries()) {
      const sample = samples[index];
      if (sample) yield { kind: 'usable', place: place++, sample, values };
      else yield { kind: 'unusable', finding: dropped[nextDropped++]!, values };
    }
  }
  converter.finish();
}

const FIRST_ROOM = 1024;

/** Where millions of rows stand, in twelve bytes each. */
export class Origins {
  readonly #files: string[] = [];
  #fileOf = new Int32Array(FIRST_ROOM);
  #rowOf = new Float64Array(FIRST_ROOM);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  push({ file, row }: RowOrigin): void {
    if (this.#count === this.#rowOf.length) this.#grow();
    if (this.#files.at(-1) !== file && !this.#files.includes(file)) this.#files.push(file);
    this.#fileOf[this.#count] = this.#files.indexOf(file);
    this.#rowOf[this.#count++] = row;
  }

  at(place: number): RowOrigin {
    return { file: this.#files[this.#fileOf[place]!]!, row: this.#rowOf[place]! };
  }

  #grow(): void {
    const length = this.#count * 2;
    const [files, rows] = [this.#fileOf, this.#rowOf];
    this.#fileOf = new Int32Array(length);
    this.#fileOf.set(files);
    this.#rowOf = new Float64Array(length);
    this.#rowOf.set(rows);
  }
}
