/** The rows that a run works on: loaded, split, and encoded for the model's tokenizer and template. */
import type { RunConfig } from '../config/index.ts';
import type { OnProgress } from '../core/index.ts';
import {
  type EncodedRows,
  encodeSamples,
  encodeSettings,
  loadDatasets,
  type RowFinding,
  rowsInMemory,
  type Sample,
  splitTrainValidation,
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

export interface RunRows {
  readonly train: EncodedRows;
  readonly evaluation: EncodedRows;
  /** The rows of eval_dataset as conversations, for answers. */
  readonly questions: readonly Sample[];
  /** Rows that were left out or lost something. */
  readonly findings: readonly RowFinding[];
}

/** Without a template in the settings it is the one that suits a starter, else the model's own. */
export async function openText(config: RunConfig, model: ModelFiles): Promise<RunText> {
  const tokenizer = await loadTokenizer(model);
  const template = getTemplate(config.template ?? model.suggestedTemplate, tokenizer);
  return { tokenizer, fitted: fitTokenizer(tokenizer, template), template };
}

/**
 * Loads what the run's tasks need, and no more.
 * @throws DataError when a data set cannot be used, or none of its rows
 */
export async function openRows(config: RunConfig, text: RunText, onProgress?: OnProgress): Promise<RunRows> {
  let findings: readonly RowFinding[] = [];
  const load = async (names: readonly string[]) => {
    const { dataset_dir: datasetDir, max_samples, data_seed: seed } = config;
    const loaded = await loadDatasets(names, { datasetDir, maxSamples: max_samples ?? undefined, seed });
    findings = findings.concat(loaded.findings);
    return loaded.samples;
  };
  const encode = (samples: readonly Sample[]) => {
    const { encoded, findings: more } = encodeSamples(samples, text.template, text.tokenizer, {
      ...encodeSettings(config),
      ...(onProgress ? { onProgress } : {}),
    });
    findings = findings.concat(more);
    return rowsInMemory(encoded);
  };
  const questions = config.eval_dataset.length > 0 ? await load(config.eval_dataset) : [];
  const { train, validation } = await splitRows(config, load);
  const held = validation.length > 0 ? validation : questions;
  return {
    train: config.do_train ? encode(train) : rowsInMemory([]),
    evaluation: config.do_eval ? encode(held) : rowsInMemory([]),
    questions,
    findings,
  };
}

async function splitRows(config: RunConfig, load: (names: readonly string[]) => Promise<Sample[]>) {
  const isHeldOut = config.val_size > 0 && config.do_eval;
  if (!config.do_train && !isHeldOut) return { train: [], validation: [] };
  const samples = await load(config.dataset);
  if (config.val_size === 0) return { train: samples, validation: [] };
  return splitTrainValidation(samples, config.val_size, config.data_seed);
}
