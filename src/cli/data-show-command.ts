/** `tunesmith data show`: a row as the model sees it, token by token: trained, only read, cut. */
import type { Command } from 'commander';
import { bilingual, ConfigError, DataError, type Language, reasonIn } from '../core/index.ts';
import {
  encodeSettings,
  loadDatasets,
  type RowFinding,
  type Sample,
  type ShownRow,
  type ShownToken,
  showRow,
} from '../data/index.ts';
import { resolveModel, STARTERS } from '../hub/index.ts';
import { getTemplate, loadTokenizer } from '../text/index.ts';
import { fetchWithProgress } from './fetch-dataset.ts';
import { licensePrompt } from './license-prompt.ts';
import { readRunConfig } from './run-words.ts';
import { shownPath } from './shown-path.ts';
import { harmless } from './shown-text.ts';
import { createTaskProgress } from './task-progress.ts';

const EN = {
  about: 'a row as the model sees it, token by token: trained, only read, cut',
  name: 'name in dataset_info.json',
  settings:
    'run.yaml and key=value: model_name_or_path, template, cutoff_len, mask_history, enable_thinking …',
  row: 'row of the file, counted from 1 (the first one that can be used)',
  template: 'chat template (the one that suits the model)',
  model: 'model whose tokenizer cuts the text (the smallest starter)',
  datasetDir: 'folder of dataset_info.json',
  json: 'write tokens as JSON',
  license: 'accept the licence of a starter model',
  noModel: (name: string) => `No model is named; the tokens are those of ${name}.`,
  badRow: (row: string) => `data show: --row ${row} is no row; give a number from 1 on`,
  noRow: (name: string, row: number, first: number, last: number) =>
    `data show: ${name} has no row ${row}; its rows are ${first} to ${last}`,
  dropped: (place: string, reason: string) =>
    `data show: ${place} is left out: ${reason}; mend the row, or show another one`,
  counts: (tokens: number, trained: number, cut: number) =>
    `${tokens} tokens, ${trained} trained, ${cut} cut`,
  states: { trained: 'trained', read: 'read', cut: 'cut' },
  findings: { dropped: 'this row is left out: ', cut: 'this row loses something: ' },
};
const TEXTS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    about: '按模型所见逐个 token 查看一行：参与训练、只读、被截断',
    name: 'dataset_info.json 中的名称',
    settings:
      'run.yaml 与 key=value：model_name_or_path、template、cutoff_len、mask_history、enable_thinking …',
    row: '文件中的行号，从 1 起（默认第一条可用的行）',
    template: '对话模板（默认取适合该模型的模板）',
    model: '用其分词器切分的模型（默认最小的起步模型）',
    datasetDir: 'dataset_info.json 所在文件夹',
    json: '以 JSON 输出各 token',
    license: '接受起步模型的许可证',
    noModel: (name) => `未指定模型，token 取自 ${name}。`,
    badRow: (row) => `data show：--row ${row} 不是行号；请给出从 1 起的整数`,
    noRow: (name, row, first, last) => `data show：${name} 没有第 ${row} 行；行号为 ${first} 到 ${last}`,
    dropped: (place, reason) => `data show：${place} 被略去：${reason}；请修正该行，或查看其他行`,
    counts: (tokens, trained, cut) => `共 ${tokens} 个 token，训练 ${trained} 个，截断 ${cut} 个`,
    states: { trained: '训练', read: '只读', cut: '截断' },
    findings: { dropped: '该行被略去：', cut: '该行有损失：' },
  },
};

interface Options {
  readonly row?: string;
  readonly template?: string;
  readonly model?: string;
  readonly datasetDir?: string;
  readonly json?: boolean;
  readonly acceptLicense?: boolean;
}

export function addDataShowCommand(data: Command, language: Language): void {
  const text = TEXTS[language];
  data
    .command('show')
    .description(text.about)
    .argument('<name>', text.name)
    .argument('[settings...]', text.settings)
    .option('--row <row>', text.row)
    .option('--template <name>', text.template)
    .option('--model <model>', text.model)
    .option('--dataset-dir <folder>', text.datasetDir)
    .option('--json', text.json)
    .option('--accept-license', text.license)
    .allowUnknownOption()
    .action((name: string, words: string[], options: Options) => showData(name, words, options, language));
}

