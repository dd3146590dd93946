/** `tunesmith data check`: what is wrong with a data set, row by row, why it matters, and a repaired copy. */
import type { Command } from 'commander';
import type { RunConfig } from '../config/index.ts';
import type { Language } from '../core/index.ts';
import {
  type Diagnosis,
  type ExaminedDataset,
  encodeSettings,
  examineDataset,
  fixDataset,
  partsBeside,
  type Severity,
} from '../data/index.ts';
import { resolveModel, STARTERS } from '../hub/index.ts';
import { getTemplate, loadTokenizer } from '../text/index.ts';
import { fetchWithProgress } from './fetch-dataset.ts';
import { licensePrompt } from './license-prompt.ts';
import { readRunConfig } from './run-words.ts';
import { shownPath } from './shown-path.ts';
import { harmless, shortened } from './shown-text.ts';
import { createTaskProgress, type TaskProgress } from './task-progress.ts';

const EN = {
  about: 'find what is wrong with a data set: rows, reasons, and a repaired copy',
  name: 'name in dataset_info.json',
  settings: 'run.yaml and key=value: model_name_or_path, template and cutoff_len show which rows are cut',
  against:
    'data sets that it will be judged on, by commas (NAME_val and NAME_test beside NAME_train, when absent)',
  datasetDir: 'folder of dataset_info.json',
  fix: 'write a repaired copy of this name (NAME_fixed when none is given), and a log of its changes',
  replace: 'replace an earlier copy',
  rows: 'rows to show of each finding',
  json: 'write all findings with all rows as JSON',
  license: 'accept the licence of a starter model',
  severities: { error: 'ERROR', warning: 'WARNING', note: 'NOTE' },
  why: 'why: ',
  remedy: 'fix: ',
  byHand: 'by hand: ',
  more: (count: number) => `… and ${count} more rows`,
  sound: (rows: number) => `${rows} rows, nothing found.`,
  summary: (rows: number, findings: number) => `${rows} rows, ${findings} findings.`,
  against_: (names: string) => `Compared with ${names}.`,
  hint: (name: string) => `tunesmith data check ${name} --fix writes a repaired copy.`,
  fixed: (name: string, kept: number, changed: number, removed: number) =>
    `${name}: ${kept} rows kept, ${changed} of them changed, ${removed} removed`,
  log: 'each change: ',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '检查数据集的问题：涉及的行、原因，并可生成修复后的副本',
    name: 'dataset_info.json 中的名称',
    settings: 'run.yaml 与 key=value：由 model_name_or_path、template、cutoff_len 得知哪些行被截断',
    against: '将用来评估它的数据集，以逗号分隔（默认取 NAME_train 旁的 NAME_val 与 NAME_test）',
    datasetDir: 'dataset_info.json 所在文件夹',
    fix: '以此名称写出修复后的副本（默认 NAME_fixed）及修改日志',
    replace: '替换之前的副本',
    rows: '每项发现显示的行数',
    json: '以 JSON 输出全部发现及全部行',
    license: '接受起步模型的许可证',
    severities: { error: '错误', warning: '警告', note: '提示' },
    why: '影响：',
    remedy: '修复：',
    byHand: '需人工处理：',
    more: (count) => `……以及另外 ${count} 行`,
    sound: (rows) => `共 ${rows} 行，未发现问题。`,
    summary: (rows, findings) => `共 ${rows} 行，${findings} 项发现。`,
    against_: (names) => `已与 ${names} 比对。`,
    hint: (name) => `tunesmith data check ${name} --fix 可写出修复后的副本。`,
    fixed: (name, kept, changed, removed) =>
      `${name}：保留 ${kept} 行，其中修改 ${changed} 行，移除 ${removed} 行`,
    log: '修改日志：',
  },
};

interface Options {
  readonly against?: string;
  readonly datasetDir?: string;
  readonly fix?: string | true;
  readonly replace?: boolean;
  readonly rows: string;
  readonly json?: boolean;
  readonly acceptLicense?: boolean;
}

