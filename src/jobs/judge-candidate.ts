/**
 * One candidate judged on the test rows, by whatever way it answers: a model on this machine, an endpoint, or a file
 * of predictions. Candidates that read the same rows written in another way are told by the places of the first.
 */
import type { RunConfig } from '../config/index.ts';
import { DataError } from '../core/index.ts';
import { loadDatasets, type RowFinding, type Sample } from '../data/index.ts';
import {
  answerLimit,
  type EndpointSettings,
  type Judged,
  judgeByAnswers,
  judgeByLabels,
  judgeEndpoint,
  labelsOf,
  truthOf,
} from '../evaluate/index.ts';
import { datasetFetcher } from '../hub/index.ts';
import { judgePredictions } from './judge-predictions.ts';
import { type OpenOptions, openModel } from './open-model.ts';

/** Who answers; a model is the one that the run file names, with its adapter where it names one. */
export type Answerer =
  | { readonly kind: 'model' }
  | { readonly kind: 'endpoint'; readonly settings: EndpointSettings }
  | { readonly kind: 'predictions'; readonly file: string };

export interface JudgeCandidateOptions extends OpenOptions {
  readonly name: string;
  /** Of a model: by its labels, or by what it writes; in this order. */
  readonly judgeBy: readonly ('labels' | 'answers')[];
  /** The test rows whose places count, where the run file's are the same rows written in another way. */
  readonly rowsAs?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface JudgedCandidate {
  readonly labels: readonly string[];
  readonly judged: readonly Judged[];
  readonly findings: readonly RowFinding[];
}

/** @param config its eval_dataset are the test rows, its labels the answers to choose among */
export async function judgeCandidate(
  config: RunConfig,
  answerer: Answerer,
  options: JudgeCandidateOptions,
): Promise<JudgedCandidate> {
  const { samples, labels, findings } = await testRows(config, options.rowsAs);
  const { name, onProgress, signal } = options;
  if (answerer.kind === 'model') {
    return { labels, judged: await judgeModelOf(config, { samples, labels }, options), findings };
  }
  const outside =
    answerer.kind === 'endpoint'
      ? await judgeEndpoint(answerer.settings, samples, { labels, onProgress, signal })
      : await judgePredictions(answerer.file, samples, labels);
  const evaluation = { ...outside.evaluation, model: name };
  return {
    labels,
    judged: [{ evaluation, rows: outside.rows }],
    findings: [...findings, ...outside.findings],
  };
}

async function judgeModelOf(
  config: RunConfig,
  { samples, labels }: { samples: readonly Sample[]; labels: readonly string[] },
  options: JudgeCandidateOptions,
): Promise<Judged[]> {
  const { name, judgeBy, onProgress, signal } = options;
  using open = await openModel(config, options);
  const { model, template } = open;
  const candidate = { name, model, decoder: open.tuned ?? open.base };
  const judging = {
    template,
    labels,
    enableThinking: config.enable_thinking,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  };
  const judged: Judged[] = [];
  for (const by of judgeBy) {
    if (by === 'labels') judged.push(await judgeByLabels(candidate, samples, { ...judging, mode: 'all' }));
    else {
      const maxNewTokens = answerLimit(judging, model, config.max_new_tokens);
      judged.push(await judgeByAnswers(candidate, samples, { ...judging, maxNewTokens }));
    }
  }
  return judged;
}

export interface TestRows {
  readonly samples: readonly Sample[];
  readonly labels: readonly string[];
  readonly findings: readonly RowFinding[];
}

/** @param rowsAs see JudgeCandidateOptions */
export async function testRows(config: RunConfig, rowsAs?: readonly string[]): Promise<TestRows> {
  const read = (names: readonly string[]) =>
    loadDatasets(names, {
      datasetDir: config.dataset_dir,
      fetchFiles: datasetFetcher(),
      maxSamples: config.max_samples ?? undefined,
      seed: config.seed,
    });
  const { samples, findings } = await read(config.eval_dataset);
  const labels = labelsOf(samples, config.labels);
  if (!rowsAs || rowsAs.join() === config.eval_dataset.join()) return { samples, labels, findings };
  const others = (await read(rowsAs)).samples;
  const place = others.findIndex((other, index) => {
    const sample = samples[index];
    return !sample || truthOf(sample) !== truthOf(other);
  });
  if (place >= 0 || samples.length !== others.length) {
    const names = config.eval_dataset.join(',');
    const as = rowsAs.join(',');
    const what =
      place < 0
        ? {
            en: `it has ${samples.length} rows, and ${as} has ${others.length}`,
            zh: `有 ${samples.length} 行，而 ${as} 有 ${others.length} 行`,
          }
        : { en: `row ${place + 1} differs from ${as}`, zh: `第 ${place + 1} 行与 ${as} 不同` };
    throw new DataError({
      en: `test_dataset ${names}: ${what.en}; write the same rows with the same answers in the same order`,
      zh: `test_dataset ${names}：${what.zh}；两者须是同样的数据、同样的答案、同样的顺序`,
    });
  }
  const placed = samples.map((sample, index) => ({ ...sample, origin: others[index]!.origin }));
  return { samples: placed, labels, findings };
}
