/** Latency and throughput at each concurrency, what that costs, and how many machines a load would need. */
import { formatBytes } from '../../core/index.ts';
import { planCapacity } from '../../loadtest/index.ts';
import { latencyHistogram, themedSvg, throughputCurve } from '../../plot/index.ts';
import { loadFigure } from '../load-figures.ts';
import type { LoadLevel } from '../stage-results.ts';
import { paragraphs } from './edited-words.ts';
import { amount, count, interval, percent } from './figures-in-words.ts';
import { html, type Markup, trusted } from './markup.ts';
import type { ReportData } from './report-data.ts';
import { type Cell, number, numeric, table, text } from './table.ts';
import { WORDS, type Words } from './words.ts';

/** Of the machines, for what a test does not show. */
const HEADROOM = 0.3;
/** A shorter test has no course over time worth a picture. */
const LEAST_SECONDS = 10;

export function loadSection(data: ReportData): Markup {
  const { loads, record, language } = data;
  const { loadtest } = record.experiment;
  if (loads.length === 0 || !loadtest) return html``;
  const words = WORDS[language];
  const path = loadtest.path === 'chat' ? '/v1/chat/completions' : '/v1/classify';
  const several = loads.length > 1;
  const lines = loads.flatMap(({ name, levels }) =>
    levels.map((level) => [...(several ? [{ value: name }] : []), ...levelCells(level)]),
  );
  const titles = [
    words.concurrency,
    words.qps,
    words.median,
    words.p95,
    words.p99,
    words.failed,
    words.accuracyUnderLoad,
    words.memory,
    words.cores,
  ];
  return html`<h2>${words.load}</h2>
<p class="quiet small">${words.loadHelp(count(loadtest.requests), path)}</p>
${paragraphs(data.edited.load)}
${table([...(several ? [text(words.who)] : []), ...titles.map(numeric)], lines)}
${costLines(data, words).map((line) => html`<p class="small">${line}</p>`)}
${loads.flatMap(({ name, levels }) => levels.map((level) => pictures(name, level, data, words)))}`;
}

function levelCells({ concurrency, result }: LoadLevel): Cell[] {
  const { measured, footprint } = result;
  const cell = (metric: string) => {
    const figure = loadFigure(measured, metric);
    if (!figure) return number('–');
    return number(html`${amount(figure.value)}<span class="range">${interval(figure, amount)}</span>`);
  };
  const { accuracy, failed, requests } = measured;
  return [
    number(concurrency),
    ...['qps', 'p50_ms', 'p95_ms', 'p99_ms'].map(cell),
    number(`${count(failed)} / ${count(requests)}`, failed > 0 && 'wrong'),
    number(accuracy && accuracy.compared > 0 ? percent(accuracy.right / accuracy.compared) : '–'),
    number(footprint ? formatBytes(footprint.residentBytes) : '–'),
    number(footprint ? footprint.cores.toFixed(1) : '–'),
  ];
}

/** What a thousand requests cost, and the machines that the planned load needs. */
export function costLines({ loads, record }: ReportData, words: Words): string[] {
  const { loadtest, candidate } = record.experiment;
  const levels = loads.find(({ name }) => name === candidate)?.levels ?? [];
  const best = levels.toSorted(
    (a, b) => b.result.measured.requestsPerSecond - a.result.measured.requestsPerSecond,
  )[0];
  if (!loadtest || !best) return [];
  const { requestsPerSecond, failed } = best.result.measured;
  const { price, targetQps } = loadtest;
  const lines: string[] = [];
  if (price && requestsPerSecond > 0) {
    const cost = amount((1000 * price.perHour) / (3600 * requestsPerSecond));
    lines.push(words.costOf(`${price.currency}${cost}`, `${price.currency}${amount(price.perHour)}`));
  } else lines.push(words.noCost);
  if (targetQps !== undefined && failed === 0 && requestsPerSecond > 0) {
    const { instances } = planCapacity(best.result, { targetQps, headroom: HEADROOM });
    lines.push(words.machines(instances, amount(targetQps)));
  }
  return lines;
}

function pictures(
  name: string,
  { concurrency, result }: LoadLevel,
  { language }: ReportData,
  words: Words,
): Markup {
  const { histogram, percentiles, overTime, seconds } = result.measured;
  const subtitle = `${name}, ${words.atConcurrency(concurrency)}`;
  const figures = [
    latencyHistogram({ buckets: histogram, percentiles, subtitle, language }),
    ...(seconds >= LEAST_SECONDS ? [throughputCurve({ moments: overTime, subtitle, language })] : []),
  ];
  return html`${figures.map(({ svg }) => html`<figure>${trusted(themedSvg(svg))}</figure>`)}`;
}
