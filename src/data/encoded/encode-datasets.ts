/** Names of data sets become encoded rows on disk, brought together as mix_strategy says. */
import { join } from 'node:path';
import { type DatasetPlace, openDatasets } from '../dataset-info.ts';
import type { EncodedRows } from '../encoded-rows.ts';
import type { RowFinding } from '../samples.ts';
import { joinRows, rowsAt } from './choose-rows.ts';
import { type EncodeDatasetOptions, type EncodedDataset, encodeDataset } from './encode-dataset.ts';
import { type Mix, mixOrder } from './mix-order.ts';
import { textKey } from './store-key.ts';

export interface EncodeDatasetsOptions extends DatasetPlace, Omit<EncodeDatasetOptions, 'folder' | 'text'> {
  readonly text: Omit<EncodeDatasetOptions['text'], 'key'>;
  readonly cacheFolder: string;
  readonly mix: Mix;
}

export interface EncodedDatasets extends Disposable {
  /** All samples; those that cutoff_len leaves nothing of have no tokens. */
  readonly samples: EncodedRows;
  readonly findings: Iterable<RowFinding>;
  /** The data sets that had been encoded before, and their samples in all. */
  readonly kept: { readonly names: readonly string[]; readonly samples: number };
}

/** @throws DataError when a data set cannot be found, read or understood, or none of its rows can be trained */
export async function encodeDatasets(
  names: readonly string[],
  options: EncodeDatasetsOptions,
): Promise<EncodedDatasets> {
  const { cacheFolder, text } = options;
  const folder = join(cacheFolder, 'tokenized');
  const key = textKey(text.tokenizer, text.template);
  const opened: { readonly name: string; readonly set: EncodedDataset }[] = [];
  const close = () => {
    for (const { set } of opened) set[Symbol.dispose]();
  };
  try {
    for (const entry of await openDatasets(names, options)) {
      const set = await encodeDataset(entry, { ...options, folder, text: { ...text, key } });
      opened.push({ name: entry.name, set });
    }
  } catch (error) {
    close();
    throw error;
  }
  const sets = opened.map(({ set }) => set.samples);
  const joined = joinRows(sets);
  const order = mixOrder(
    sets.map(({ length }) => length),
    options.mix,
  );
  const kept = opened.filter(({ set }) => set.isKept);
  return {
    samples: order ? rowsAt(joined, order) : joined,
    findings: {
      *[Symbol.iterator]() {
        for (const { set } of opened) yield* set.findings;
      },
    },
    kept: {
      names: kept.map(({ name }) => name),
      samples: kept.reduce((sum, { set }) => sum + set.samples.length, 0),
    },
    [Symbol.dispose]: close,
  };
}
