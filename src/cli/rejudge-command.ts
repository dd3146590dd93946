/** `tunesmith rejudge`: an evaluation's figures again, with corrected labels, and as tables for a spreadsheet. */
import type { Command } from 'commander';
import { type Language, writeFileAtomic } from '../core/index.ts';
import { writeCsv } from '../data/index.ts';
import {
  type Correction,
  comparisonSheets,
  formatFigures,
  oncePerModel,
  predictionSheet,
  readCorrections,
  readEvaluation,
  rejudge,
  workbookOf,
  writeEvaluation,
} from '../evaluate/index.ts';
import { shownPath } from './shown-path.ts';

const EN = {
  about: 'judge the answers of an evaluation again, with corrected labels; no model is asked',
  evaluation: 'what evaluate --json wrote',
  rows: 'what evaluate --rows wrote',
  corrections: 'a table with the columns file, row, label and corrected; an empty one takes the row out',
  json: 'write everything as JSON, as evaluate does',
  xlsx: 'write figures and rows as a spreadsheet',
  csv: 'write every row with the answer of each model',
  before: 'as it was judged',
  after: (count: number) => `with ${count} ${count === 1 ? 'correction' : 'corrections'}`,
  written: 'written to',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '用更正后的标签重新评判一次评估的回答，不再询问任何模型',
    evaluation: 'evaluate --json 写出的文件',
    rows: 'evaluate --rows 写出的文件',
    corrections: '含 file、row、label、corrected 列的表格；corrected 留空表示该行不计入',
    json: '与 evaluate 一样写出 JSON',
    xlsx: '将指标与各行写成电子表格',
    csv: '写出每一行及各模型的回答',
    before: '原评判',
    after: (count) => `更正 ${count} 处之后`,
    written: '已写入',
  },
};

interface Options {
  readonly corrections?: string;
  readonly json?: string;
  readonly xlsx?: string;
  readonly csv?: string;
}

export function addRejudgeCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('rejudge')
    .description(text.about)
    .argument('<evaluation>', text.evaluation)
    .argument('<rows>', text.rows)
    .option('--corrections <file>', text.corrections)
    .option('--json <file>', text.json)
    .option('--xlsx <file>', text.xlsx)
    .option('--csv <file>', text.csv)
    .action((evaluation: string, rows: string, options: Options) =>
      runRejudge(evaluation, rows, options, language),
    );
}

async function runRejudge(
  evaluationFile: string,
  rowsFile: string,
  options: Options,
  language: Language,
): Promise<void> {
  const text = TEXTS[language];
  const { evaluation, judged } = readEvaluation(evaluationFile, rowsFile);
  const corrections: Correction[] =
    options.corrections === undefined ? [] : await readCorrections(options.corrections, evaluation.labels);
  const corrected = rejudge(evaluation, judged, corrections);
  const before = corrections.length === 0 ? corrected.comparison : rejudge(evaluation, judged, []).comparison;
  console.log(`${text.before}\n${formatFigures(before, { language })}`);
  if (corrections.length > 0) {
    console.log(`${text.after(corrections.length)}\n${formatFigures(corrected.comparison, { language })}`);
  }
  const models = oncePerModel(corrected.judged);
  const { json, xlsx, csv } = options;
  if (json !== undefined) {
    const evaluations = corrected.judged.map((one) => one.evaluation);
    writeEvaluation(json, evaluation.dataset, evaluations, corrected.comparison);
  }
  if (xlsx !== undefined) {
    const sheets = [
      ...comparisonSheets(corrected.comparison, { language }),
      predictionSheet(models, language),
    ];
    writeFileAtomic(xlsx, await workbookOf(sheets));
  }
  if (csv !== undefined) writeCsv(csv, predictionTable(models));
  const files = [json, xlsx, csv].flatMap((file) => (file === undefined ? [] : [shownPath(file)]));
  if (files.length > 0) console.log(`${text.written} ${files.join('  ')}`);
}

/** A line a row: its place, its question, its label, and what each model answers. */
function predictionTable(models: ReturnType<typeof oncePerModel>): Record<string, unknown>[] {
  const lines = new Map<string, Record<string, unknown>>();
  for (const { name, rows } of models) {
    for (const { file, row, input, truth, prediction, probability, answer } of rows) {
      const place = `${file}\n${row}`;
      const line = lines.get(place) ?? { file, row, input, label: truth };
      line[name] = prediction ?? answer ?? '';
      if (probability !== undefined) line[`${name} probability`] = probability;
      lines.set(place, line);
    }
  }
  return [...lines.values()];
}
