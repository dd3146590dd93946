/**
 * xlsx: the rows of one sheet, each cell as the text that a person sees there. The archive and the addresses of its
 * cells are checked before they are read, since a small file may hold, or name, more than any memory.
 */
import { readFileSync, statSync } from 'node:fs';
import readXlsxFile, { readSheet, SheetNotFoundError } from 'read-excel-file/universal';
import { DataError, formatBytes, nearestName } from '../../core/index.ts';
import type { FileRows, ReadOptions } from '../rows.ts';
import { dateText } from './plain-values.ts';
import { type TableRecord, tableRows } from './table.ts';
import { readZipEntries } from './zip-sizes.ts';

/** Numbers have become text by then. */
type Cell = string | boolean | Date | null;

/** Beside what it inflates to, a million rows of two texts take 100 MB; whoever has more has a csv. */
const LARGEST_FILE_BYTES = 256 * 2 ** 20;
/** Excel's own limits. */
const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 16_384;
/** Rows times columns, empty ones included, which are filled in on reading. */
const MOST_CELLS = 20_000_000;

const SHEET = /^xl\/worksheets\/.*\.xml$/i;
/** The attribute that places a row or a cell. */
const ADDRESS = /[\s"']r\s*=\s*["']([^"']*)["']/g;
const PLACE = /^([A-Z]{0,3})(\d{1,7})$/;

export async function* readXlsx(path: string, { sheet, hasHeader }: ReadOptions): AsyncGenerator<FileRows> {
  const { size } = statSync(path);
  if (size > LARGEST_FILE_BYTES) {
    throw new DataError({
      en: `${path}: ${formatBytes(size)} is more than ${formatBytes(LARGEST_FILE_BYTES)}; save the sheet as csv`,
      zh: `${path}：${formatBytes(size)} 超过 ${formatBytes(LARGEST_FILE_BYTES)}；请把工作表另存为 csv`,
    });
  }
  const bytes = readFileSync(path);
  for (const { name, inflate } of readZipEntries(bytes, path)) {
    const content = inflate();
    if (SHEET.test(name)) checkAddresses(content.toString('latin1'), `${path}: ${name}`);
  }
  const archive = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const cells = await readCells(archive, sheet, path);
  yield* tableRows(path, recordsOf(cells), { hasHeader });
}

async function readCells(archive: ArrayBuffer, sheet: string | undefined, path: string): Promise<Cell[][]> {
  const options = { parseNumber: numberText, trim: false };
  try {
    return (await readSheet(archive, sheet ?? 1, options)) as Cell[][];
  } catch (error) {
    if (!(error instanceof SheetNotFoundError) || sheet === undefined) throw error;
    const names = (await readXlsxFile(archive, options)).map(({ sheet }) => sheet);
    const near = nearestName(sheet, names);
    throw new DataError(
      {
        en: `${path}: no sheet is called "${sheet}"; ${near ? `did you mean "${near}"?` : `the sheets are ${names.join(', ')}`}`,
        zh: `${path}：没有名为 "${sheet}" 的工作表；${near ? `是否想写 "${near}"？` : `现有 ${names.join('、')}`}`,
      },
      error,
    );
  }
}

function* recordsOf(rows: readonly Cell[][]): Generator<TableRecord> {
  for (const [index, cells] of rows.entries()) {
    yield { row: index + 1, fields: cells.map(textOf) };
  }
}

/** @throws DataError for a row or cell beyond a sheet's end, or a sheet of more cells than are read */
function checkAddresses(xml: string, where: string): void {
  let rows = 0;
  let columns = 0;
  for (const [, address = ''] of xml.matchAll(ADDRESS)) {
    const [, letters = '', digits] = PLACE.exec(address) ?? [];
    const row = Number(digits);
    const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
    if (!(row >= 1 && row <= MOST_ROWS && column <= MOST_COLUMNS)) {
      throw new DataError({
        en: `${where}: no cell is at "${address.slice(0, 20)}"; open the file in a spreadsheet program and save it again`,
        zh: `${where}：没有 "${address.slice(0, 20)}" 这个单元格；请用表格软件打开并重新保存`,
      });
    }
    rows = Math.max(rows, row);
    columns = Math.max(columns, column);
  }
  if (rows * columns > MOST_CELLS) {
    throw new DataError({
      en: `${where}: ${rows} rows of ${columns} columns are more than ${MOST_CELLS} cells; delete what lies outside the table, or save it as csv`,
      zh: `${where}：${rows} 行 ${columns} 列超过 ${MOST_CELLS} 个单元格；请删去表格之外的内容，或另存为 csv`,
    });
  }
}

function textOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  return typeof cell === 'string' ? cell : dateText(cell);
}

/** At most 15 digits, as Excel shows them: its 0.30000000000000004 is 0.3. Whole numbers keep all of theirs. */
function numberText(written: string): string {
  const number = Number(written);
  if (/^-?\d+$/.test(written) || !Number.isFinite(number)) return written;
  return String(Number(number.toPrecision(15)));
}
