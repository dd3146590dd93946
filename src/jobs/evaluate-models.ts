/** Judges what a run file names: the model as it was, and tuned, side by side on the same held-out rows. */
import type { RunConfig } from '../config/index.ts';
import { ConfigError } from '../core/index.ts';
import { loadDatasets, type RowFinding } from '../data/index.ts';
import {
  answerLimit,
  type Candidate,
  type Judged,
  judgeByAnswers,
  judgeByLabels,
  labelsOf,
} from '../evaluate/index.ts';
import type { ScoringMode } from '../infer/index.ts';
import { type OpenOptions, openModel } from './open-model.ts';

export interface EvaluateOptions extends OpenOptions {
  readonly mode: ScoringMode;
  /** Who of the two is judged; both when absent. */
  readonly candidates?: 'base' | 'tuned';
  /** Also judges what the models write by themselves. */
  readonly freeAnswers: boolean;
  /** Further adapters on the same base, judged beside the run file's. */
  readonly adapters?: readonly string[];
  readonly onJudged?: (judged: Judged) => void;
  readonly signal?: AbortSignal;
}

export interface EvaluateResult {
  readonly dataset: string;
  readonly labels: readonly string[];
  readonly judged: readonly Judged[];
  readonly findings: readonly RowFinding[];
}

export async function evaluateModels(config: RunConfig, options: EvaluateOptions): Promise<EvaluateResult> {
  const names = config.eval_dataset.length > 0 ? config.eval_dataset : config.dataset;
  if (names.length === 0) {
    throw new ConfigError(
      'evaluate: no data set is named; set eval_dataset to rows that the model was not trained on',
    );
  }
  const { samples, findings } = await loadDatasets(names, {
    datasetDir: config.dataset_dir,
    maxSamples: config.max_samples ?? undefined,
    seed: config.seed,
  });
  const labels = labelsOf(samples, config.labels);
  const { mode, freeAnswers, adapters = [], onJudged, signal, onProgress } = options;
  using open = await openModel(config, options);
  const { model, template, base, tuned } = open;
  const candidates: Candidate[] = [];
  if (options.candidates !== 'tuned') candidates.push({ name: 'base', model, decoder: base });
  if (tuned && options.candidates !== 'base') candidates.push({ name: 'tuned', model, decoder: tuned });
  for (const folder of adapters) {
    candidates.push({ name: folder, model, decoder: open.withAdapter(folder) });
  }
  const judging = {
    template,
    labels,
    enableThinking: config.enable_thinking,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  };
  const judged: Judged[] = [];
  const add = (result: Judged) => {
    judged.push(result);
    onJudged?.(result);
  };
  for (const candidate of candidates) {
    add(await judgeByLabels(candidate, samples, { ...judging, mode }));
    if (!freeAnswers) continue;
    const maxNewTokens = answerLimit(judging, model, config.max_new_tokens);
    add(await judgeByAnswers(candidate, samples, { ...judging, maxNewTokens }));
  }
  return { dataset: names.join(','), labels, judged, findings };
}
