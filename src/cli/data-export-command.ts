/** `tunesmith data export`: a data set in the form that another program reads. */
import { type Command, Option } from 'commander';
import { type Language, reasonIn } from '../core/index.ts';
import { EXPORT_FORMATS, type ExportFormat, exportDataset } from '../data/index.ts';
import { fetchWithProgress } from './fetch-dataset.ts';
import { shownPath } from './shown-path.ts';
import { harmless } from './shown-text.ts';

const EN = {
  about:
    'write a data set as alpaca, sharegpt, openai, csv or parquet, or its questions as a batch for the OpenAI API',
  name: 'name in dataset_info.json',
  file: 'file to write; .json makes a list, any other ending a row a line',
  datasetDir: 'folder of dataset_info.json',
  format: 'form of the rows',
  model: 'openai-batch: the model that is asked',
  seed: 'seed of num_samples',
  replace: 'replace a file of this name',
  written: (rows: number, file: string) => `${rows} rows written to ${file}`,
  dropped: (count: number) => `rows that cannot be used and are left out: ${count}; the first: `,
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '将数据集导出为 alpaca、sharegpt、openai、csv、parquet，或将其问题导出为 OpenAI API 的批处理文件',
    name: 'dataset_info.json 中的名称',
    file: '要写入的文件；.json 写成列表，其他扩展名每行一条',
    datasetDir: 'dataset_info.json 所在文件夹',
    format: '格式',
    model: 'openai-batch：被询问的模型',
    seed: 'num_samples 的随机种子',
    replace: '替换同名文件',
    written: (rows, file) => `已将 ${rows} 行写入 ${file}`,
    dropped: (count) => `无法使用而略去的行：${count}；第一行：`,
  },
};

interface Options {
  readonly datasetDir: string;
  readonly format: ExportFormat;
  readonly model?: string;
  readonly seed: string;
  readonly replace?: boolean;
}

export function addDataExportCommand(data: Command, language: Language): void {
  const text = TEXTS[language];
  data
    .command('export')
    .description(text.about)
    .argument('<name>', text.name)
    .argument('<file>', text.file)
    .addOption(new Option('--format <format>', text.format).choices(EXPORT_FORMATS).makeOptionMandatory())
    .option('--dataset-dir <folder>', text.datasetDir, 'data')
    .option('--model <model>', text.model)
    .option('--seed <number>', text.seed, '42')
    .option('--replace', text.replace)
    .action((name: string, path: string, options: Options) => runExport(name, path, options, language));
}

async function runExport(name: string, path: string, options: Options, language: Language): Promise<void> {
  const text = TEXTS[language];
  const { datasetDir, format, model, replace: isReplaced = false } = options;
  const seed = Number(options.seed);
  const { rows, findings } = await exportDataset(name, {
    ...{ datasetDir, format, path, model, isReplaced, seed },
    fetchFiles: fetchWithProgress(language),
  });
  const dropped = findings.filter(({ kind }) => kind === 'dropped');
  const [first] = dropped;
  if (first) {
    console.log(
      `${text.dropped(dropped.length)}${shownPath(first.file)} ${first.row}: ${harmless(reasonIn(first, language))}`,
    );
  }
  console.log(text.written(rows, shownPath(path)));
}
