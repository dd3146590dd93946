/** `tunesmith data split`: a data set becomes training, validation and test rows that share no question and no group. */
import type { Command } from 'commander';
import { ConfigError, type Language } from '../core/index.ts';
import { type SplitRecord, splitDataset } from '../data/index.ts';
import { fetchWithProgress } from './fetch-dataset.ts';
import { shownPath } from './shown-path.ts';
import { harmless, shortened } from './shown-text.ts';

const EN = {
  about:
    'split a data set into training, validation and test rows; the same question never stands in two of them',
  name: 'name in dataset_info.json',
  datasetDir: 'folder of dataset_info.json',
  val: 'share or number of rows to validate on',
  test: 'share or number of rows to test on',
  stratify: 'column of which each part gets its share (the answers, where they are labels)',
  group: 'column whose values stay together',
  seed: 'seed of the draw',
  replace: 'replace parts of an earlier split',
  notNumber: (flag: string, value: string) =>
    `data split: --${flag} ${value} is no number; give a share such as 0.1, or a number of rows`,
  strata: (column: string) => (column === 'answer' ? 'by answer' : `by ${column}`),
  duplicates: (count: number) => `rows that repeat the question of another, kept together: ${count}`,
  dropped: (count: number) => `rows that cannot be used, in no part: ${count}`,
  more: (count: number) => `… and ${count} more values`,
  written: 'recorded in ',
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '将数据集划分为训练、验证、测试三部分；同一问题不会出现在两部分中',
    name: 'dataset_info.json 中的名称',
    datasetDir: 'dataset_info.json 所在文件夹',
    val: '验证部分的比例或行数',
    test: '测试部分的比例或行数',
    stratify: '各部分按此列的比例分配（回答为标签时默认按回答）',
    group: '此列取值相同的行不分开',
    seed: '随机种子',
    replace: '替换之前划分出的部分',
    notNumber: (flag, value) => `data split：--${flag} ${value} 不是数；请给出 0.1 这样的比例，或行数`,
    strata: (column) => (column === 'answer' ? '按回答' : `按 ${column}`),
    duplicates: (count) => `与其他行问题相同、放在一起的行：${count}`,
    dropped: (count) => `无法使用、不在任何部分中的行：${count}`,
    more: (count) => `……以及另外 ${count} 个取值`,
    written: '已记录于 ',
  },
};

interface Options {
  readonly datasetDir: string;
  readonly val: string;
  readonly test: string;
  readonly stratify?: string;
  readonly group?: string;
  readonly seed: string;
  readonly replace?: boolean;
}

const SHOWN_STRATA = 20;

export function addDataSplitCommand(data: Command, language: Language): void {
  const text = TEXTS[language];
  data
    .command('split')
    .description(text.about)
    .argument('<name>', text.name)
    .option('--dataset-dir <folder>', text.datasetDir, 'data')
    .option('--val <share>', text.val, '0.1')
    .option('--test <share>', text.test, '0.1')
    .option('--stratify <column>', text.stratify)
    .option('--group <column>', text.group)
    .option('--seed <number>', text.seed, '42')
    .option('--replace', text.replace)
    .action((name: string, options: Options) => split(name, options, language));
}

async function split(name: string, options: Options, language: Language): Promise<void> {
  const text = TEXTS[language];
  const number = (flag: 'val' | 'test' | 'seed') => {
    const value = options[flag].trim() === '' ? Number.NaN : Number(options[flag]);
    if (!Number.isFinite(value)) throw new ConfigError(text.notNumber(flag, options[flag]));
    return value;
  };
  const { datasetDir, stratify, group, replace: isReplaced = false } = options;
  const { record, recordPath } = await splitDataset(name, {
    ...{ datasetDir, stratify, group, isReplaced },
    fetchFiles: fetchWithProgress(language),
    ...{ val: number('val'), test: number('test'), seed: number('seed') },
  });
  console.log(describe(record, text));
  console.log(text.written + shownPath(recordPath));
}

function describe(record: SplitRecord, text: typeof EN): string {
  const { dataset, parts, rows, strata, stratify, duplicates, dropped } = record;
  const made = (['train', 'val', 'test'] as const).filter((part) => parts[`${dataset}_${part}`]);
  const lines = made.map((part) => `${dataset}_${part}: ${rows[part]}`);
  const values = Object.entries(strata);
  if (stratify !== null) {
    lines.push(text.strata(stratify));
    for (const [value, counts] of values.slice(0, SHOWN_STRATA)) {
      lines.push(`  ${harmless(shortened(value, 40))}: ${made.map((part) => counts[part]).join(' / ')}`);
    }
    if (values.length > SHOWN_STRATA) lines.push(`  ${text.more(values.length - SHOWN_STRATA)}`);
  }
  if (duplicates > 0) lines.push(text.duplicates(duplicates));
  if (dropped > 0) lines.push(text.dropped(dropped));
  return lines.join('\n');
}
