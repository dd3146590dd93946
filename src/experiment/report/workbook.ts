/** A report as a spreadsheet: every figure as a number, and every row with what each candidate answered. */
import {
  checkInWords,
  comparisonSheets,
  decisionInWords,
  predictionSheet,
  type SheetRows,
  type SheetValue,
  sheetOf,
  workbookOf,
} from '../../evaluate/index.ts';
import { whatItIs } from './answers-section.ts';
import type { ReportData } from './report-data.ts';
import { criterionInWords } from './verdict-section.ts';
import { WORDS, type Words } from './words.ts';

export function workbook(data: ReportData): Promise<Uint8Array> {
  const { comparison, judged, loads, language, record } = data;
  const words = WORDS[language];
  const { sheets } = words;
  return workbookOf([
    sheetOf(sheets.verdict, verdictRows(data, words)),
    ...comparisonSheets(comparison, { language, whatItIs: (name) => whatItIs(name, record, words) }),
    ...(loads.length > 0 ? [sheetOf(sheets.load, loadRows(data, words))] : []),
    predictionSheet(judged, language),
  ]);
}

function verdictRows({ verdict, language, record, edited }: ReportData, words: Words): SheetRows {
  const checks = verdict.checks.map((check): SheetValue[] => {
    const figure = check.check === 'beats' ? check.difference : check.figure;
    const outcome = words.outcome[check.outcome];
    return [
      criterionInWords(check, words),
      figure?.value,
      figure?.low,
      figure?.high,
      outcome,
      checkInWords(check, language),
    ];
  });
  return [
    [words.criterion, words.value, words.low, words.high, words.outcomeTitle, words.reason],
    [
      ...checks,
      [],
      [
        record.experiment.name,
        undefined,
        undefined,
        undefined,
        words.decision[verdict.decision],
        decisionInWords(verdict, language),
      ],
      ...[edited.question, edited.summary, edited.answers, edited.load, edited.next].flatMap((text) =>
        text ? [[text]] : [],
      ),
    ],
  ];
}

function loadRows({ loads }: ReportData, words: Words): SheetRows {
  const percents = [50, 66, 75, 80, 90, 95, 98, 99, 100];
  return [
    [
      words.who,
      words.concurrency,
      words.rows,
      words.failed,
      words.qps,
      ...percents.map((percent) => `p${percent} ms`),
    ],
    loads.flatMap(({ name, levels }) =>
      levels.map(({ concurrency, result: { measured } }): SheetValue[] => [
        name,
        concurrency,
        measured.requests,
        measured.failed,
        measured.requestsPerSecond,
        ...percents.map((percent) => measured.percentiles.find((one) => one.percent === percent)?.ms),
      ]),
    ),
  ];
}
