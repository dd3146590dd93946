/** `tunesmith estimate`: what a training would take, before it is started. */
import type { Command } from 'commander';
import { formatBytes, type Language } from '../core/index.ts';
import { estimateRun } from '../jobs/index.ts';
import { licensePrompt } from './license-prompt.ts';
import { readRunConfig } from './run-words.ts';
import { createTaskProgress } from './task-progress.ts';

const EN = {
  about: 'say what a training would take: steps, tokens, memory',
  settings: 'run.yaml and key=value, as train takes them',
  json: 'print JSON',
  rows: 'rows',
  steps: 'steps',
  tokens: 'tokens in all',
  longest: 'longest row, in tokens',
  cut: 'rows that lose something or are left out',
  memory: (all: string, weights: string, adapter: string, values: string) =>
    `${all} (weights ${weights}, adapter and optimizer ${adapter}, intermediate values ${values})`,
  memoryName: 'memory',
  free: 'free memory',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '估算训练所需：步数、token 数、内存',
    settings: 'run.yaml 与 key=value，同 train',
    json: '以 JSON 输出',
    rows: '行数',
    steps: '步数',
    tokens: 'token 总数',
    longest: '最长一行的 token 数',
    cut: '被截断或略去的行',
    memory: (all, weights, adapter, values) =>
      `${all}（权重 ${weights}，适配器与优化器 ${adapter}，中间值 ${values}）`,
    memoryName: '内存',
    free: '可用内存',
  },
};

export function addEstimateCommand(program: Command, language: Language): void {
  const text = TEXTS[language];
  program
    .command('estimate')
    .description(text.about)
    .argument('[settings...]', text.settings)
    .option('--json', text.json)
    .allowUnknownOption()
    .action((words: string[], options: { json?: boolean }) =>
      estimate(words, options.json === true, language),
    );
}

async function estimate(words: string[], isJson: boolean, language: Language): Promise<void> {
  const text = TEXTS[language];
  const config = readRunConfig(words);
  const progress = createTaskProgress(language);
  const told = await estimateRun(config, {
    onProgress: progress.report,
    acceptLicense: licensePrompt(language, config.accept_license),
  });
  progress.done();
  if (isJson) {
    console.log(JSON.stringify(told));
    return;
  }
  const { memory } = told;
  const facts: readonly (readonly [string, string])[] = [
    [text.rows, String(told.rows)],
    [text.steps, String(told.steps)],
    [text.tokens, String(told.tokens)],
    [text.longest, String(told.longestRow)],
    [text.cut, String(told.cutRows)],
    ...(memory
      ? [
          [
            text.memoryName,
            text.memory(
              formatBytes(memory.totalBytes),
              formatBytes(memory.weightBytes),
              formatBytes(memory.adapterBytes),
              formatBytes(memory.activationBytes),
            ),
          ] as const,
        ]
      : []),
    [text.free, formatBytes(told.availableBytes)],
  ];
  for (const [label, value] of facts) console.log(`${label}: ${value}`);
}
