/** The rows behind the figures: those that candidates answer differently, and those that the candidate gets wrong. */

import { count } from './figures-in-words.ts';
import type { Markup } from './markup.ts';
import { html } from './markup.ts';
import type { ReportData } from './report-data.ts';
import { type Cell, number, numeric, table, text } from './table.ts';
import { WORDS, type Words } from './words.ts';

const MOST_ROWS = 20;
/** Longer texts are for the spreadsheet. */
const MOST_CHARACTERS = 280;

export function rowsSection(data: ReportData): Markup {
  const words = WORDS[data.language];
  return html`${disputedRows(data, words)}${wrongRows(data, words)}`;
}

function disputedRows({ comparison: { disputed, models } }: ReportData, words: Words): Markup {
  if (models.length < 2) return html``;
  const lines = disputed.slice(0, MOST_ROWS).map(({ row, input, truth, predictions }): Cell[] => [
    number(row),
    { value: shortened(input), kind: 'text' },
    { value: truth },
    ...predictions.map(
      (prediction): Cell => ({
        value: prediction ?? words.other,
        ...(prediction !== truth && { kind: 'wrong' }),
      }),
    ),
  ]);
  const columns = [
    numeric(words.row),
    text(words.input),
    text(words.truth),
    ...models.map(({ name }) => text(name)),
  ];
  return html`<h2>${words.disputed}</h2>${listed(columns, lines, disputed.length, words)}`;
}

function wrongRows({ judged, record }: ReportData, words: Words): Markup {
  const { name, evaluation } = judged.find((one) => one.name === record.experiment.candidate)!;
  const { wrongRows: wrong } = evaluation;
  const lines = wrong
    .slice(0, MOST_ROWS)
    .map(({ row, input, truth, prediction, probability, answer }): Cell[] => [
      number(row),
      { value: shortened(input), kind: 'text' },
      { value: truth },
      { value: prediction ?? shortened(answer ?? words.other), kind: 'wrong' },
      number(probability?.toFixed(3) ?? ''),
    ]);
  const columns = [
    numeric(words.row),
    text(words.input),
    text(words.truth),
    text(words.answer),
    numeric(words.probability),
  ];
  return html`<h2>${words.wrong(name)}</h2>${listed(columns, lines, wrong.length, words)}`;
}

function listed(columns: Parameters<typeof table>[0], lines: Cell[][], all: number, words: Words): Markup {
  if (all === 0) return html`<p class="quiet">${words.none}</p>`;
  const more =
    all > lines.length && html`<p class="quiet small">${words.more(count(all - lines.length))}</p>`;
  return html`${table(columns, lines)}${more}`;
}

function shortened(value: string, most = MOST_CHARACTERS): string {
  const characters = [...value.slice(0, 2 * most + 2)];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : value;
}
