/** Single values of a row, taken out as the type that a converter needs, or the row is unusable for a reason. */
import { pythonJson } from './python-json.ts';

/** A row as it stands in its file: column name to value. */
export type RowValues = Readonly<Record<string, unknown>>;

/** Why a row cannot become a sample; whoever converts rows catches it and counts the row as dropped. */
export class UnusableRow extends Error {}

/**
 * The text in a column; empty when the column is off, absent or null.
 * @throws UnusableRow when it holds something else
 */
export function textIn(values: RowValues, column: string | undefined): string {
  if (column === undefined) return '';
  const value = values[column] ?? '';
  if (typeof value !== 'string') {
    throw new UnusableRow(`"${column}" is ${describeValue(value)}, not text`);
  }
  return value;
}

/** Tools as JSON text; a list or object in the file is written as text. */
export function toolsIn(values: RowValues, column: string | undefined): string {
  const value = column === undefined ? undefined : values[column];
  return typeof value === 'object' && value !== null ? pythonJson(value) : textIn(values, column);
}

export function isObject(value: unknown): value is RowValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in words, short enough for a message. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `the text ${JSON.stringify(shortened(value))}`;
  return `the ${typeof value === 'number' ? 'number' : 'value'} ${value}`;
}

function shortened(text: string): string {
  return text.length > 30 ? `${text.slice(0, 29)}…` : text;
}
