/** Columns over steps of their own, on one axis. Linear in their length: a run may have a hundred thousand steps. */
import type { Series } from './series.ts';

export interface Column {
  /** Rising. */
  readonly step: readonly number[];
  /** One each. */
  readonly values: readonly (number | null)[];
}

export interface Joined {
  /** Every step that any column has, once. */
  readonly x: readonly number[];
  /** One array a column, as long as `x`; null where the column has no such step. Of a step taken twice the last counts. */
  readonly values: readonly (readonly (number | null)[])[];
}

export function evaluationOf({ evaluation }: Series): Column {
  return { step: evaluation.step, values: evaluation.loss };
}

export function joinColumns(columns: readonly Column[]): Joined {
  const x: number[] = [];
  const values = columns.map((): (number | null)[] => []);
  const places = columns.map(() => 0);
  for (;;) {
    let next = Number.POSITIVE_INFINITY;
    for (const [index, { step }] of columns.entries()) next = Math.min(next, step[places[index]!] ?? next);
    if (next === Number.POSITIVE_INFINITY) return { x, values };
    x.push(next);
    for (const [index, column] of columns.entries()) {
      let value: number | null = null;
      while (column.step[places[index]!] === next) value = column.values[places[index]!++] ?? null;
      values[index]!.push(value);
    }
  }
}
