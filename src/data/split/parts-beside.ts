/** Finds by their names what a split made beside a part; reads no rows. */
import { entryNames } from '../info-file.ts';

/** The validation and test parts beside a training part, as far as they are there; none for any other name. */
export function partsBeside(name: string, datasetDir: string): string[] {
  const stem = /^(.*)_train$/.exec(name)?.[1];
  if (stem === undefined) return [];
  const known = entryNames(datasetDir);
  return [`${stem}_val`, `${stem}_test`].filter((part) => known.includes(part));
}
