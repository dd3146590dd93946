/**
 * Predictions that somebody else made, joined with the rows of the data set: by row number (`row` or `id`, with `file`
 * where the data set has several), by order, or by prompt, as in LLaMA-Factory's generated_predictions.jsonl. A line
 * that cannot be joined is left out and named. Knows values, no file formats.
 */
import { basename } from 'node:path';
import { DataError, reasonIn, reasonOf, textOf } from '../core/index.ts';
import type { RowFinding, Sample } from '../data/index.ts';
import { labelOf, normalizeAnswer } from './answers.ts';
import type { JudgedRow } from './evaluation.ts';
import { rowOf, truthOf } from './judge-samples.ts';

/** One line of a file of predictions. */
export interface PredictionLine {
  readonly file: string;
  /** 1-based. */
  readonly row: number;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface JoinedPredictions {
  /** In the order of the data set; rows that nobody predicted are absent. */
  readonly rows: readonly JudgedRow[];
  /** Lines that were left out. */
  readonly findings: readonly RowFinding[];
}

const ANSWER_COLUMNS = ['prediction', 'predict'];
const ROW_COLUMNS = ['row', 'id'];

/** Says to which sample a line belongs. */
type Finder = (line: PredictionLine) => number;

/** Why a line cannot be joined. */
class Unusable extends DataError {}

/** @throws DataError when no line can be joined with a row of the data set */
export function joinPredictions(
  lines: readonly PredictionLine[],
  samples: readonly Sample[],
  labels: readonly string[],
): JoinedPredictions {
  const answerColumn = columnOf(lines, ANSWER_COLUMNS);
  const [first] = lines;
  if (!first || answerColumn === undefined) {
    const columns = Object.keys(first?.values ?? {}).join(', ') || 'none';
    throw new DataError({
      en:
        `${first?.file ?? 'predictions'}: no line has a prediction (columns: ${columns}); ` +
        `name the column ${ANSWER_COLUMNS.join(' or ')}`,
      zh: `${first?.file ?? '预测文件'}：没有一行含预测（列：${columns}）；请把预测所在的列命名为 ${ANSWER_COLUMNS.join(' 或 ')}`,
    });
  }
  const find = finderOf(lines, samples);
  const joined = new Map<number, JudgedRow>();
  const findings: RowFinding[] = [];
  for (const line of lines) {
    try {
      const place = find(line);
      if (joined.has(place))
        throw new Unusable({
          en: `row ${samples[place]!.origin.row} is predicted a second time`,
          zh: `第 ${samples[place]!.origin.row} 行已有预测`,
        });
      joined.set(place, judge(line, samples[place]!, answerColumn, labels));
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      findings.push({ file: line.file, row: line.row, kind: 'dropped', ...reasonOf(textOf(error)) });
    }
  }
  if (joined.size === 0) {
    const finding = findings[0]!;
    throw new DataError({
      en:
        `${first.file}: none of its ${lines.length} predictions belongs to a row of the data set; ` +
        `the first, number ${finding.row}: ${finding.reason}; give the rows' numbers as row`,
      zh:
        `${first.file}：${lines.length} 个预测都对应不上数据集中的行；` +
        `首个是第 ${finding.row} 个：${reasonIn(finding, 'zh')}；请用 row 写明数据的行号`,
    });
  }
  const places = [...joined.keys()].sort((a, b) => a - b);
  return { rows: places.map((place) => joined.get(place)!), findings };
}

function judge(
  { values }: PredictionLine,
  sample: Sample,
  answerColumn: string,
  labels: readonly string[],
): JudgedRow {
  const answer = asText(values[answerColumn]);
  if (answer === undefined) {
    throw new Unusable({ en: `${answerColumn} holds no text`, zh: `${answerColumn} 不是文本` });
  }
  const label = asText(values['label']);
  const truth = truthOf(sample);
  if (label !== undefined && normalizeAnswer(label) !== truth) {
    const said = JSON.stringify(label);
    const { row } = sample.origin;
    throw new Unusable({
      en: `its label is ${said}, and row ${row} says ${JSON.stringify(truth)}`,
      zh: `它的标签是 ${said}，而第 ${row} 行是 ${JSON.stringify(truth)}`,
    });
  }
  const prediction = labelOf(answer, labels);
  return {
    ...rowOf(sample),
    ...(prediction !== undefined && { prediction }),
    ...probabilityIn(values['probability']),
    answer,
  };
}

function probabilityIn(value: unknown): { probability?: number } {
  if (value === undefined || value === null || value === '') return {};
  const probability = Number(value);
  if (probability >= 0 && probability <= 1) return { probability };
  throw new Unusable({
    en: `its probability is ${JSON.stringify(value)}, not a number from 0 to 1`,
    zh: `它的概率是 ${JSON.stringify(value)}，不是 0 到 1 之间的数字`,
  });
}

function finderOf(lines: readonly PredictionLine[], samples: readonly Sample[]): Finder {
  const column = columnOf(lines, ROW_COLUMNS);
  if (column !== undefined) return findByRow(column, samples);
  if (lines.length === samples.length) {
    const places = new Map(lines.map((line, index) => [line, index]));
    return (line) => places.get(line)!;
  }
  if (columnOf(lines, ['prompt']) !== undefined) return findByPrompt(samples);
  throw new DataError({
    en:
      `${lines[0]!.file}: ${lines.length} predictions for ${samples.length} rows, and no column says which is whose; ` +
      'add a column row with the number of the row in its file',
    zh: `${lines[0]!.file}：${samples.length} 行数据有 ${lines.length} 个预测，且没有列说明对应关系；请加一列 row，写明数据在其文件中的行号`,
  });
}

function findByRow(column: string, samples: readonly Sample[]): Finder {
  const places = new Map<number, number[]>();
  for (const [place, { origin }] of samples.entries()) {
    places.set(origin.row, [...(places.get(origin.row) ?? []), place]);
  }
  return ({ values }) => {
    const row = asText(values[column]);
    if (row === undefined || row === '') throw new Unusable({ en: 'it names no row', zh: '没有写明行号' });
    const file = asText(values['file']);
    const found = places.get(Number(row)) ?? [];
    const chosen = found.filter((place) => isFile(samples[place]!.origin.file, file));
    const [place] = chosen;
    if (place === undefined) {
      throw new Unusable({
        en: `the data set has no ${file === undefined ? '' : `${file} `}row ${row}`,
        zh: `数据集中没有${file === undefined ? '' : ` ${file} `}第 ${row} 行`,
      });
    }
    // A row may stand in a data set twice; two files have to be told apart.
    const files = new Set(chosen.map((each) => samples[each]!.origin.file));
    if (files.size > 1) {
      throw new Unusable({
        en: `several files have a row ${row}; add a column file`,
        zh: `有多个文件含第 ${row} 行；请加一列 file`,
      });
    }
    return place;
  };
}

function isFile(path: string, wanted: string | undefined): boolean {
  return wanted === undefined || path === wanted || basename(path) === basename(wanted);
}

/** Both are in one order, and rows may be missing: each line is sought behind the one before. */
function findByPrompt(samples: readonly Sample[]): Finder {
  let next = 0;
  return ({ values }) => {
    const prompt = asText(values['prompt']) ?? '';
    const label = asText(values['label']);
    const place = samples.findIndex((sample, index) => {
      if (index < next || !prompt.includes(rowOf(sample).input.trim())) return false;
      return label === undefined || normalizeAnswer(label) === truthOf(sample);
    });
    if (place === -1) {
      throw new Unusable({
        en: 'no row behind that of the line before has its prompt and label',
        zh: '上一个预测之后没有提示与标签都相符的行',
      });
    }
    next = place + 1;
    return place;
  };
}

/** The first of these columns that any line has. */
function columnOf(lines: readonly PredictionLine[], names: readonly string[]): string | undefined {
  return names.find((name) => lines.some(({ values }) => values[name] !== undefined));
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
