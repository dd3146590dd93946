/** The rows that a run works on: encoded for the model's tokenizer and template on disk, split, read when needed. */
import { resolve } from 'node:path';
import type { RunConfig } from '../config/index.ts';
import { type Bilingual, cacheFolder, DataError, type OnProgress } from '../core/index.ts';
import {
  type EncodedDatasets,
  type EncodedRows,
  encodeDatasets,
  encodeSettings,
  type FetchFiles,
  loadDatasets,
  openTokenized,
  type RowFinding,
  rowsInMemory,
  type Sample,
  saveTokenized,
  splitTrainValidation,
  textKey,
  trainableRows,
} from '../data/index.ts';
import type { LoadedModel } from '../load/index.ts';
import { fitTokenizer, getTemplate, loadTokenizer, type Template, type Tokenizer } from '../text/index.ts';

/** Where a model lies on this machine. */
export type ModelFiles = LoadedModel['model'];

/** How a run writes and reads text. */
export interface RunText {
  /** The model's own: what encoding uses. */
  readonly tokenizer: Tokenizer;
  /** As the template leaves it: what goes into the output folder, and what generation uses. */
  readonly fitted: Tokenizer;
  readonly template: Template;
}

export interface RunRows extends Disposable {
  readonly train: EncodedRows;
  readonly evaluation: EncodedRows;
  /** With do_predict, the rows of eval_dataset as conversations. */
  readonly questions: readonly Sample[];
  /** Rows that were left out or lost something; read anew each time. */
  readonly findings: Iterable<RowFinding>;
}

export interface RowsOptions {
  readonly model: ModelFiles;
  readonly text: RunText;
  /** Brings data sets of hubs here; they are refused without. */
  readonly fetchFiles: FetchFiles | undefined;
  readonly onProgress: OnProgress;
  readonly onNote: (note: Bilingual) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Without a template in the settings it is the one that suits a starter, else the model's own. */
export async function openText(config: RunConfig, model: ModelFiles): Promise<RunText> {
  const tokenizer = await loadTokenizer(model);
  const template = getTemplate(config.template ?? model.suggestedTemplate, tokenizer);
  return { tokenizer, fitted: fitTokenizer(tokenizer, template), template };
}

/** Fewer rows are tokenized before anyone has read that they need not be. */
const WORTH_TELLING = 1000;

/**
 * Encodes what the run's tasks need, and no more.
 * @throws DataError when a data set cannot be used, or none of its rows
 */
export async function openRows(config: RunConfig, options: RowsOptions): Promise<RunRows> {
  const { tokenized_path: path } = config;
  const { samples: questions, findings } = config.do_predict
    ? await loadQuestions(config, options.fetchFiles)
    : { samples: [], findings: [] };
  const saved =
    path === null ? undefined : openTokenized(path, textKey(options.text.tokenizer, options.text.template));
  if (saved) {
    options.onNote({
      en: `data: tokenized rows of ${path}, whatever the other settings of data say`,
      zh: `数据：采用 ${path} 中已分词的数据，不看其他数据设置`,
    });
    const { train, evaluation } = saved;
    const none = rowsInMemory([]);
    return {
      train: config.do_train ? train : none,
      evaluation: config.do_eval ? evaluation : none,
      questions,
      findings,
      [Symbol.dispose]: () => saved[Symbol.dispose](),
    };
  }
  const rows = await encodeRows(config, options);
  if (path !== null) {
    await saveTokenized(path, rows, textKey(options.text.tokenizer, options.text.template));
    options.onNote({
      en: `data: the tokenized rows are saved in ${path}, and are taken from there next time`,
      zh: `数据：分词结果已存入 ${path}，下次直接取用`,
    });
  }
  // What is measured is encoded, and its findings are told with it.
  return { ...rows, questions, ...(!config.do_train && !config.do_eval && { findings }) };
}

async function encodeRows(config: RunConfig, options: RowsOptions): Promise<Omit<RunRows, 'questions'>> {
  const opened: EncodedDatasets[] = [];
  const close = () => {
    for (const set of opened) set[Symbol.dispose]();
  };
  const encode = async (names: readonly string[]) => {
    const set = await encodeDatasets(names, encodeOptions(config, options));
    opened.push(set);
    const { kept } = set;
    if (kept.samples >= WORTH_TELLING) {
      const { samples, names } = kept;
      options.onNote({
        en: `data: ${samples} rows of ${names.join(', ')} had been tokenized before`,
        zh: `数据：${names.join('、')} 的 ${samples} 行此前已分词`,
      });
    }
    return set.samples;
  };
  try {
    const isSplit = config.val_size > 0 && config.do_eval;
    const samples = config.do_train || isSplit ? await encode(config.dataset) : rowsInMemory([]);
    const parts =
      config.val_size > 0 && samples.length > 0
        ? splitTrainValidation(samples.length, config.val_size, config.data_seed)
        : { train: undefined, validation: undefined };
    const train = config.do_train ? trainableRows(samples, parts.train) : rowsInMemory([]);
    let evaluation = rowsInMemory([]);
    if (isSplit) evaluation = trainableRows(samples, parts.validation);
    else if (config.do_eval && config.eval_dataset.length > 0) {
      evaluation = trainableRows(await encode(config.eval_dataset));
    }
    if (config.do_train && train.length === 0) {
      throw new DataError({
        en: `data: no row is left to train on; lower val_size (now ${config.val_size})`,
        zh: `数据：没有剩下可训练的数据；请减小 val_size（现为 ${config.val_size}）`,
      });
    }
    return {
      train,
      evaluation,
      findings: {
        *[Symbol.iterator]() {
          for (const set of opened) yield* set.findings;
        },
      },
      [Symbol.dispose]: close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function encodeOptions(config: RunConfig, { model, text, fetchFiles, onProgress, signal }: RowsOptions) {
  return {
    plan: {
      model: { kind: model.kind, path: model.path },
      templateName: config.template ?? model.suggestedTemplate,
      settings: encodeSettings(config),
    },
    text,
    datasetDir: config.dataset_dir,
    fetchFiles,
    cacheFolder: config.cache_dir === null ? cacheFolder() : resolve(config.cache_dir),
    maxSamples: config.max_samples ?? undefined,
    seed: config.data_seed,
    mix: {
      strategy: config.mix_strategy,
      probabilities: config.interleave_probs?.split(',').map(Number),
      seed: config.data_seed,
    },
    overwrite: config.overwrite_cache,
    threads: config.preprocessing_num_workers ?? undefined,
    onProgress,
    signal,
  };
}

function loadQuestions(config: RunConfig, fetchFiles: FetchFiles | undefined) {
  const { dataset_dir: datasetDir, max_samples, data_seed: seed } = config;
  return loadDatasets(config.eval_dataset, {
    ...{ datasetDir, fetchFiles, seed },
    maxSamples: max_samples ?? undefined,
  });
}
