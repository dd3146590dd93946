/** `tunesmith evaluate`: models judged side by side on held-out rows. */
import type { Command } from 'commander';
import { type Language, reasonIn } from '../core/index.ts';
import {
  type ComparedPair,
  type Comparison,
  formatClassReport,
  formatComparison,
  formatConfusionMatrix,
  formatDisputed,
  formatFigures,
  formatLeftOut,
  formatPair,
  formatWrongRows,
  type Judged,
  writeEvaluation,
  writeJudgedRows,
} from '../evaluate/index.ts';
import { evaluateModels } from '../jobs/index.ts';
import { readEndpoint } from './endpoint-word.ts';
import { licensePrompt } from './license-prompt.ts';
import { readRunConfig } from './run-words.ts';
import { createTaskProgress } from './task-progress.ts';

const TEXTS = {
  en: {
    title: (model: string, by: string) => `\n${model}, by ${by}`,
    labels: 'label scoring',
    answer: 'free answers',
    wrong: 'wrong rows',
    comparison: '\nside by side',
    disputed: 'rows that are answered differently',
    dropped: (count: number) => `${count} rows could not be used; the first: `,
    written: (file: string) => `written to ${file}`,
  },
  zh: {
    title: (model: string, by: string) => `\n${model}，${by}`,
    labels: '标签打分',
    answer: '自由回答',
    wrong: '判错的行',
    comparison: '\n对比',
    disputed: '回答不一致的行',
    dropped: (count: number) => `${count} 行无法使用；第一行：`,
    written: (file: string) => `已写入 ${file}`,
  },
} as const;

interface Options {
  readonly mode: 'all' | 'argmax';
  readonly free: boolean;
  readonly base: boolean;
  readonly model: boolean;
  readonly adapter: readonly string[];
  readonly predictions: readonly string[];
  readonly endpoint: readonly string[];
  readonly incumbent?: string;
  readonly wrong: string;
  readonly json?: string;
  readonly rows?: string;
  readonly acceptLicense?: boolean;
}

export function addEvaluateCommand(program: Command, language: Language): void {
  program
    .command('evaluate')
    .description(
      language === 'zh'
        ? '在留出数据上评判模型：准确率、精确率、召回率、F1、混淆矩阵；基座与微调后并列'
        : 'judge models on held-out rows: accuracy, precision, recall, F1, confusion matrix; base and tuned side by side',
    )
    .argument(
      '[settings...]',
      'run.yaml and key=value: model_name_or_path, adapter_name_or_path, eval_dataset, template …',
    )
    .option(
      '--mode <mode>',
      'all: every label with its probability; argmax: only the most likely label, faster',
      'all',
    )
    .option('--no-free', 'leave out free answers')
    .option('--no-base', 'leave out the model without its adapters')
    .option('--no-model', 'judge no model of this machine, only --predictions and --endpoint')
    .option('--adapter <folder...>', 'further adapters on the same model, judged beside', [])
    .option('--predictions <file...>', 'predictions of others for the same rows, judged beside', [])
    .option(
      '--endpoint <url...>',
      'models that answer over HTTP, judged beside: the URL of an OpenAI-style chat (its key in TUNESMITH_API_KEY), or a yaml file',
      [],
    )
    .option('--incumbent <name>', 'which of them is in use today: the others are held against it')
    .option('--wrong <count>', 'wrong rows to list for each model', '10')
    .option('--json <file>', 'write everything as JSON')
    .option('--rows <file>', 'write every judged row as a line of JSON')
    .option('--accept-license', 'accept the licence of a starter model')
    .allowUnknownOption()
    .action((words: string[], options: Options) => runEvaluate(words, options, language));
}

async function runEvaluate(words: string[], options: Options, language: Language): Promise<void> {
  const text = TEXTS[language];
  const config = readRunConfig(words, {
    // None is opened then: any name will do.
    ...(!options.model && { model_name_or_path: '-' }),
    ...(options.acceptLicense && { accept_license: true }),
  });
  const progress = createTaskProgress(language);
  const table = { language, colour: process.stdout.isTTY };
  const show = ({ evaluation }: Judged) => {
    progress.done();
    const { model, judgedBy, report, wrongRows } = evaluation;
    console.log(text.title(model, text[judgedBy]));
    console.log(formatClassReport(report, table));
    console.log(formatConfusionMatrix(report.confusion, table));
    const count = Number(options.wrong);
    if (count > 0 && wrongRows.length > 0) console.log(formatWrongRows(wrongRows, table, count));
  };
  const { dataset, judged, comparison, findings } = await evaluateModels(config, {
    mode: options.mode,
    freeAnswers: options.free,
    ...(!options.model ? { candidates: 'none' } : !options.base && { candidates: 'tuned' }),
    adapters: options.adapter,
    predictions: options.predictions,
    endpoints: options.endpoint.map((word) => readEndpoint(word, process.env)),
    incumbent: options.incumbent,
    onProgress: progress.report,
    onNote: (note) => process.stderr.write(`${note[language]}\n`),
    acceptLicense: licensePrompt(language, config.accept_license),
    onJudged: show,
  });
  progress.done();
  const evaluations = judged.map(({ evaluation }) => evaluation);
  console.log(text.comparison);
  console.log(formatComparison(evaluations, table));
  console.log(formatFigures(comparison, table));
  for (const pair of pairsToShow(comparison)) console.log(formatPair(pair, table));
  if (options.incumbent !== undefined && comparison.disputed.length > 0) {
    console.log(text.disputed);
    console.log(formatDisputed(comparison, table, Number(options.wrong)));
  }
  process.stdout.write(formatLeftOut(comparison, table));
  if (findings[0]) {
    const { file, row } = findings[0];
    console.log(`${text.dropped(findings.length)}${file} ${row}: ${reasonIn(findings[0], language)}`);
  }
  if (options.rows) writeJudgedRows(options.rows, judged);
  if (options.json) {
    writeEvaluation(options.json, dataset, evaluations, comparison);
    console.log(text.written(options.json));
  }
}

/** Where there are many, those against the incumbent, or else against the first model. */
function pairsToShow({ pairs, models, incumbent }: Comparison): readonly ComparedPair[] {
  if (pairs.length <= 3) return pairs;
  return pairs.filter(({ against }) => against === (incumbent ?? models[0]!.name));
}
