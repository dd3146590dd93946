/**
 * A table of any length: only the rows in view are drawn, and they are fetched by windows as they come into view. Rows
 * are chosen with mouse or keyboard.
 */
import { Skeleton, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';
import { ErrorState } from './states.tsx';
import { useFormat } from './use-format.ts';

interface Column<Row> {
  readonly title: string;
  /** As grid-template-columns says it. */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface VirtualTableProps<Row> {
  readonly label: string;
  /** Tells one list of rows from another. */
  readonly queryKey: readonly unknown[];
  readonly fetchWindow: (
    offset: number,
    limit: number,
    signal: AbortSignal,
  ) => Promise<{ readonly total: number; readonly rows: readonly Row[] }>;
  readonly keyOf: (row: Row) => string | number;
  readonly columns: readonly Column<Row>[];
  readonly empty: string;
  readonly isChosen?: (row: Row) => boolean;
  readonly onChoose?: (row: Row) => void;
  readonly height?: number;
}

const WINDOW = 100;
const ROW_HEIGHT = 48;
const FOLLOWED = 2;

export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { label, queryKey, fetchWindow, columns, empty, isChosen, onChoose, height = 560 } = props;
  const text = useTexts(SHELL);
  const format = useFormat();
  const body = useRef<HTMLDivElement>(null);
  const key = JSON.stringify(queryKey);
  const [known, setKnown] = useState({ key, count: 0 });
  if (known.key !== key) setKnown({ key, count: 0 });
  const { count } = known;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => body.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const first = Math.floor((items[0]?.index ?? 0) / WINDOW);
  const last = Math.max(first, Math.floor((items.at(-1)?.index ?? 0) / WINDOW));
  const windows = Array.from(
    { length: Math.min(last - first + 1, FOLLOWED + 1) },
    (_, index) => first + index,
  );
  const asked = useQueries({
    queries: windows.map((index) => ({
      queryKey: [...queryKey, index],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchWindow(index * WINDOW, WINDOW, signal),
      staleTime: 60_000,
    })),
  });
  const total = asked.find(({ data }) => data !== undefined)?.data?.total;
  if (known.key === key && total !== undefined && total !== count) setKnown({ key, count: total });
  const error = asked.find((one) => one.error)?.error;
  const rowAt = (index: number): Row | undefined =>
    asked[Math.floor(index / WINDOW) - first]?.data?.rows[index % WINDOW];
  const template = columns.map(({ width }) => width).join(' ');
  const line = {
    display: 'grid',
    gridTemplateColumns: template,
    gap: 8,
    padding: '0 8px',
    alignItems: 'center',
  };
  if (error && total === undefined) return <ErrorState error={error} />;
  if (total === 0) return <Text c="dimmed">{empty}</Text>;
  return (
    <div className="panel" style={{ padding: 0 }}>
      <div role="table" aria-label={label} aria-rowcount={count + 1}>
        <div role="rowgroup">
          <div role="row" style={{ ...line, borderBottom: '1px solid var(--ts-line)', minHeight: 30 }}>
            {columns.map(({ title, isNumber }) => (
              <Text key={title} role="columnheader" size="xs" c="dimmed" ta={isNumber ? 'right' : 'left'}>
                {title}
              </Text>
            ))}
          </div>
        </div>
        <div
          ref={body}
          role="rowgroup"
          style={{ height: Math.min(height, Math.max(1, count) * ROW_HEIGHT), overflow: 'auto' }}
          tabIndex={0}
        >
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {items.map(({ index, start, size }) => {
              const row = rowAt(index);
              const chosen = row !== undefined && isChosen?.(row) === true;
              return (
                <div
                  key={index}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={onChoose ? chosen : undefined}
                  tabIndex={onChoose ? 0 : undefined}
                  onClick={() => row && onChoose?.(row)}
                  onKeyDown={(event) => onRowKey(event, () => row && onChoose?.(row))}
                  style={{
                    ...line,
                    position: 'absolute',
                    insetInline: 0,
                    top: 0,
                    height: size,
                    transform: `translateY(${start}px)`,
                    borderBottom: '1px solid var(--ts-line)',
                    cursor: onChoose ? 'pointer' : 'default',
                    fontVariantNumeric: 'tabular-nums',
                    background: chosen ? 'var(--mantine-primary-color-light)' : undefined,
                  }}
                >
                  {columns.map(({ title, isNumber, cell }) => (
                    <div
                      key={title}
                      role="cell"
                      style={{ textAlign: isNumber ? 'right' : 'left', minWidth: 0 }}
                    >
                      {row === undefined ? <Skeleton height={12} /> : cell(row)}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
      <Text size="xs" c="dimmed" px="xs" py={4} style={{ fontVariantNumeric: 'tabular-nums' }} role="status">
        {total === undefined ? text.loading : `${format.count(count)}`}
      </Text>
    </div>
  );
}

/** Enter and space choose, arrows move. */
function onRowKey(event: KeyboardEvent<HTMLElement>, choose: () => void): void {
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    choose();
  }
  const sibling =
    event.key === 'ArrowDown'
      ? 'nextElementSibling'
      : event.key === 'ArrowUp'
        ? 'previousElementSibling'
        : undefined;
  if (sibling === undefined) return;
  event.preventDefault();
  (event.currentTarget[sibling] as HTMLElement | null)?.focus();
}
