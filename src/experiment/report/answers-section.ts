/** The candidates and how well they answer: figures with intervals, held against each other, class by class. */
import type { ComparedPair, Comparison } from '../../evaluate/index.ts';
import { METRICS } from '../../evaluate/index.ts';
import { confusionMatrix, intervalChart, themedSvg } from '../../plot/index.ts';
import { paragraphs } from './edited-words.ts';
import { chance, count, isSignificant, percent, score, signed } from './figures-in-words.ts';
import { html, type Markup, trusted } from './markup.ts';
import type { ReportData } from './report-data.ts';
import { type Cell, figureCell, number, numeric, table, text } from './table.ts';
import { metricName } from './verdict-section.ts';
import { WORDS, type Words } from './words.ts';

const CHART_METRIC = 'macro_f1';

export function answersSection(data: ReportData): Markup {
  const { comparison, language } = data;
  const words = WORDS[language];
  const pairs = pairsOfInterest(data);
  return html`<h2>${words.candidates}</h2>
${paragraphs(data.edited.answers)}
${candidatesTable(data)}
<p class="quiet small">${words.best}${comparison.models.some(({ calibration }) => calibration) && ` ${words.named(words.ece, words.eceHelp)}`}</p>
${comparison.leftOut.length > 0 && html`<p class="small">${words.leftOut(count(comparison.leftOut.length))}</p>`}
<figure>${chartOf(data)}</figure>
${pairs.length > 0 && html`<h2>${words.versus}</h2><p class="quiet small">${words.versusHelp}</p>`}
${pairs.map((pair) => pairTable(pair, comparison, words))}
<h2>${words.classes}</h2>
${classesTable(data, words)}
<h2>${words.confusion}</h2>
<div class="side-by-side">${comparison.models.map(
    ({ name, confusion }) =>
      html`<figure>${trusted(themedSvg(confusionMatrix({ ...confusion, subtitle: name, language }).svg))}</figure>`,
  )}</div>`;
}

function candidatesTable({ comparison, record, judged, language }: ReportData): Markup {
  const words = WORDS[language];
  const { models } = comparison;
  const hasCalibration = models.some(({ calibration }) => calibration);
  const best = METRICS.map((metric) => Math.max(...models.map(({ metrics }) => metrics[metric].value)));
  const least = Math.min(...models.flatMap(({ calibration }) => calibration?.error ?? []));
  const lines = models.flatMap(({ name, judgedBy, metrics, calibration }, index): Cell[][] => {
    const what = whatItIs(name, record, words);
    const figures = METRICS.map((metric, place) =>
      figureCell(metrics[metric], metrics[metric].value === best[place]),
    );
    const error = calibration?.error;
    const calibrated = error === undefined ? number('') : number(score(error), error === least && 'best');
    const others = judged[index]?.others.map(({ judgedBy: by, report }): Cell[] => [
      { value: html`<span class="quiet small">${words.alsoJudged(words.judgedBy[by])}</span>` },
      { value: '' },
      ...[report.accuracy, report.macro.f1, report.micro.f1, report.weighted.f1].map((value) =>
        number(score(value), 'chance'),
      ),
      ...(hasCalibration ? [number('')] : []),
    ]);
    const first: Cell[] = [
      {
        value: html`${name}${name === record.experiment.incumbent && html`<span class="range">${words.incumbent}</span>`}`,
      },
      { value: html`${what}<span class="range">${words.judgedBy[judgedBy]}</span>` },
      ...figures,
      ...(hasCalibration ? [calibrated] : []),
    ];
    return [first, ...(others ?? [])];
  });
  const titles = METRICS.map((metric) => numeric(metricName(metric, words)));
  return table(
    [text(words.who), text(words.what), ...titles, ...(hasCalibration ? [numeric(words.ece)] : [])],
    lines,
  );
}