export function addDataCheckCommand(data: Command, language: Language): void {
  const text = TEXTS[language];
  data
    .command('check')
    .description(text.about)
    .argument('<name>', text.name)
    .argument('[settings...]', text.settings)
    .option('--against <names>', text.against)
    .option('--dataset-dir <folder>', text.datasetDir)
    .option('--fix [name]', text.fix)
    .option('--replace', text.replace)
    .option('--rows <number>', text.rows, '3')
    .option('--json', text.json)
    .option('--accept-license', text.license)
    .allowUnknownOption()
    .action((name: string, words: string[], options: Options) => checkData(name, words, options, language));
}

async function checkData(name: string, words: string[], options: Options, language: Language): Promise<void> {
  const text = TEXTS[language];
  const config = readRunConfig(
    [...words, ...(options.datasetDir === undefined ? [] : [`dataset_dir=${options.datasetDir}`])],
    {
      model_name_or_path: `starter:${STARTERS[0]!.name}`,
      ...(options.acceptLicense && { accept_license: true }),
    },
  );
  const datasetDir = config.dataset_dir;
  const heldOut = options.against?.split(',').map((word) => word.trim()) ?? partsBeside(name, datasetDir);
  const progress = createTaskProgress(language);
  const examined = await examineDataset(name, {
    fetchFiles: fetchWithProgress(language),
    ...{ datasetDir, heldOut, seed: config.data_seed, onProgress: progress.report },
    encoding: {
      settings: encodeSettings(config),
      open: () => openTokenizer(config, language, progress),
    },
  });
  progress.done();
  const fixed =
    options.fix === undefined
      ? undefined
      : await fixDataset(examined, {
          datasetDir,
          fetchFiles: fetchWithProgress(language),
          as: options.fix === true ? `${name}_fixed` : options.fix,
          isReplaced: options.replace ?? false,
        });
  const { repairs: _, ...examination } = examined;
  if (options.json) {
    console.log(JSON.stringify({ ...examination, ...(fixed && { fixed }) }, null, 2));
    return;
  }
  console.log(describe(examined, { language, shown: Number(options.rows) }));
  if (fixed) {
    console.log(text.fixed(fixed.name, fixed.kept, fixed.changed, fixed.removed));
    console.log(text.log + shownPath(`${datasetDir}/${fixed.log}`));
  } else if (examined.diagnoses.some(({ isFixable }) => isFixable)) console.log(text.hint(name));
}

async function openTokenizer(config: RunConfig, language: Language, progress: TaskProgress) {
  const model = await resolveModel(config.model_name_or_path, {
    acceptLicense: config.accept_license || licensePrompt(language, false),
    revision: config.model_revision,
    onProgress: progress.report,
  });
  const tokenizer = await loadTokenizer(model);
  return { template: getTemplate(config.template ?? model.suggestedTemplate, tokenizer), tokenizer };
}

const COLOURS: Readonly<Record<Severity, string>> = {
  error: '\u001b[31m',
  warning: '\u001b[33m',
  note: '\u001b[36m',
};

function describe(
  { rows, diagnoses, heldOut }: ExaminedDataset,
  { language, shown }: { language: Language; shown: number },
): string {
  const text = TEXTS[language];
  const summary = diagnoses.length === 0 ? text.sound(rows) : text.summary(rows, diagnoses.length);
  const compared = heldOut.length === 0 ? [] : [text.against_(heldOut.join(', '))];
  const blocks = diagnoses.map((diagnosis) => describeOne(diagnosis, { language, shown }));
  return [...blocks, [summary, ...compared].join(' ')].join('\n\n');
}

function describeOne(
  { severity, what, why, fix, isFixable, rows }: Diagnosis,
  { language, shown }: { language: Language; shown: number },
): string {
  const text = TEXTS[language];
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];
  const mark = text.severities[severity];
  const lines = [
    `${isColoured ? `${COLOURS[severity]}${mark}\u001b[0m` : mark} ${harmless(what[language])}`,
    `  ${text.why}${why[language]}`,
    `  ${isFixable ? text.remedy : text.byHand}${fix[language]}`,
    ...rows
      .slice(0, shown)
      .map(
        ({ file, row, note }) => `    ${shownPath(file)} ${row}: ${harmless(shortened(note[language], 100))}`,
      ),
  ];
  if (rows.length > shown) lines.push(`    ${text.more(rows.length - shown)}`);
  return lines.join('\n');
}
