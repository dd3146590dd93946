/** What somebody needs to check a report or to repeat it: models, data, machine, program, stages. */
import { formatBytes, formatDuration } from '../../core/index.ts';
import { count } from './figures-in-words.ts';
import { html, type Markup } from './markup.ts';
import type { ReportData } from './report-data.ts';
import { number, numeric, table, text } from './table.ts';
import { WORDS } from './words.ts';

/** Digits of a hash that tell it apart. */
const HASH_DIGITS = 12;

export function methodSection({ record, comparison, outputDir, language }: ReportData): Markup {
  const words = WORDS[language];
  const { experiment, machine, models, programVersion, stages, testHash } = record;
  const names = new Map(Object.values(models).map(({ name, hash }) => [hash, name]));
  const facts: [string, string][] = [
    [
      words.models,
      [...names].map(([hash, name]) => `${name} (${hash.slice(0, HASH_DIGITS)})`).join(', ') || '–',
    ],
    [
      words.data,
      `${experiment.testDataset.join(', ')}, ${count(comparison.rows)} (${testHash.slice(0, HASH_DIGITS)})`,
    ],
    [words.machine, `${machine.cpu}, ${machine.cores} × CPU, ${formatBytes(machine.memoryBytes)}`],
    [words.program, `Tunesmith ${programVersion}`],
    [words.seed, String(experiment.seed)],
    [words.files, outputDir],
  ];
  const lines = stages.map(({ id, key, folder, seconds = 0 }) => [
    { value: id },
    number(formatDuration(seconds)),
    { value: html`<code>${key.slice(0, HASH_DIGITS)}</code>` },
    { value: html`<code>${folder}</code>`, kind: 'text' },
  ]);
  return html`<h2>${words.how}</h2>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${table([text(words.stage), numeric(words.duration), text(words.key), text(words.folder)], lines)}
<div class="signature"><div>${words.named(words.signature, words.name)}</div><div>${words.date}</div></div>`;
}
