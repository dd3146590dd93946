/**
 * `tunesmith demo`: the whole way once, on data that comes along. An experiment: the starter model judged, tuned, judged
 * again and pressed, up to the verdict and its report.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Experiment } from '../config/index.ts';
import { ConfigError, formatDuration, type Language } from '../core/index.ts';
import {
  type Evaluation,
  formatClassReport,
  formatComparison,
  formatConfusionMatrix,
  type ModelEvaluation,
} from '../evaluate/index.ts';
import { EXIT_CODES, readExperimentRecord } from '../experiment/index.ts';
import { confusionMatrix } from '../plot/index.ts';
import { DEMO_TEXTS, STORIES, type Story } from './demo-texts.ts';
import { carryOutExperiment, readExperiment, verdictLines } from './experiment-command.ts';

/** Beside src/ in a checkout, beside dist/ in the package. */
const ROOT = join(import.meta.dirname, '..', '..');

export function addDemoCommand(program: Command, language: Language): void {
  program
    .command('demo')
    .description(
      language === 'zh'
        ? '完整演示：评测、微调、再评测、压测、结论与报告（zh 为中文新闻标题）'
        : 'the whole way once: judge a starter model, tune it, judge it again, press it, conclude (zh: Chinese headlines)',
    )
    .argument('[story]', 'en or zh', language)
    .argument('[settings...]', 'key=value, as for experiment')
    .option('--accept-license', 'accept the licence of the Chinese starter model')
    .action((story: string, settings: string[], options: { acceptLicense?: boolean }) => {
      if (!(story in STORIES))
        throw new ConfigError({
          en: `demo: there is no story ${story}; choose en or zh`,
          zh: `demo：没有 ${story} 这个示例；请选 en 或 zh`,
        });
      return runDemo(story as Story, settings, options.acceptLicense === true);
    });
}

async function runDemo(story: Story, settings: readonly string[], acceptLicense: boolean): Promise<void> {
  const started = performance.now();
  const { folder, language } = STORIES[story];
  const text = DEMO_TEXTS[language];
  const data = join(ROOT, 'examples', folder);
  const file = join(data, 'experiment.yaml');
  const experiment = readExperiment(file, [`dataset_dir=${data}`, ...settings]);
  console.log(`${text.intro(text.task)}\n`);
  const verdict = await carryOutExperiment(experiment, { language, acceptLicense });
  if (!verdict) {
    process.exitCode = 130;
    return;
  }
  const output = resolve(experiment.outputDir);
  const { models } = JSON.parse(readFileSync(join(output, 'evaluation.json'), 'utf8')) as Evaluation;
  for (const model of models) show(model, language);
  console.log(text.together);
  console.log(formatComparison(models, { language, colour: process.stdout.isTTY }));
  for (const line of verdictLines(verdict, language)) console.log(line);
  showPlaces(experiment, { output, data, models, language });
  console.log(text.took(formatDuration((performance.now() - started) / 1000)));
  process.exitCode = EXIT_CODES[verdict.decision];
}

function show({ model, judgedBy, report }: ModelEvaluation, language: Language): void {
  const text = DEMO_TEXTS[language];
  const table = { language, colour: process.stdout.isTTY };
  console.log(`\n${text.judged(model, text[judgedBy])}`);
  if (judgedBy === 'labels') console.log(formatClassReport(report, table));
  console.log(formatConfusionMatrix(report.confusion, table));
}

interface Places {
  readonly output: string;
  readonly data: string;
  readonly models: readonly ModelEvaluation[];
  readonly language: Language;
}

/** Where everything lies, and how to talk with the tuned model. */
function showPlaces({ variants }: Experiment, { output, data, models, language }: Places): void {
  const text = DEMO_TEXTS[language];
  const here = (path: string) => relative(process.cwd(), path) || '.';
  const adapter = join(output, adapterFolder(output));
  console.log(text.where);
  for (const [what, path] of [
    [
      text.report,
      ['report.html', 'report.md', 'report.xlsx'].map((name) => here(join(output, name))).join('  '),
    ],
    [text.adapter, here(adapter)],
    [text.matrices, drawMatrices(models, output, language).map(here).join('  ')],
    [text.figures, here(join(output, 'evaluation.json'))],
    [text.rows, here(data)],
  ]) {
    console.log(`  ${what}: ${path}`);
  }
  console.log(text.next);
  const program = existsSync(join(ROOT, 'src')) ? 'npm run tunesmith --' : 'tunesmith';
  const { model_name_or_path, template } = variants[0]!.run;
  const model = `model_name_or_path=${model_name_or_path} template=${template} bf16=true`;
  console.log(`  ${program} chat ${model} adapter_name_or_path=${here(adapter)}`);
}

function adapterFolder(output: string): string {
  return readExperimentRecord(output).stages.find(({ kind }) => kind === 'train')!.folder;
}

/** One picture per model, by its label scores. */
function drawMatrices(all: readonly ModelEvaluation[], output: string, language: Language): string[] {
  return all
    .filter(({ judgedBy }) => judgedBy === 'labels')
    .map(({ model, report }) => {
      const { bytes } = confusionMatrix({ ...report.confusion, subtitle: model, language }).png();
      const file = join(output, `confusion_matrix_${model}.png`);
      writeFileSync(file, bytes);
      return file;
    });
}
