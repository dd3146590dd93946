/**
 * What a role is made of: a column, or a text with columns in braces (`判断类型:{title}`), or a text alone, the same in
 * every row. Braces that are meant as such are doubled.
 */
import { DataError, nearestName } from '../../core/index.ts';
import { pythonJson } from '../python-json.ts';
import type { RowValues } from '../row-values.ts';

export interface ColumnText {
  /** Set where it is one column as it stands. */
  readonly column?: string;
  /** All columns that it takes. */
  readonly columns: readonly string[];
  /** The text of one row. */
  textOf(values: RowValues): string;
}

const PART = /\{\{|\}\}|\{([^{}]*)\}/g;

/**
 * @param role for messages
 * @throws DataError for a column that is not there, with the nearest one
 */
export function parseColumnText(text: string, columns: readonly string[], role: string): ColumnText {
  if (columns.includes(text)) {
    return { column: text, columns: [text], textOf: (values) => cellText(values[text]) };
  }
  const used = new Set<string>();
  for (const [part, name] of text.matchAll(PART)) {
    if (name === undefined) continue;
    if (!columns.includes(name)) {
      throw new DataError(
        `data: ${role}: no column is called "${name}"; ${remedyFor(name, columns)}, or write {${part}} for braces`,
      );
    }
    used.add(name);
  }
  const near = used.size === 0 ? nearestName(text, columns) : undefined;
  if (near !== undefined) {
    throw new DataError(`data: ${role}: no column is called "${text}"; did you mean "${near}"?`);
  }
  return {
    columns: [...used],
    textOf: (values) =>
      text.replaceAll(PART, (part, name: string | undefined) =>
        name === undefined ? part[0]! : cellText(values[name]),
      ),
  };
}

/** A column's value as it stands in a text. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? pythonJson(value) : String(value);
}

function remedyFor(name: string, columns: readonly string[]): string {
  const near = nearestName(name, columns);
  return near ? `did you mean "${near}"?` : `name one of ${columns.join(', ')}`;
}
