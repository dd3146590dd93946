/** A report as Markdown: what fits into a ticket or a wiki. Texts from data cannot become markup of theirs. */
import { checkInWords, decisionInWords, METRICS } from '../../evaluate/index.ts';
import { loadFigure } from '../load-figures.ts';
import { pairsOfInterest, whatItIs } from './answers-section.ts';
import { amount, chance, count, dateOf, interval, percent, score, signed } from './figures-in-words.ts';
import { costLines } from './load-section.ts';
import type { ReportData } from './report-data.ts';
import { criterionInWords, figureOf, metricName, questionOf, ruleHistory } from './verdict-section.ts';
import { WORDS, type Words } from './words.ts';

const MARKS = { go: '✅', no_go: '❌', not_enough_evidence: '❔', met: '✓', failed: '✗', open: '?' } as const;

export function markdownReport(data: ReportData): string {
  const { record, verdict, comparison, language, edited } = data;
  const { experiment } = record;
  const words = WORDS[language];
  const parts = [
    `# ${escapeMarkdown(questionOf(data))}`,
    `**${MARKS[verdict.decision]} ${escapeMarkdown(decisionInWords(verdict, language))}**`,
    ...written(edited.summary),
    list([
      [words.candidate, experiment.candidate],
      [words.incumbent, experiment.incumbent ?? '–'],
      [words.testRows, `${count(comparison.rows)} (${experiment.testDataset.join(', ')})`],
      [words.concluded, dateOf(record.updated, language)],
    ]),
    `## ${words.rule}`,
    escapeMarkdown(ruleHistory(record.rules, words, language)),
    table(
      [words.criterion, words.figure, words.interval, words.outcomeTitle, words.reason],
      verdict.checks.map((check) => {
        const { value, range } = figureOf(check);
        const outcome = `${MARKS[check.outcome]} ${words.outcome[check.outcome]}`;
        return [criterionInWords(check, words), value, range, outcome, checkInWords(check, language)];
      }),
    ),
    `## ${words.candidates}`,
    ...written(edited.answers),
    candidates(data, words),
    ...pairs(data, words),
    ...load(data, words),
    ...(edited.next ? [`## ${words.next}`, ...written(edited.next)] : []),
    `## ${words.how}`,
    list([
      [words.machine, `${record.machine.cpu}, ${record.machine.cores} × CPU`],
      [words.program, `Tunesmith ${record.programVersion}`],
      [words.seed, String(experiment.seed)],
    ]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function candidates({ comparison, record }: ReportData, words: Words): string {
  return table(
    [words.who, words.what, ...METRICS.map((metric) => metricName(metric, words)), words.ece],
    comparison.models.map(({ name, metrics, calibration }) => [
      name,
      whatItIs(name, record, words),
      ...METRICS.map((metric) => `${score(metrics[metric].value)} ${interval(metrics[metric])}`),
      calibration ? score(calibration.error) : '',
    ]),
  );
}

function pairs(data: ReportData, words: Words): string[] {
  return pairsOfInterest(data).flatMap((pair) => [
    `### ${escapeMarkdown(words.pair(pair.model, pair.against))}`,
    table(
      [words.metric, words.difference, words.interval, words.p],
      METRICS.map((metric) => {
        const { value, low, high, corrected } = pair.differences[metric];
        return [
          metricName(metric, words),
          signed(value),
          `${signed(low)} – ${signed(high)}`,
          chance(corrected),
        ];
      }),
    ),
    list([
      [words.rightAlone, `${pair.mcNemar.onlyModel} : ${pair.mcNemar.onlyAgainst}`],
      [words.agreement, percent(pair.agreement.share)],
      [words.kappa, pair.agreement.kappa === undefined ? '–' : score(pair.agreement.kappa)],
    ]),
  ]);
}

function load(data: ReportData, words: Words): string[] {
  if (data.loads.length === 0) return [];
  const metrics = ['qps', 'p50_ms', 'p95_ms', 'p99_ms', 'failed_share'];
  const lines = data.loads.flatMap(({ name, levels }) =>
    levels.map(({ concurrency, result }) => [
      name,
      String(concurrency),
      ...metrics.map((metric) => {
        const figure = loadFigure(result.measured, metric);
        if (!figure) return '–';
        return metric === 'failed_share'
          ? percent(figure.value)
          : `${amount(figure.value)} ${interval(figure, amount)}`;
      }),
    ]),
  );
  return [
    `## ${words.load}`,
    ...written(data.edited.load),
    table([words.who, words.concurrency, ...metrics.map((metric) => metricName(metric, words))], lines),
    ...costLines(data, words).map(escapeMarkdown),
  ];
}

/** What somebody wrote, a paragraph each. */
function written(text: string | undefined): string[] {
  return (text ?? '')
    .split(/\n\s*\n/)
    .filter((part) => part.trim() !== '')
    .map(escapeMarkdown);
}

function list(facts: readonly (readonly [string, string])[]): string {
  return facts.map(([name, value]) => `- ${name}: ${escapeMarkdown(value)}`).join('\n');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => escapeMarkdown(cell.trim())).join(' | ')} |`;
  return [line(header), `|${header.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

/** On one line, with nothing that Markdown or HTML would obey. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]|#!]/g, '\\$&')
    .replaceAll(/[^\P{Cc}]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
