/** Tables of a report: cells that know whether they are numbers, the best of a column, or no more than chance. */
import type { Figure } from '../../evaluate/index.ts';
import { interval, score } from './figures-in-words.ts';
import { html, type Markup } from './markup.ts';

export interface Cell {
  readonly value: Markup | string | number | undefined;
  /** `number` aligns right; further words are classes of the style sheet. */
  readonly kind?: string;
}

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** A header with these titles; those of numbers align right. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Markup {
  const head = columns.map(({ title, isNumber }) =>
    isNumber ? html`<th class="number" scope="col">${title}</th>` : html`<th scope="col">${title}</th>`,
  );
  const body = rows.map((row) => html`<tr>${row.map(cellOf)}</tr>\n`);
  return html`<div class="scroll"><table><thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table></div>`;
}

function cellOf({ value, kind }: Cell): Markup {
  return kind === undefined ? html`<td>${value}</td>` : html`<td class="${kind}">${value}</td>`;
}

/** A number cell, further classes behind. */
export function number(
  value: Markup | string | number | undefined,
  ...kinds: readonly (string | false)[]
): Cell {
  return { value, kind: ['number', ...kinds.filter((kind) => kind !== false)].join(' ') };
}

/** A figure with its interval below. */
export function figureCell(figure: Figure, isBest = false): Cell {
  return number(html`${score(figure.value)}<span class="range">${interval(figure)}</span>`, isBest && 'best');
}

export function text(title: string): Column {
  return { title };
}

export function numeric(title: string): Column {
  return { title, isNumber: true };
}
