/**
 * Models compared on the rows that all of them answered: figures with intervals, tests of every two, agreement. Takes
 * judged rows from wherever they come; knows no models and no files.
 */
import { DataError } from '../core/index.ts';
import { agreementOf, classWins } from './agreement.ts';
import { Bootstrap } from './bootstrap.ts';
import { calibrationOf } from './calibration.ts';
import {
  type ComparedModel,
  type ComparedPair,
  type Comparison,
  type DisputedRow,
  type LeftOutRow,
  METRICS,
} from './comparison.ts';
import type { JudgedBy, JudgedRow } from './evaluation.ts';
import { holm } from './holm.ts';
import { mcNemar } from './mcnemar.ts';
import { classificationReport } from './metrics.ts';
import { swapTest } from './swap-test.ts';

/** A model's answers. A row that comes twice counts once. */
export interface ModelAnswers {
  readonly name: string;
  readonly judgedBy: JudgedBy;
  readonly rows: readonly JudgedRow[];
}

export interface CompareOptions {
  readonly labels: readonly string[];
  /** The name of the model that is in use today. */
  readonly incumbent?: string | undefined;
  /** Of bootstrap and swapped answers. */
  readonly seed: number;
  readonly resamples?: number;
}

/** @throws DataError when the models have no row in common, name different truths, or share a name */
export function compareModels(models: readonly ModelAnswers[], options: CompareOptions): Comparison {
  const { labels, incumbent, seed, resamples = 2000 } = options;
  const names = models.map(({ name }) => name);
  checkNames(names, incumbent);
  const { joined, leftOut } = joinRows(models);
  const first = joined[0]!;
  const truths = first.map(({ truth }) => truth);
  const answers = joined.map((rows) => rows.map(({ prediction }) => prediction));
  const isRight = answers.map((predictions) => predictions.map((answer, row) => answer === truths[row]));
  const bootstrap = new Bootstrap(labels, truths, answers, { seed, resamples });

  const compared = models.map(({ name, judgedBy }, index): ComparedModel => {
    const { confusion } = classificationReport(labels, truths, answers[index]!);
    const confidences = joined[index]!.flatMap(({ probability }) => probability ?? []);
    const isCalibrated = confidences.length === truths.length;
    return {
      name,
      judgedBy,
      ...bootstrap.figures(index),
      confusion,
      ...(isCalibrated && { calibration: calibrationOf(confidences, isRight[index]!) }),
    };
  });

  const pairs = pairsOf(names, incumbent).map(([model, against]): ComparedPair => {
    const { onlyFirst, onlySecond, p } = mcNemar(isRight[model]!, isRight[against]!);
    const chances = swapTest(labels, truths, [answers[model]!, answers[against]!], {
      seed,
      swaps: resamples,
    });
    const differences = METRICS.map((metric) => {
      const chance = metric === 'accuracy' ? p : chances[metric];
      return [
        metric,
        { ...bootstrap.difference(model, against, metric), p: chance, corrected: chance },
      ] as const;
    });
    return {
      model: names[model]!,
      against: names[against]!,
      mcNemar: { onlyModel: onlyFirst, onlyAgainst: onlySecond, p, corrected: p },
      differences: Object.fromEntries(differences) as ComparedPair['differences'],
      agreement: agreementOf(answers[model]!, answers[against]!),
      classes: classWins(labels, truths, answers[model]!, answers[against]!),
    };
  });

  const disputed = first.flatMap(({ file, row, input, truth }, index): DisputedRow[] => {
    const predictions = answers.map((model) => model[index] ?? null);
    if (predictions.every((prediction) => prediction === predictions[0])) return [];
    return [{ file, row, input, truth, predictions }];
  });

  return {
    version: 1,
    labels,
    rows: truths.length,
    ...(incumbent !== undefined && { incumbent }),
    models: compared,
    pairs: correctPairs(pairs),
    disputed,
    leftOut,
    bootstrap: { resamples, seed },
  };
}