/** `trained here: tickets_train, checkpoint 40`. */
export function whatItIs(name: string, { experiment, models }: ReportData['record'], words: Words): string {
  const candidate = experiment.candidates.find((one) => one.name === name)!;
  const kind = words.kinds[candidate.kind];
  switch (candidate.kind) {
    case 'model':
      return words.named(kind, models[name]?.name ?? candidate.run.model_name_or_path);
    case 'variant': {
      const steps = candidate.checkpoint === undefined ? '' : `, ${words.checkpoint(candidate.checkpoint)}`;
      const variant = candidate.variant === name ? '' : `${candidate.variant}, `;
      return words.named(kind, `${variant}${models[`train/${candidate.variant}`]?.name ?? ''}${steps}`);
    }
    case 'endpoint':
      return words.named(kind, String(candidate.endpoint['url']));
    case 'predictions':
      return words.named(kind, candidate.file);
  }
}

function chartOf({ comparison, record, language }: ReportData): Markup {
  const words = WORDS[language];
  const bound = record.experiment.criteria.find(
    ({ metric, min }) => metric === CHART_METRIC && min !== undefined,
  );
  const { svg } = intervalChart({
    title: words.macro_f1,
    subtitle: words.interval,
    lines: comparison.models.map(({ name, metrics }) => ({
      name,
      ...metrics[CHART_METRIC],
      isMarked: name === record.experiment.candidate,
    })),
    ...(bound?.min !== undefined && { bound: bound.min }),
    language,
  });
  return trusted(themedSvg(svg));
}

/** Those of the candidate first; with many candidates, only those. */
export function pairsOfInterest({ comparison, record }: ReportData): ComparedPair[] {
  const { candidate } = record.experiment;
  const isOwn = ({ model, against }: ComparedPair) => model === candidate || against === candidate;
  const own = comparison.pairs.filter(isOwn);
  return comparison.pairs.length <= 3 ? [...own, ...comparison.pairs.filter((pair) => !isOwn(pair))] : own;
}

function pairTable(pair: ComparedPair, { rows }: Comparison, words: Words): Markup {
  const { mcNemar, agreement } = pair;
  const lines = METRICS.map((metric): Cell[] => {
    const { value, low, high, corrected } = pair.differences[metric];
    const grey = !isSignificant(corrected) && 'chance';
    return [
      { value: metricName(metric, words) },
      number(html`${signed(value)}<span class="range">[${signed(low)}, ${signed(high)}]</span>`, grey),
      number(chance(corrected), grey),
    ];
  });
  const facts: [string, string][] = [
    [words.rightAlone, `${pair.model} ${mcNemar.onlyModel} : ${mcNemar.onlyAgainst} ${pair.against}`],
    [words.agreement, `${percent(agreement.share)} / ${count(rows)}`],
    [words.kappa, agreement.kappa === undefined ? '–' : score(agreement.kappa)],
  ];
  return html`<h3>${words.pair(pair.model, pair.against)}</h3>
${table([text(words.metric), numeric(words.difference), numeric(words.p)], lines)}
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function classesTable(data: ReportData, words: Words): Markup {
  const { comparison, record } = data;
  const { candidate } = record.experiment;
  const model = comparison.models.find(({ name }) => name === candidate) ?? comparison.models[0]!;
  const rival = pairsOfInterest(data).find(
    (pair) => pair.model === model.name || pair.against === model.name,
  );
  const against = rival && (rival.model === model.name ? rival.against : rival.model);
  const lines = model.classes.map(({ label, support, precision, recall, f1 }): Cell[] => {
    const wins = rival?.classes.find((one) => one.label === label);
    const [won, lost] = rival?.model === model.name ? [wins?.wins, wins?.losses] : [wins?.losses, wins?.wins];
    return [
      { value: label, kind: 'text' },
      number(count(support)),
      figureCell(precision),
      figureCell(recall),
      figureCell(f1),
      ...(rival ? [number(`${won} : ${lost}`)] : []),
    ];
  });
  const columns = [
    text(words.class),
    numeric(words.rows),
    numeric(words.precision),
    numeric(words.recall),
    numeric(words.f1),
    ...(against === undefined ? [] : [numeric(words.wonLost(against))]),
  ];
  return html`<p class="quiet small">${model.name}</p>${table(columns, lines)}`;
}
