/** A table of a few entries, in its frame: numbers right, wide ones scroll. Long lists of rows have VirtualTable. */
import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { ScrollX } from './scroll-x.tsx';

export interface EntryColumn<Entry> {
  readonly title: string;
  readonly isNumber?: boolean;
  /** Its title is only read aloud. */
  readonly isUntitled?: boolean;
  readonly cell: (entry: Entry) => ReactNode;
}

interface EntryTableProps<Entry> {
  readonly entries: readonly Entry[];
  readonly keyOf: (entry: Entry) => string;
  readonly columns: readonly EntryColumn<Entry>[];
  /** For entries that say more than others, such as an average below its classes. */
  readonly isStrong?: (entry: Entry) => boolean;
  /** The table stands in a frame already. */
  readonly isBare?: boolean;
}

export function EntryTable<Entry>({ entries, keyOf, columns, isStrong, isBare }: EntryTableProps<Entry>) {
  const table = (
    <table className="table">
      <thead>
        <tr>
          {columns.map(({ title, isNumber, isUntitled }) => (
            <th key={title} className={isNumber ? 'number' : undefined} scope="col">
              {isUntitled ? <VisuallyHidden>{title}</VisuallyHidden> : title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={keyOf(entry)} style={isStrong?.(entry) ? { fontWeight: 600 } : undefined}>
            {columns.map(({ title, isNumber, cell }) => (
              <td
                key={title}
                className={isNumber ? 'number' : undefined}
                style={isNumber ? undefined : { overflowWrap: 'anywhere', minWidth: 96 }}
              >
                {cell(entry)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
  return <ScrollX isPanel={!isBare}>{table}</ScrollX>;
}
