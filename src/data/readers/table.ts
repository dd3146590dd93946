/** Records under a header become rows: what csv and xlsx have in common. Names columns as pandas does. */
import { DataError, reasonIn, reasonOf } from '../../core/index.ts';
import { type FileRows, inPieces, type Row } from '../rows.ts';
import type { RowFinding } from '../samples.ts';

export interface TableRecord {
  /** 1-based: the line, or the row of a sheet. */
  readonly row: number;
  readonly fields: readonly string[];
}

/** As in Excel: whoever has more has lost the line breaks. */
const MOST_COLUMNS = 16_384;

/**
 * @param records in their order, of which blank ones count for nothing; the first names the columns unless `hasHeader` is false
 * @yields rows, and at the end records that are wider or narrower than the header as findings
 * @throws DataError when most records do not fit the header
 */
export function* tableRows(
  path: string,
  records: Iterable<TableRecord>,
  { hasHeader = true }: { hasHeader?: boolean | undefined },
): Generator<FileRows> {
  const findings: RowFinding[] = [];
  let count = 0;
  for (const piece of inPieces(fittingRows(path, records, { hasHeader, findings }))) {
    count += piece.rows.length;
    yield piece;
  }
  const [first] = findings;
  if (first && findings.length > count) {
    throw new DataError({
      en:
        `${path}: ${findings.length} of ${findings.length + count} rows do not fit the header; ` +
        `the first, row ${first.row}, ${first.reason}; if it holds a text a line, name it .txt`,
      zh: `${path}：${findings.length + count} 行中有 ${findings.length} 行与表头不符；首个是第 ${first.row} 行：${reasonIn(first, 'zh')}；若每行是一段文本，请改名为 .txt`,
    });
  }
  yield { rows: [], findings };
}

function* fittingRows(
  path: string,
  records: Iterable<TableRecord>,
  { hasHeader, findings }: { readonly hasHeader: boolean; readonly findings: RowFinding[] },
): Generator<Row> {
  let columns: string[] | undefined;
  for (const { row, fields } of records) {
    if (fields.every((field) => field === '')) continue;
    if (!columns) {
      if (fields.length > MOST_COLUMNS) {
        throw new DataError({
          en: `${path} row ${row}: has ${fields.length} columns, and ${MOST_COLUMNS} are the most; check how fields are set apart`,
          zh: `${path} 第 ${row} 行：有 ${fields.length} 列，上限为 ${MOST_COLUMNS}；请检查分隔符`,
        });
      }
      columns = hasHeader ? columnNames(fields) : fields.map((_, index) => `column_${index + 1}`);
      if (hasHeader) continue;
    }
    const extra = fields.slice(columns.length).some((field) => field !== '');
    if (fields.length < columns.length || extra) {
      const remedy = extra
        ? { en: 'quote the field that holds the delimiter', zh: '含分隔符的字段请加引号' }
        : { en: 'add what is missing', zh: '请补全缺少的字段' };
      const due = hasHeader ? { en: 'the header', zh: '表头' } : { en: 'the first row', zh: '首行' };
      const reason = reasonOf({
        en: `has ${counted(fields.length)} where ${due.en} has ${columns.length}; ${remedy.en}`,
        zh: `有 ${fields.length} 个字段，而${due.zh}有 ${columns.length} 个；${remedy.zh}`,
      });
      findings.push({ file: path, row, kind: 'dropped', ...reason });
      continue;
    }
    yield { file: path, row, values: Object.fromEntries(columns.map((name, i) => [name, fields[i]!])) };
  }
}

/** Names for all columns: an empty one becomes `Unnamed: 0` by its place, a repeated one gets `.1`, `.2` … */
function columnNames(header: readonly string[]): string[] {
  const uses = new Map<string, number>();
  const names = new Set<string>();
  for (const [index, field] of header.entries()) {
    const name = field.trim() || `Unnamed: ${index}`;
    let count = uses.get(name) ?? 0;
    while (names.has(count === 0 ? name : `${name}.${count}`)) count++;
    names.add(count === 0 ? name : `${name}.${count}`);
    uses.set(name, count + 1);
  }
  return [...names];
}

function counted(fields: number): string {
  return `${fields} field${fields === 1 ? '' : 's'}`;
}