function checkNames(names: readonly string[], incumbent: string | undefined): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new DataError({
      en: `compare: two models are called "${twice}"; give each a name of its own`,
      zh: `比较：有两个模型都叫 "${twice}"；请给它们不同的名称`,
    });
  }
  if (incumbent !== undefined && !names.includes(incumbent)) {
    throw new DataError({
      en: `compare: the incumbent "${incumbent}" is none of the models (${names.join(', ')}); name one of them`,
      zh: `比较：在用模型 "${incumbent}" 不在参与比较的模型（${names.join('、')}）之中；请从中指定`,
    });
  }
}

/** The rows of each model in one common order, that of the first model, and those that not all have. */
function joinRows(models: readonly ModelAnswers[]): { joined: JudgedRow[][]; leftOut: LeftOutRow[] } {
  const byPlace = models.map(({ rows }) => new Map(rows.map((row) => [placeOf(row), row])));
  const all = new Map(models.flatMap(({ rows }) => rows.map((row) => [placeOf(row), row] as const)));
  const joined: JudgedRow[][] = models.map(() => []);
  const leftOut: LeftOutRow[] = [];
  for (const [place, { file, row }] of all) {
    const found = byPlace.map((rows) => rows.get(place));
    const missing = models.filter((_, index) => !found[index]).map(({ name }) => name);
    if (missing.length > 0) leftOut.push({ file, row, missing });
    else for (const [index, judged] of found.entries()) joined[index]!.push(judged!);
  }
  checkTruths(models, joined);
  return { joined, leftOut };
}

function checkTruths(models: readonly ModelAnswers[], joined: readonly (readonly JudgedRow[])[]): void {
  const first = joined[0] ?? [];
  if (first.length === 0) {
    const counts = models.map(({ name, rows }) => `${name}: ${rows.length}`).join(', ');
    throw new DataError({
      en: `compare: no row was answered by all models (rows answered: ${counts || 'no models'}); judge them on the same data set`,
      zh: `比较：没有一行数据是所有模型都回答过的（已回答的行数：${counts || '没有模型'}）；请在同一数据集上评判`,
    });
  }
  for (const [model, rows] of joined.entries()) {
    for (const [index, { file, row, truth }] of rows.entries()) {
      if (truth === first[index]!.truth) continue;
      throw new DataError({
        en:
          `${file} row ${row}: is "${first[index]!.truth}" for ${models[0]!.name} and "${truth}" for ${models[model]!.name}; ` +
          'judge both on the same version of the data set',
        zh: `${file} 第 ${row} 行：${models[0]!.name} 的标准答案是 "${first[index]!.truth}"，${models[model]!.name} 的是 "${truth}"；请在数据集的同一版本上评判`,
      });
    }
  }
}

function placeOf({ file, row }: JudgedRow): string {
  return `${row} ${file}`;
}

/** Every two as [model, against]: the incumbent is never the model, others are held against those before them. */
function pairsOf(names: readonly string[], incumbent: string | undefined): [number, number][] {
  const others = [...names.keys()].filter((index) => names[index] !== incumbent);
  const order = incumbent === undefined ? others : [names.indexOf(incumbent), ...others];
  return order.flatMap((against, place) =>
    order.slice(place + 1).map((model): [number, number] => [model, against]),
  );
}

/** Holm's correction of each test over all pairs. */
function correctPairs(pairs: readonly ComparedPair[]): ComparedPair[] {
  const tests = holm(pairs.map((pair) => pair.mcNemar.p));
  const metrics = METRICS.map((metric) => holm(pairs.map((pair) => pair.differences[metric].p)));
  return pairs.map((pair, index) => {
    const differences = METRICS.map((metric, place) => [
      metric,
      { ...pair.differences[metric], corrected: metrics[place]![index]! },
    ]);
    return {
      ...pair,
      mcNemar: { ...pair.mcNemar, corrected: tests[index]! },
      differences: Object.fromEntries(differences) as ComparedPair['differences'],
    };
  });
}
