/** `tunesmith data enrich`: a teacher model adds to each row what a task says; a new data set, checked for what it gives away. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import {
  bilingual,
  ConfigError,
  type Language,
  messageOf,
  type OnProgress,
  reasonIn,
} from '../core/index.ts';
import { examineDataset } from '../data/index.ts';
import {
  ENRICH_TASKS,
  type EnrichedDataset,
  type EnrichTask,
  enrichDataset,
  TASKS,
  type TeacherUsage,
} from '../enrich/index.ts';
import type { EndpointSettings } from '../evaluate/index.ts';
import { serveModels } from '../serve/index.ts';
import { readEndpoint } from './endpoint-word.ts';
import { EnrichFigures } from './enrich-figures.ts';
import { fetchWithProgress } from './fetch-dataset.ts';
import { licensePrompt } from './license-prompt.ts';
import { packageVersion } from './package-version.ts';
import { readRunConfig } from './run-words.ts';
import { shownPath } from './shown-path.ts';
import { harmless, shortened } from './shown-text.ts';
import { createTaskProgress } from './task-progress.ts';

const EN = {
  about: 'have a teacher model add thoughts, an analysis, other wordings, labels or answers to each row',
  name: 'name in dataset_info.json',
  task: 'what is added',
  teacher:
    'a model on this machine; or the URL of an OpenAI-style chat (key in TUNESMITH_API_KEY), or a yaml file that describes it',
  model: 'what a teacher behind a URL is asked for',
  as: 'name of the new data set (NAME_TASK)',
  withLabel: "show the teacher the row's answer; without it the teacher is blind to it",
  prompt:
    'file with a prompt of your own; {question}, {system}, {labels}, {count}, and {answer} with --with-label',
  count: 'paraphrase: versions of each row',
  concurrency: 'requests at once',
  temperature: 'sampling temperature',
  maxTokens: 'tokens of an answer at most',
  maxSamples: 'the first so many rows',
  priceIn: 'price of a million prompt tokens, to show the cost',
  priceOut: 'price of a million answer tokens',
  license: 'accept the licence of a starter model',
  datasetDir: 'folder of dataset_info.json',
  replace: 'replace an earlier data set of this name',
  json: 'write figures as JSON to this file, while it runs and at its end',
  notNumber: (flag: string, value: string) => `data enrich: ${flag} ${value} is no number; give one`,
  noPrompt: (path: string, reason: string) =>
    `${path}: cannot be read (${reason}); give the file of the prompt`,
  told: 'The teacher sees the answers. What it writes leads to them, and will not be there when the model is asked in earnest.',
  written: (name: string, rows: number, file: string) => `${name}: ${rows} rows in ${file}`,
  asked: (asked: number, kept: number) => `asked ${asked} times, ${kept} answers were there from before`,
  tokens: (prompt: number, completion: number) => `${prompt} prompt tokens, ${completion} answer tokens`,
  cost: (cost: string) => `cost ${cost}`,
  dropped: (count: number) => `rows left out: ${count}; the first: `,
  agreement: (share: string) => `the teacher agrees with the rows' labels in ${share}`,
  gives: 'WARNING: ',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '由教师模型为每行补充思维链、分析、不同说法、标签或答案',
    name: 'dataset_info.json 中的名称',
    task: '补充的内容',
    teacher: '本机模型；或 OpenAI 式对话接口的 URL（密钥置于 TUNESMITH_API_KEY），或描述它的 yaml 文件',
    model: '向 URL 背后的教师请求的模型名',
    license: '接受起步模型的许可证',
    as: '新数据集的名称（默认 NAME_TASK）',
    withLabel: '让教师看到该行的答案；默认看不到',
    prompt:
      '自定义提示词文件；可用 {question}、{system}、{labels}、{count}，以及配合 --with-label 的 {answer}',
    count: 'paraphrase：每行改写的份数',
    concurrency: '并发请求数',
    temperature: '采样温度',
    maxTokens: '回答的最大 token 数',
    maxSamples: '只取前若干行',
    priceIn: '每百万提示 token 的价格，用于显示费用',
    priceOut: '每百万回答 token 的价格',
    datasetDir: 'dataset_info.json 所在文件夹',
    replace: '替换同名的已有数据集',
    json: '将数据以 JSON 写入此文件，运行期间与结束时都会更新',
    notNumber: (flag, value) => `data enrich：${flag} ${value} 不是数字；请给出数字`,
    noPrompt: (path, reason) => `${path}：无法读取（${reason}）；请给出提示词文件`,
    told: '教师看得到答案：它写出的内容由答案推出，而实际使用时没有这些内容。',
    written: (name, rows, file) => `${name}：${rows} 行，位于 ${file}`,
    asked: (asked, kept) => `请求 ${asked} 次，另有 ${kept} 条沿用之前的回答`,
    tokens: (prompt, completion) => `提示 ${prompt} token，回答 ${completion} token`,
    cost: (cost) => `费用 ${cost}`,
    dropped: (count) => `略去的行：${count}；第一行：`,
    agreement: (share) => `教师与数据标签一致的比例：${share}`,
    gives: '警告：',
  },
};

interface Options {
  readonly task: EnrichTask;
  readonly teacher: string;
  readonly model?: string;
  readonly as?: string;
  readonly withLabel?: boolean;
  readonly prompt?: string;
  readonly count: string;
  readonly concurrency: string;
  readonly temperature: string;
  readonly maxTokens: string;
  readonly maxSamples?: string;
  readonly priceIn?: string;
  readonly priceOut?: string;
  readonly datasetDir: string;
  readonly replace?: boolean;
  readonly json?: string;
  readonly acceptLicense?: boolean;
}

export function addDataEnrichCommand(data: Command, language: Language): void {
  const text = TEXTS[language];
  const tasks = ENRICH_TASKS.map((task) => `\n  ${task}: ${TASKS[task].about[language]}`).join('');
  data
    .command('enrich')
    .description(text.about)
    .argument('<name>', text.name)
    .addOption(new Option('--task <task>', text.task + tasks).choices(ENRICH_TASKS).makeOptionMandatory())
    .requiredOption('--teacher <endpoint>', text.teacher)
    .option('--model <name>', text.model)
    .option('--as <name>', text.as)
    .option('--with-label', text.withLabel)
    .option('--prompt <file>', text.prompt)
    .option('--count <number>', text.count, '2')
    .option('--concurrency <number>', text.concurrency, '8')
    .option('--temperature <number>', text.temperature, '0.7')
    .option('--max-tokens <number>', text.maxTokens, '512')
    .option('--max-samples <number>', text.maxSamples)
    .option('--price-in <number>', text.priceIn)
    .option('--price-out <number>', text.priceOut)
    .option('--dataset-dir <folder>', text.datasetDir, 'data')
    .option('--replace', text.replace)
    .option('--json <file>', text.json)
    .option('--accept-license', text.license)
    .action((name: string, options: Options) => enrich(name, options, language));
}

async function enrich(name: string, options: Options, language: Language): Promise<void> {
  const text = TEXTS[language];
  const number = (flag: string, value: string) => {
    if (value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
    throw new ConfigError(text.notNumber(flag, value));
  };
  const { datasetDir, task, model, withLabel: isTold = false, maxSamples } = options;
  const as = options.as ?? `${name}_${task}`;
  const prices = [options.priceIn, options.priceOut].map((price) => number('--price', price ?? '0'));
  const costOf = ({ promptTokens, completionTokens }: TeacherUsage) =>
    (promptTokens * prices[0]! + completionTokens * prices[1]!) / 1e6;
  using figures = new EnrichFigures(options.json, costOf);
  const progress = createTaskProgress(language);
  await using teacher = await openTeacher(options, language, progress.report);
  if (isTold) console.error(text.told);
  const stop = new AbortController();
  process.once('SIGINT', () =>
    stop.abort(
      new ConfigError({
        en: 'data enrich: stopped; run it again to go on',
        zh: 'data enrich：已停止；再次运行即可继续',
      }),
    ),
  );
  const made = await enrichDataset(name, {
    fetchFiles: fetchWithProgress(language),
    ...{ datasetDir, task, as, isTold, language, isReplaced: options.replace ?? false },
    endpoint: {
      ...teacher.endpoint,
      ...(model !== undefined && { model }),
      concurrency: number('--concurrency', options.concurrency),
    },
    prompt: options.prompt === undefined ? undefined : readPrompt(options.prompt),
    count: number('--count', options.count),
    temperature: number('--temperature', options.temperature),
    maxTokens: number('--max-tokens', options.maxTokens),
    maxSamples: maxSamples === undefined ? undefined : number('--max-samples', maxSamples),
    onProgress: progress.report,
    onUsage: (usage) => figures.report(usage),
    signal: stop.signal,
  });
  progress.done();
  console.log(describe(made, { datasetDir, cost: costOf(made), language }));
  const givesAway = await whatItGivesAway(as, datasetDir);
  for (const { what, why } of givesAway) {
    console.log(`${text.gives}${harmless(what[language])}; ${why[language]}`);
  }
  figures.finish(made, givesAway);
}

/** A model of this machine answers as any other does: behind a server of ours, on loopback, until it is closed. */
async function openTeacher(
  { teacher: word, acceptLicense = false }: Options,
  language: Language,
  onProgress: OnProgress,
): Promise<{ endpoint: EndpointSettings } & AsyncDisposable> {
  if (word.includes('://') || /\.ya?ml$/i.test(word)) {
    return { endpoint: readEndpoint(word, process.env), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const config = readRunConfig([], {
    ...{ model_name_or_path: word, accept_license: acceptLicense, host: '127.0.0.1', port: 0 },
    access_log: false,
  });
  const server = await serveModels(config, {
    ...{ version: packageVersion(), onProgress, environment: {} },
    acceptLicense: licensePrompt(language, acceptLicense),
    log: () => {},
  });
  return {
    endpoint: { name: word, url: server.url, model: server.models[0] },
    [Symbol.asyncDispose]: async () => {
      server.stop();
      await server.ended;
    },
  };
}

function readPrompt(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      bilingual((of) => TEXTS[of].noPrompt(path, messageOf(error, of))),
      error,
    );
  }
}

