/** Single values of a row, taken out as the type that a converter needs, or the row is unusable for a reason. */
import { type Bilingual, DataError } from '../core/index.ts';
import { pythonJson } from './python-json.ts';

/** A row as it stands in its file: column name to value. */
export type RowValues = Readonly<Record<string, unknown>>;

/** Why a row cannot become a sample; whoever converts rows catches it and counts the row as dropped. */
export class UnusableRow extends DataError {
  constructor(message: Bilingual) {
    super(message);
  }
}

/**
 * The text in a column; empty when the column is off, absent or null.
 * @throws UnusableRow when it holds something else
 */
export function textIn(values: RowValues, column: string | undefined): string {
  if (column === undefined) return '';
  const value = values[column] ?? '';
  if (typeof value !== 'string') {
    const { en, zh } = describeValue(value);
    throw new UnusableRow({ en: `"${column}" is ${en}, not text`, zh: `"${column}" 是${zh}，不是文本` });
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
export function describeValue(value: unknown): Bilingual {
  if (value === null || value === undefined) return { en: 'missing', zh: '空值' };
  if (Array.isArray(value)) return { en: `a list of ${value.length}`, zh: `含 ${value.length} 项的列表` };
  if (typeof value === 'object') return { en: 'an object', zh: '对象' };
  if (typeof value === 'string') {
    const text = JSON.stringify(shortened(value));
    return { en: `the text ${text}`, zh: `文本 ${text}` };
  }
  const isNumber = typeof value === 'number';
  return { en: `the ${isNumber ? 'number' : 'value'} ${value}`, zh: `${isNumber ? '数字' : '值'} ${value}` };
}

function shortened(text: string): string {
  return text.length > 30 ? `${text.slice(0, 29)}…` : text;
}
