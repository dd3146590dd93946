/** sharegpt: a row is a list of messages, user and assistant in turn, after perhaps one system message. */
import type { DatasetEntry } from '../dataset-info.ts';
import { type RowValues, toolsIn } from '../row-values.ts';
import type { ConvertedRow } from './converter.ts';
import { messagesIn, splitSystem, splitTurns, turnOf } from './turns.ts';

export function convertSharegpt(values: RowValues, entry: DatasetEntry): ConvertedRow {
  const messages = messagesIn(values, entry).map((message) => turnOf(message, entry));
  const { system, turns } = splitSystem(messages, values, entry);
  return { ...splitTurns(turns, values, entry), system, tools: toolsIn(values, entry.columns.tools) };
}
