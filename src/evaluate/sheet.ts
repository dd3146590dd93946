/** Tables as a spreadsheet: numbers stay numbers, and no text becomes a formula. Knows no evaluation. */
import type { Cell, SheetData } from 'write-excel-file/node';

export type SheetValue = string | number | undefined;

/** A header, and rows below it. */
export type SheetRows = readonly [header: readonly string[], rows: readonly (readonly SheetValue[])[]];

export interface Sheet {
  readonly data: SheetData;
  readonly sheet: string;
  readonly columns: { width: number }[];
  readonly stickyRowsCount: number;
}

/** What a cell of a spreadsheet holds. */
const MOST_CHARACTERS = 32_767;

/** The bytes of an xlsx file. */
export async function workbookOf(sheets: readonly Sheet[]): Promise<Uint8Array> {
  const { default: writeExcelFile } = await import('write-excel-file/node');
  return writeExcelFile([...sheets]).toBuffer();
}

export function sheetOf(name: string, [header, rows]: SheetRows): Sheet {
  const title = (value: string): Cell => ({ value: cellText(value), fontWeight: 'bold' });
  return {
    data: [header.map(title), ...rows.map((row) => row.map(cellOf))],
    sheet: name,
    columns: header.map((value) => ({ width: widthOf(value, rows.length) })),
    stickyRowsCount: 1,
  };
}

/** Texts are texts: one that begins as a formula does is none. */
function cellOf(value: SheetValue): Cell {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return null;
  return typeof value === 'number' ? { value, type: Number } : { value: cellText(value), type: String };
}

/** What XML cannot hold is shown as such. */
function cellText(value: string): string {
  return value
    .replaceAll(/[^\P{Cc}\n\t\r]|[\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .slice(0, MOST_CHARACTERS);
}

function widthOf(title: string, rows: number): number {
  return rows === 0 ? 12 : Math.min(40, Math.max(12, title.length + 4));
}
