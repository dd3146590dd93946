/**
 * Judges what a run file names, the model as it was and tuned, on the same held-out rows, and beside them what others
 * answer: files of predictions, endpoints.
 */
import type { RunConfig } from '../config/index.ts';
import { ConfigError } from '../core/index.ts';
import { loadDatasets, type RowFinding, type Sample } from '../data/index.ts';
import {
  answerLimit,
  type Candidate,
  type Comparison,
  compareModels,
  type EndpointSettings,
  type Judged,
  judgeByAnswers,
  judgeByLabels,
  judgeEndpoint,
  labelsOf,
  oncePerModel,
} from '../evaluate/index.ts';
import { datasetFetcher } from '../hub/index.ts';
import type { ScoringMode } from '../infer/index.ts';
import { judgePredictions, predictionsName } from './judge-predictions.ts';
import { type OpenOptions, openModel } from './open-model.ts';

export interface EvaluateOptions extends OpenOptions {
  readonly mode: ScoringMode;
  /** Who of the two is judged; both when absent. With `none` no model is opened: only others are judged. */
  readonly candidates?: 'base' | 'tuned' | 'none';
  /** Also judges what the models write by themselves. */
  readonly freeAnswers: boolean;
  /** Further adapters on the same base, judged beside the run file's. */
  readonly adapters?: readonly string[];
  /** Files of predictions for the same rows. */
  readonly predictions?: readonly string[];
  /** Models that answer over HTTP. */
  readonly endpoints?: readonly EndpointSettings[];
  /** The name of the model that is in use today. */
  readonly incumbent?: string | undefined;
  readonly onJudged?: (judged: Judged) => void;
  readonly signal?: AbortSignal;
}

export interface EvaluateResult {
  readonly dataset: string;
  readonly labels: readonly string[];
  readonly judged: readonly Judged[];
  /** Each model once: by label scoring where it was judged so. */
  readonly comparison: Comparison;
  readonly findings: readonly RowFinding[];
}

export async function evaluateModels(config: RunConfig, options: EvaluateOptions): Promise<EvaluateResult> {
  const names = config.eval_dataset.length > 0 ? config.eval_dataset : config.dataset;
  if (names.length === 0) {
    throw new ConfigError({
      en: 'evaluate: no data set is named; set eval_dataset to rows that the model was not trained on',
      zh: '评估：没有指定数据集；请把 eval_dataset 设为模型未训练过的数据',
    });
  }
  const { samples, findings } = await loadDatasets(names, {
    datasetDir: config.dataset_dir,
    fetchFiles: datasetFetcher({ onProgress: options.onProgress }),
    maxSamples: config.max_samples ?? undefined,
    seed: config.seed,
  });
  const labels = labelsOf(samples, config.labels);
  const { predictions = [], endpoints = [], incumbent, onJudged, signal, onProgress } = options;
  checkNames(config, options);
  if (options.candidates === 'none' && predictions.length + endpoints.length === 0) {
    throw new ConfigError({
      en: 'evaluate: nobody is to be judged; name a model, predictions or an endpoint',
      zh: '评估：没有评判对象；请指定模型、预测文件或接口',
    });
  }
  const allFindings = [...findings];
  const outside: Judged[] = [];
  const addOutside = (result: Judged & { readonly findings: readonly RowFinding[] }) => {
    allFindings.push(...result.findings);
    outside.push(result);
    onJudged?.(result);
  };
  // Before the models, whose judging takes longer and should not be in vain.
  for (const file of predictions) addOutside(await judgePredictions(file, samples, labels));
  for (const endpoint of endpoints) {
    addOutside(await judgeEndpoint(endpoint, samples, { labels, onProgress, signal }));
  }
  const judged = options.candidates === 'none' ? [] : await judgeOwn(config, options, { samples, labels });
  judged.push(...outside);
  const comparison = compareModels(oncePerModel(judged), { labels, incumbent, seed: config.seed });
  return { dataset: names.join(','), labels, judged, comparison, findings: allFindings };
}

/** The models that are computed here: base, tuned, further adapters. */
async function judgeOwn(
  config: RunConfig,
  options: EvaluateOptions,
  { samples, labels }: { readonly samples: readonly Sample[]; readonly labels: readonly string[] },
): Promise<Judged[]> {
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
  return judged;
}

/** Names tell the models apart, and one of them may be the incumbent: said before hours of judging. */
function checkNames(config: RunConfig, options: EvaluateOptions): void {
  const { candidates, adapters = [], predictions = [], endpoints = [], incumbent } = options;
  const own = config.adapter_name_or_path.length > 0 ? ['base', 'tuned'] : ['base'];
  const names = [
    ...own.filter((name) => candidates === undefined || candidates === name),
    ...(candidates === 'none' ? [] : adapters),
    ...predictions.map(predictionsName),
    ...endpoints.map(({ name }) => name),
  ];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ConfigError({
      en: `evaluate: two models are called "${twice}"; rename the file of predictions or the endpoint`,
      zh: `评估：有两个模型都叫 "${twice}"；请给预测文件或接口改名`,
    });
  }
  if (incumbent !== undefined && !names.includes(incumbent)) {
    throw new ConfigError({
      en: `evaluate: the incumbent "${incumbent}" is none of the models (${names.join(', ')}); name one of them`,
      zh: `评估：在用模型 "${incumbent}" 不在参与评估的模型（${names.join('、')}）之中；请从中指定`,
    });
  }
}
