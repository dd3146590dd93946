/** Rows of any formatting become one form; a new formatting is a file here and a line below. */
import type { DatasetEntry } from '../dataset-info.ts';
import type { RowValues } from '../row-values.ts';
import { convertAlpaca } from './alpaca.ts';
import type { ConvertedRow, Converter } from './converter.ts';
import { BETWEEN_OBSERVATIONS, convertOpenai } from './openai.ts';
import { convertSharegpt } from './sharegpt.ts';

export type { ConvertedRow } from './converter.ts';
export { BETWEEN_OBSERVATIONS };

const CONVERTERS: Readonly<Record<DatasetEntry['formatting'], Converter>> = {
  alpaca: convertAlpaca,
  sharegpt: convertSharegpt,
  openai: convertOpenai,
};

/**
 * Converts one row as its data set's entry says.
 * @throws UnusableRow with the reason
 */
export function convertRow(values: RowValues, entry: DatasetEntry): ConvertedRow {
  return CONVERTERS[entry.formatting](values, entry);
}