async function showData(name: string, words: string[], options: Options, language: Language): Promise<void> {
  const text = TEXTS[language];
  const given = (key: string, value: string | undefined) => (value === undefined ? [] : [`${key}=${value}`]);
  const starter = `starter:${STARTERS[0]!.name}`;
  const config = readRunConfig(
    [
      ...words,
      ...given('model_name_or_path', options.model),
      ...given('template', options.template),
      ...given('dataset_dir', options.datasetDir),
    ],
    { model_name_or_path: starter, ...(options.acceptLicense && { accept_license: true }) },
  );
  const { samples, findings } = await loadDatasets([name], {
    datasetDir: config.dataset_dir,
    fetchFiles: fetchWithProgress(language),
    seed: config.data_seed,
  });
  const sample = sampleAt(name, options.row, { samples, findings, text });
  const progress = createTaskProgress(language);
  const model = await resolveModel(config.model_name_or_path, {
    acceptLicense: config.accept_license || licensePrompt(language, false),
    revision: config.model_revision,
    onProgress: progress.report,
  });
  progress.done();
  if (config.model_name_or_path === starter && options.model !== starter) {
    process.stderr.write(`${text.noModel(model.name)}\n`);
  }
  const tokenizer = await loadTokenizer(model);
  const template = getTemplate(config.template ?? model.suggestedTemplate, tokenizer);
  const row = showRow(sample, template, tokenizer, encodeSettings(config));
  if (options.json) {
    const { origin } = sample;
    const about = {
      dataset: name,
      ...origin,
      model: model.name,
      template: template.name,
      cutoffLen: config.cutoff_len,
    };
    console.log(JSON.stringify({ ...about, counts: countsOf(row), ...row }, null, 2));
    return;
  }
  const { tokens, trained, cut } = countsOf(row);
  const place = `${shownPath(sample.origin.file)} ${sample.origin.row}`;
  console.log(`${place}, ${model.name}, ${template.name}: ${text.counts(tokens, trained, cut)}`);
  if (row.finding) console.log(text.findings[row.finding.kind] + reasonIn(row.finding, language));
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];
  console.log(isColoured ? `${colouredLegend(text)}\n\n${coloured(row)}` : `\n${listed(row, text)}`);
}

function countsOf({ tokens }: ShownRow): Record<'tokens' | 'trained' | 'cut', number> {
  return {
    tokens: tokens.length,
    trained: tokens.filter(({ trained }) => trained).length,
    cut: tokens.filter(({ cut }) => cut).length,
  };
}

/** @throws DataError when the row is not there, or was left out */
function sampleAt(
  name: string,
  wish: string | undefined,
  {
    samples,
    findings,
    text,
  }: { samples: readonly Sample[]; findings: readonly RowFinding[]; text: typeof EN },
): Sample {
  if (wish === undefined) return samples[0]!;
  const row = Number(wish);
  if (!Number.isInteger(row) || row < 1) throw new ConfigError(text.badRow(wish));
  const sample = samples.find(({ origin }) => origin.row === row);
  if (sample) return sample;
  const finding = findings.find((found) => found.row === row && found.kind === 'dropped');
  if (finding) {
    const place = `${finding.file} ${row}`;
    throw new DataError(bilingual((of) => TEXTS[of].dropped(place, reasonIn(finding, of))));
  }
  const places = samples.map(({ origin }) => origin.row);
  throw new DataError(text.noRow(name, row, Math.min(...places), Math.max(...places)));
}

type State = keyof typeof EN.states;

/** Two shades of each, so that neighbours can be told apart. */
const SHADES: Readonly<Record<State, readonly [string, string]>> = {
  trained: ['\u001b[30;42m', '\u001b[30;102m'],
  read: ['\u001b[0m', '\u001b[100m'],
  cut: ['\u001b[9;31m', '\u001b[9;91m'],
};
const PLAIN = '\u001b[0m';

function stateOf({ trained, cut }: ShownToken): State {
  if (cut) return 'cut';
  return trained ? 'trained' : 'read';
}

function colouredLegend({ states }: typeof EN): string {
  return (Object.keys(SHADES) as State[])
    .map((state) => `${SHADES[state][0]} ${states[state]} ${PLAIN}`)
    .join(' ');
}

function coloured({ tokens }: ShownRow): string {
  return tokens
    .map((token, index) => {
      const shade = SHADES[stateOf(token)][index % 2]!;
      // A colour that runs over a line's end would fill the line.
      return harmless(token.text)
        .split('\n')
        .map((part, line, { length }) => `${shade}${line < length - 1 ? `${part}↵` : part}${PLAIN}`)
        .join('\n');
    })
    .join('');
}

/** A token a line: its state, its id, its text as JSON writes it. */
function listed({ tokens }: ShownRow, { states }: typeof EN): string {
  return tokens
    .map((token) => `${states[stateOf(token)]}\t${token.id}\t${JSON.stringify(token.text)}`)
    .join('\n');
}
