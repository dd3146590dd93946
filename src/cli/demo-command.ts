/**
 * `tunesmith demo`: the whole way once, on data that comes along: the starter model judged, tuned, judged again.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, checkMachine, formatDuration, type Language } from '../core/index.ts';
import {
  formatClassReport,
  formatComparison,
  formatConfusionMatrix,
  type Judged,
  type ModelEvaluation,
  writeEvaluation,
} from '../evaluate/index.ts';
import { evaluateModels } from '../jobs/index.ts';
import { confusionMatrix } from '../plot/index.ts';
import { licensePrompt } from './license-prompt.ts';
import { readRunConfig } from './run-words.ts';
import { createTaskProgress } from './task-progress.ts';
import { trainAttached } from './train-command.ts';

/** Beside src/ in a checkout, beside dist/ in the package. */
const ROOT = join(import.meta.dirname, '..', '..');

const STORIES = {
  en: { folder: 'support-tickets', test: 'tickets_test', language: 'en' },
  zh: { folder: 'news-headlines-zh', test: 'headlines_test', language: 'zh' },
} as const;

const TEXTS = {
  en: {
    intro: (rows: string) => `Can a small language model learn this task? ${rows}`,
    task: 'Support tickets of an online shop, seven queues; 420 rows to learn, 140 held out.',
    before: '\n1. The model as it is',
    training: '\n2. Fine-tuning (LoRA)',
    after: '\n3. The tuned model on the same held-out rows',
    labels: 'by label scoring',
    answer: 'by free answers',
    together: '\nSide by side',
    where: '\nWhere everything lies',
    adapter: 'adapter, logs, loss curve',
    matrices: 'confusion matrices',
    figures: 'all figures as JSON',
    rows: 'the rows',
    next: '\nTalk with it',
    took: (time: string) => `\nDone in ${time}.`,
  },
  zh: {
    intro: (rows: string) => `小模型能学会这个任务吗？${rows}`,
    task: '新闻标题分到八个频道：480 条训练，160 条留出评测。',
    before: '\n一、微调前的模型',
    training: '\n二、微调（LoRA）',
    after: '\n三、微调后，同样的留出数据',
    labels: '标签打分',
    answer: '自由回答',
    together: '\n对比',
    where: '\n文件位置',
    adapter: '适配器、日志、损失曲线',
    matrices: '混淆矩阵',
    figures: '全部数字（JSON）',
    rows: '数据',
    next: '\n与它对话',
    took: (time: string) => `\n完成，用时 ${time}。`,
  },
} as const;

export function addDemoCommand(program: Command, language: Language): void {
  program
    .command('demo')
    .description(
      language === 'zh'
        ? '完整演示：评测、微调、再评测（zh 为中文新闻标题）'
        : 'the whole way once: judge a starter model, tune it, judge it again (zh: Chinese headlines)',
    )
    .argument('[story]', 'en or zh', language)
    .argument('[settings...]', 'key=value, as for train')
    .option('--accept-license', 'accept the licence of the Chinese starter model')
    .action((story: string, settings: string[], options: { acceptLicense?: boolean }) => {
      if (!(story in STORIES)) throw new ConfigError(`demo: there is no story ${story}; choose en or zh`);
      return runDemo(story as keyof typeof STORIES, settings, options);
    });
}

async function runDemo(
  name: keyof typeof STORIES,
  settings: readonly string[],
  { acceptLicense = false }: { acceptLicense?: boolean },
): Promise<void> {
  checkMachine();
  const started = performance.now();
  const { folder, test, language } = STORIES[name];
  const text = TEXTS[language];
  const data = join(ROOT, 'examples', folder);
  const words = [
    join(data, 'train.yaml'),
    `dataset_dir=${data}`,
    `accept_license=${acceptLicense}`,
    ...settings,
  ];
  const config = readRunConfig(words);
  const output = config.output_dir!;
  const accept = licensePrompt(language, acceptLicense);
  console.log(text.intro(text.task));

  console.log(text.before);
  const judge = async (adapter: readonly string[]) => {
    const progress = createTaskProgress(language);
    const judged = await evaluateModels(
      readRunConfig([
        ...words,
        `eval_dataset=${test}`,
        ...(adapter.length ? [`adapter_name_or_path=${adapter}`] : []),
      ]),
      {
        mode: 'all',
        freeAnswers: true,
        candidates: adapter.length ? 'tuned' : 'base',
        onProgress: progress.report,
        acceptLicense: accept,
        onJudged: (result) => {
          progress.done();
          show(result, language);
        },
      },
    );
    return judged.judged.map(({ evaluation }) => evaluation);
  };
  const before = await judge([]);

  console.log(text.training);
  if ((await trainAttached(config, language, accept)) !== 'finished') return;

  console.log(text.after);
  const after = await judge([output]);

  console.log(text.together);
  const all = [...before, ...after];
  console.log(formatComparison(all, { language, colour: process.stdout.isTTY }));
  const pictures = drawMatrices(all, output, language);
  const figures = join(output, 'evaluation.json');
  writeEvaluation(figures, test, all);
  console.log(text.where);
  const here = (path: string) => relative(process.cwd(), path) || '.';
  for (const [what, path] of [
    [text.adapter, here(output)],
    [text.matrices, pictures.map(here).join('  ')],
    [text.figures, here(figures)],
    [text.rows, here(data)],
  ]) {
    console.log(`  ${what}: ${path}`);
  }
  console.log(text.next);
  const program = existsSync(join(ROOT, 'src')) ? 'npm run tunesmith --' : 'tunesmith';
  const model = `model_name_or_path=${config.model_name_or_path} template=${config.template} bf16=true`;
  console.log(`  ${program} chat ${model} adapter_name_or_path=${here(output)}`);
  console.log(text.took(formatDuration((performance.now() - started) / 1000)));
}

function show({ evaluation }: Judged, language: Language): void {
  const { judgedBy, report } = evaluation;
  const table = { language, colour: process.stdout.isTTY };
  console.log(`\n${TEXTS[language][judgedBy]}`);
  if (judgedBy === 'labels') console.log(formatClassReport(report, table));
  console.log(formatConfusionMatrix(report.confusion, table));
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
