/** The head of a report: the question, the verdict, and the rule with what was found about each criterion. */
import { type Check, checkInWords, decisionInWords } from '../../evaluate/index.ts';
import { paragraphs } from './edited-words.ts';
import { amount, count, dateOf, score } from './figures-in-words.ts';
import { html, type Markup } from './markup.ts';
import type { ReportData } from './report-data.ts';
import { number, numeric, table, text } from './table.ts';
import { WORDS, type Words } from './words.ts';

const MARKS = { go: '✓', no_go: '✗', not_enough_evidence: '?', met: '✓', failed: '✗', open: '?' } as const;

export function verdictSection({ record, verdict, comparison, language, edited }: ReportData): Markup {
  const words = WORDS[language];
  const { experiment } = record;
  const facts: [string, string][] = [
    [words.candidate, experiment.candidate],
    ...(experiment.incumbent === undefined
      ? []
      : [[words.incumbent, experiment.incumbent] as [string, string]]),
    [words.testRows, `${count(comparison.rows)} (${experiment.testDataset.join(', ')})`],
    [words.concluded, dateOf(record.updated, language)],
  ];
  return html`<p class="eyebrow">${experiment.name}</p>
<h1>${questionOf({ record, edited })}</h1>
<div class="verdict ${verdict.decision}">
  <div class="mark" aria-hidden="true">${MARKS[verdict.decision]}</div>
  <p class="word">${decisionInWords(verdict, language)}</p>
</div>
${paragraphs(edited.summary)}
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<h2>${words.rule}</h2>
<p class="quiet small">${ruleHistory(record.rules, words, language)}</p>
${table(
  [
    text(words.criterion),
    numeric(words.figure),
    numeric(words.interval),
    text(words.outcomeTitle),
    text(words.reason),
  ],
  verdict.checks.map((check) => {
    const { value, range } = figureOf(check);
    return [
      { value: criterionInWords(check, words) },
      number(value),
      number(range),
      {
        value: html`<span class="outcome ${check.outcome}">${MARKS[check.outcome]} ${words.outcome[check.outcome]}</span>`,
      },
      { value: checkInWords(check, language) },
    ];
  }),
)}`;
}

/** As somebody put it, or as the experiment file has it. */
export function questionOf({ record, edited }: Pick<ReportData, 'record' | 'edited'>): string {
  const { name, question } = record.experiment;
  return edited.question || question || name;
}

/** When the rule was set, which tells how much the verdict is worth. */
export function ruleHistory(
  rules: ReportData['record']['rules'],
  words: Words,
  language: ReportData['language'],
): string {
  const last = rules.at(-1)!;
  const date = dateOf(last.since, language);
  const since = last.isAfterResults ? words.ruleAfter(date) : words.ruleSince(date);
  return rules.length > 1 ? `${since} ${words.ruleChanged(rules.length - 1)}` : since;
}

/** `macro F1, at least 0.9`. */
export function criterionInWords(check: Check, words: Words): string {
  const name = metricName(check.metric, words);
  const at = check.atConcurrency === undefined ? '' : ` (${words.atConcurrency(check.atConcurrency)})`;
  const asked =
    check.check === 'beats'
      ? words.beats(check.against)
      : check.check === 'min'
        ? words.atLeast(String(check.bound))
        : words.atMost(String(check.bound));
  return `${name}${at} ${asked}`;
}

export function figureOf(check: Check): { value: string; range: string } {
  const figure = check.check === 'beats' ? check.difference : check.figure;
  if (!figure) return { value: '–', range: '' };
  const shown = /_ms$|^qps$/.test(check.metric) ? amount : score;
  const { value, low, high } = figure;
  return { value: shown(value), range: low === high ? '' : `${shown(low)} – ${shown(high)}` };
}

export function metricName(metric: string, words: Words): string {
  const names: Readonly<Record<string, string>> = {
    accuracy: words.accuracy,
    macro_f1: words.macro_f1,
    micro_f1: words.micro_f1,
    weighted_f1: words.weighted_f1,
    p50_ms: words.median,
    p95_ms: words.p95,
    p99_ms: words.p99,
    qps: words.qps,
    failed_share: words.failed,
  };
  return names[metric] ?? metric;
}
