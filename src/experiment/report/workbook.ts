/** A report as a spreadsheet: every figure as a number, and every row with what each candidate answered. */
import type { Cell, SheetData } from 'write-excel-file/node';
import { checkInWords, decisionInWords, METRICS } from '../../evaluate/index.ts';
import { whatItIs } from './answers-section.ts';
import type { ReportData } from './report-data.ts';
import { criterionInWords, metricName } from './verdict-section.ts';
import { WORDS, type Words } from './words.ts';

interface Sheet {
  readonly data: SheetData;
  readonly sheet: string;
  readonly columns: { width: number }[];
  readonly stickyRowsCount: number;
}

type Value = string | number | undefined;

/** What a cell of a spreadsheet holds. */
const MOST_CHARACTERS = 32_767;

export async function workbook(data: ReportData): Promise<Uint8Array> {
  const { default: writeExcelFile } = await import('write-excel-file/node');
  return writeExcelFile(sheetsOf(data)).toBuffer();
}

function sheetsOf(data: ReportData): Sheet[] {
  const words = WORDS[data.language];
  const { sheets } = words;
  return [
    sheet(sheets.verdict, ...verdictRows(data, words)),
    sheet(sheets.metrics, ...metricRows(data, words)),
    ...(data.comparison.pairs.length > 0 ? [sheet(sheets.differences, ...differenceRows(data, words))] : []),
    sheet(sheets.classes, ...classRows(data, words)),
    sheet(sheets.confusion, ...confusionRows(data, words)),
    ...(data.loads.length > 0 ? [sheet(sheets.load, ...loadRows(data, words))] : []),
    sheet(sheets.predictions, ...predictionRows(data, words)),
  ];
}

type Rows = readonly [header: readonly string[], rows: readonly (readonly Value[])[]];

function verdictRows({ verdict, language, record }: ReportData, words: Words): Rows {
  const checks = verdict.checks.map((check): Value[] => {
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
    ],
  ];
}

function metricRows({ comparison, record }: ReportData, words: Words): Rows {
  const figures = METRICS.flatMap((metric) => {
    const name = metricName(metric, words);
    return [name, `${name} ${words.low}`, `${name} ${words.high}`];
  });
  return [
    [words.who, words.what, ...figures, words.ece],
    comparison.models.map(({ name, metrics, calibration }): Value[] => [
      name,
      whatItIs(name, record, words),
      ...METRICS.flatMap((metric) => [metrics[metric].value, metrics[metric].low, metrics[metric].high]),
      calibration?.error,
    ]),
  ];
}

function differenceRows({ comparison }: ReportData, words: Words): Rows {
  return [
    [
      words.who,
      words.against,
      words.metric,
      words.difference,
      words.low,
      words.high,
      'p',
      words.p,
      words.kappa,
    ],
    comparison.pairs.flatMap(({ model, against, differences, agreement }) =>
      METRICS.map((metric): Value[] => {
        const { value, low, high, p, corrected } = differences[metric];
        return [model, against, metricName(metric, words), value, low, high, p, corrected, agreement.kappa];
      }),
    ),
  ];
}

function classRows({ comparison }: ReportData, words: Words): Rows {
  return [
    [words.who, words.class, words.rows, words.precision, words.recall, words.f1],
    comparison.models.flatMap(({ name, classes }) =>
      classes.map(({ label, support, precision, recall, f1 }): Value[] => [
        name,
        label,
        support,
        precision.value,
        recall.value,
        f1.value,
      ]),
    ),
  ];
}

function confusionRows({ comparison }: ReportData, words: Words): Rows {
  return [
    [words.who, words.truth, ...comparison.labels, words.other],
    comparison.models.flatMap(({ name, confusion }) =>
      confusion.counts.map((counts, index): Value[] => [name, confusion.labels[index], ...counts]),
    ),
  ];
}

function loadRows({ loads }: ReportData, words: Words): Rows {
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
      levels.map(({ concurrency, result: { measured } }): Value[] => [
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

/** Every row that any candidate answered, by its place. */
function predictionRows({ judged }: ReportData, words: Words): Rows {
  const places = new Map<string, Value[]>();
  const answers = judged.map(({ rows }) => new Map(rows.map((row) => [`${row.file}\n${row.row}`, row])));
  for (const { rows } of judged) {
    for (const { file, row, input, truth } of rows) places.set(`${file}\n${row}`, [file, row, input, truth]);
  }
  return [
    [
      words.file,
      words.row,
      words.input,
      words.truth,
      ...judged.flatMap(({ name }) => [name, `${name}: ${words.probability}`]),
    ],
    [...places].map(([place, known]): Value[] => [
      ...known,
      ...answers.flatMap((rows) => {
        const found = rows.get(place);
        return [found && (found.prediction ?? found.answer ?? words.other), found?.probability];
      }),
    ]),
  ];
}

function sheet(name: string, header: readonly string[], rows: readonly (readonly Value[])[]): Sheet {
  const title = (value: string): Cell => ({ value: cellText(value), fontWeight: 'bold' });
  const data = [header.map(title), ...rows.map((row) => row.map(cellOf))];
  return {
    data,
    sheet: name,
    columns: header.map((value) => ({ width: widthOf(value, rows.length) })),
    stickyRowsCount: 1,
  };
}

/** Texts are texts: one that begins as a formula does is none. */
function cellOf(value: Value): Cell {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return null;
  return typeof value === 'number' ? { value, type: Number } : { value: cellText(value), type: String };
}

/** What XML cannot hold is shown as such. */
function cellText(value: string): string {
  return value
    .replaceAll(/[^\P{Cc}\n\t\r]|[\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .slice(0, MOST_CHARACTERS);
}

function widthOf(title: string, rows: number): number {
  return rows === 0 ? 12 : Math.min(40, Math.max(12, title.length + 4));
}
