/** Rows chosen out of others, and rows of several places as one, without reading any. */
import type { EncodedRows } from '../encoded-rows.ts';

/** The rows at these positions that have tokens left, in this order; all when absent. */
export function trainableRows(rows: EncodedRows, positions?: Uint32Array): EncodedRows {
  const all = positions ?? Uint32Array.from({ length: rows.length }, (_, position) => position);
  return rowsAt(
    rows,
    all.filter((position) => rows.tokenCount(position) > 0),
  );
}

/** The rows at these positions, in this order, however often each is named. */
export function rowsAt(rows: EncodedRows, positions: Uint32Array): EncodedRows {
  return {
    length: positions.length,
    tokenCount: (position) => rows.tokenCount(positions[position]!),
    labelCount: (position) => rows.labelCount(positions[position]!),
    at: (position) => rows.at(positions[position]!),
  };
}

/** One after the other. */
export function joinRows(parts: readonly EncodedRows[]): EncodedRows {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const starts: number[] = [];
  let length = 0;
  for (const part of parts) {
    starts.push(length);
    length += part.length;
  }
  const find = (position: number) => {
    let part = parts.length - 1;
    while (starts[part]! > position) part--;
    return [parts[part]!, position - starts[part]!] as const;
  };
  return {
    length,
    tokenCount: (position) => {
      const [part, place] = find(position);
      return part.tokenCount(place);
    },
    labelCount: (position) => {
      const [part, place] = find(position);
      return part.labelCount(place);
    },
    at: (position) => {
      const [part, place] = find(position);
      return part.at(place);
    },
  };
}
