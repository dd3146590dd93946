/**
 * What a role is made of: a column, or a text with columns in braces (`判断类型:{title}`), or a text alone, the same in
 * every row. Braces that are meant as such are doubled.
 */
import { type Bilingual, DataError, nearestName } from '../../core/index.ts';
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
      const remedy = remedyFor(name, columns);
      throw new DataError({
        en: `data: ${role}: no column is called "${name}"; ${remedy.en}, or write {${part}} for braces`,
        zh: `数据：${role}：没有名为 "${name}" 的列；${remedy.zh}，若是花括号请写成 {${part}}`,
      });
    }
    used.add(name);
  }
  const near = used.size === 0 ? nearestName(text, columns) : undefined;
  if (near !== undefined) {
    throw new DataError({
      en: `data: ${role}: no column is called "${text}"; did you mean "${near}"?`,
      zh: `数据：${role}：没有名为 "${text}" 的列；是否想写 "${near}"？`,
    });
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

function remedyFor(name: string, columns: readonly string[]): Bilingual {
  const near = nearestName(name, columns);
  return near
    ? { en: `did you mean "${near}"?`, zh: `是否想写 "${near}"？` }
    : { en: `name one of ${columns.join(', ')}`, zh: `请写 ${columns.join('、')} 之一` };
}
