/** What every converter gives: a row in one form, whatever its file looked like. */
import type { Bilingual } from '../../core/index.ts';
import type { Message } from '../../text/index.ts';
import type { DatasetEntry } from '../dataset-info.ts';
import type { RowValues } from '../row-values.ts';

/** Empty texts mean none. */
export interface ConvertedRow {
  /** Turns up to the one to be answered. */
  readonly prompt: readonly Message[];
  /** One answer; two to choose between (ranking, KTO); or none, where only text is given. */
  readonly response: readonly Message[];
  readonly system: string;
  readonly tools: string;
  /** What of the row was left out, if anything. */
  readonly leftOut?: Bilingual;
}

/** @throws UnusableRow when the row does not hold what the entry says */
export type Converter = (values: RowValues, entry: DatasetEntry) => ConvertedRow;

/** KTO compares an answer, marked as wanted or unwanted, with an empty one: the wanted stands first. */
export function ktoResponse(answer: Message, wanted: boolean): Message[] {
  const empty: Message = { role: 'assistant', content: '' };
  return wanted ? [answer, empty] : [empty, answer];
}