function describe(
  made: EnrichedDataset,
  { datasetDir, cost, language }: { datasetDir: string; cost: number; language: Language },
): string {
  const text = TEXTS[language];
  const { name, file, rows, findings, asked, kept, promptTokens, completionTokens, agreement } = made;
  const [first] = findings;
  const lines = [
    text.written(name, rows, shownPath(`${datasetDir}/${file}`)),
    text.asked(asked, kept),
    text.tokens(promptTokens, completionTokens) + (cost > 0 ? `, ${text.cost(cost.toFixed(4))}` : ''),
    ...(agreement === undefined ? [] : [text.agreement(`${(100 * agreement).toFixed(1)} %`)]),
    ...(first
      ? [
          `${text.dropped(findings.length)}${shownPath(first.file)} ${first.row}: ${harmless(shortened(reasonIn(first, language), 120))}`,
        ]
      : []),
  ];
  return lines.join('\n');
}

/** What the doctor says of answers that stand in the prompts of the new rows. */
async function whatItGivesAway(name: string, datasetDir: string) {
  const { diagnoses } = await examineDataset(name, { datasetDir, heldOut: [], seed: 42 });
  return diagnoses
    .filter(({ check }) => check === 'answer_in_prompt')
    .map(({ what, why }) => ({ what, why }));
}
