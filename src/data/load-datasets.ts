/** Names of data sets become samples: entry, rows, conversion, one after the other (mix_strategy concat). */
import { type DatasetPlace, openDatasets } from './dataset-info.ts';
import { readDataset } from './read-dataset.ts';
import type { RowFinding, Sample } from './samples.ts';
import { toSamples } from './to-samples.ts';

interface LoadDatasetsOptions extends DatasetPlace {
  /** The first so many rows of each data set. */
  readonly maxSamples?: number | undefined;
  /** Draws the rows of num_samples. */
  readonly seed: number;
}

interface LoadedDatasets {
  readonly samples: Sample[];
  readonly findings: RowFinding[];
}

/**
 * The samples of the named data sets for supervised training, in the order of the names.
 * @throws DataError when a data set cannot be found, read or understood, or none of its rows can be used
 */
export async function loadDatasets(
  names: readonly string[],
  { maxSamples, seed, ...place }: LoadDatasetsOptions,
): Promise<LoadedDatasets> {
  const samples: Sample[] = [];
  const findings: RowFinding[] = [];
  for (const entry of await openDatasets(names, place)) {
    const loaded = toSamples(entry, await readDataset(entry, seed), maxSamples);
    for (const sample of loaded.samples) samples.push(sample);
    for (const finding of loaded.findings) findings.push(finding);
  }
  return { samples, findings };
}
