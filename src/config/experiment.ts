/**
 * An experiment, resolved: every variant a run, every candidate of one kind, every criterion one that can be
 * measured; or one error that names all that does not fit together. Runs in a browser too; reads no files.
 */
import type { Bilingual } from '../core/portable.ts';
import { parseExperimentFile } from './experiment-file.ts';
import { Problems, Runs } from './experiment-runs.ts';
import type { ExperimentFile } from './experiment-schema.ts';
import type { RunConfig } from './settings.ts';

type JudgedBy = ExperimentFile['judge_by'][number];

/** A training. */
export interface Variant {
  readonly name: string;
  /** Its output_dir is chosen when it starts. */
  readonly run: RunConfig;
}

interface Compared {
  readonly name: string;
  /** How it is judged; the first one counts. */
  readonly judgeBy: readonly JudgedBy[];
  /** Where it reads the test rows; of a local model, all that it is judged with. */
  readonly run: RunConfig;
}

/** Who is compared: a model on this machine, the end of a variant, an endpoint, or a file of predictions. */
export type CandidateSpec = Compared &
  (
    | { readonly kind: 'model' }
    | { readonly kind: 'variant'; readonly variant: string; readonly checkpoint?: number }
    /** As it is written, secrets not filled in. */
    | { readonly kind: 'endpoint'; readonly endpoint: Readonly<Record<string, unknown>> }
    | { readonly kind: 'predictions'; readonly file: string }
  );

export interface CriterionSpec {
  readonly metric: string;
  readonly atConcurrency?: number;
  readonly min?: number;
  readonly max?: number;
  /** A candidate. */
  readonly beats?: string;
}

export interface LoadTestSpec {
  readonly requests: number;
  /** Ascending. */
  readonly concurrency: readonly number[];
  readonly path: 'classify' | 'chat';
  readonly warmUp: number;
  readonly candidates: readonly string[];
  readonly price?: { readonly perHour: number; readonly currency: string };
  readonly targetQps?: number;
}

export interface Experiment {
  readonly name: string;
  readonly question?: string;
  readonly outputDir: string;
  readonly testDataset: readonly string[];
  readonly variants: readonly Variant[];
  readonly candidates: readonly CandidateSpec[];
  /** Whom the criteria are about. */
  readonly candidate: string;
  readonly incumbent?: string;
  readonly loadtest?: LoadTestSpec;
  readonly criteria: readonly CriterionSpec[];
  readonly seed: number;
}

const DEFAULT_CONCURRENCY = [1, 8];
const ANSWER_METRICS = ['accuracy', 'macro_f1', 'micro_f1', 'weighted_f1'];

/**
 * @param source the file's name, for messages
 * @param overrides raw settings that count more than those of the file; its output_dir is the experiment's
 * @throws ConfigError
 */
export function resolveExperiment(
  text: string,
  source: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Experiment {
  const read = parseExperimentFile(text, source);
  const { file } = read;
  const { output_dir: outputDir, ...changes } = overrides;
  const problems = new Problems(read);
  const runs = new Runs(read, problems, changes);
  const variants = Object.keys(file.variants).map((name) => ({ name, run: runs.ofVariant(name) }));
  const candidates = candidatesOf(file, runs, problems);
  const names = candidates.map(({ name }) => name);
  if (names.length === 0) {
    problems.add(['candidates'], {
      en: 'candidates are missing; name variants, or candidates to compare',
      zh: '缺少 candidates；请写明 variants，或写明参与比较的 candidates',
    });
  }
  const candidate = candidateOf(file, names, problems);
  if (file.incumbent !== undefined) problems.checkName(['incumbent'], file.incumbent, names);
  const criteria = criteriaOf(file, { names, candidate }, problems);
  const loadtest = loadTestOf(file, { candidate, names, criteria }, problems);
  problems.throw();
  return {
    name: file.name,
    ...(file.question !== undefined && { question: file.question }),
    outputDir: typeof outputDir === 'string' ? outputDir : (file.output_dir ?? `experiments/${file.name}`),
    testDataset: file.test_dataset,
    variants,
    candidates,
    candidate,
    ...(file.incumbent !== undefined && { incumbent: file.incumbent }),
    ...(loadtest && { loadtest }),
    criteria,
    seed: candidates[0]!.run.seed,
  };
}

function candidatesOf(file: ExperimentFile, runs: Runs, problems: Problems): CandidateSpec[] {
  const variants = Object.keys(file.variants);
  const shared = file.settings['model_name_or_path'];
  const written = file.candidates ?? {
    ...(shared !== undefined && { base: { model: String(shared) } }),
    ...Object.fromEntries(variants.map((variant) => [variant, { variant }])),
  };
  return Object.entries(written).flatMap(([name, candidate]): CandidateSpec[] => {
    const path = ['candidates', name];
    const { model, variant, endpoint, predictions } = candidate as NonNullable<
      ExperimentFile['candidates']
    >[string];
    const { adapter, checkpoint, judge_by, test_dataset } = candidate as NonNullable<
      ExperimentFile['candidates']
    >[string];
    const kinds = Object.entries({ model, variant, endpoint, predictions }).filter(([, value]) => value);
    const fail = ({ en, zh }: Bilingual) =>
      problems.add(path, { en: `candidates.${name}${en}`, zh: `candidates.${name}${zh}` });
    if (kinds.length !== 1) {
      const keys = kinds.map(([key]) => key);
      const said =
        keys.length === 0
          ? { en: 'says not who answers', zh: '没有写明由谁回答' }
          : { en: `says ${keys.join(' and ')}`, zh: `同时写了 ${keys.join('、')}` };
      fail({
        en: ` ${said.en}; give one of model, variant, endpoint, predictions`,
        zh: ` ${said.zh}；请从 model、variant、endpoint、predictions 中写一个`,
      });
      return [];
    }
    if (adapter !== undefined && model === undefined)
      fail({
        en: '.adapter has no model to lie on; give model',
        zh: '.adapter 没有对应的模型；请写明 model',
      });
    if (checkpoint !== undefined && variant === undefined)
      fail({
        en: '.checkpoint is of no variant; give variant',
        zh: '.checkpoint 不属于任何训练方案；请写明 variant',
      });
    if (variant !== undefined) problems.checkName([...path, 'variant'], variant, variants);
    const rows = test_dataset ?? file.test_dataset;
    const isOutside = endpoint !== undefined || predictions !== undefined;
    const run = runs.ofCandidate(rows, {
      variant,
      ...(model !== undefined && { model_name_or_path: model, adapter_name_or_path: adapter ?? [] }),
      ...(isOutside && { model_name_or_path: 'unused' }),
    });
    const judgeBy: readonly JudgedBy[] = isOutside ? ['answers'] : (judge_by ?? file.judge_by);
    const base = { name, judgeBy, run };
    if (endpoint) return [{ ...base, kind: 'endpoint', endpoint }];
    if (predictions !== undefined) return [{ ...base, kind: 'predictions', file: predictions }];
    if (variant === undefined) return [{ ...base, kind: 'model' }];
    return [{ ...base, kind: 'variant', variant, ...(checkpoint !== undefined && { checkpoint }) }];
  });
}

function candidateOf(file: ExperimentFile, names: readonly string[], problems: Problems): string {
  if (file.candidate !== undefined) {
    problems.checkName(['candidate'], file.candidate, names);
    return file.candidate;
  }
  const tuned = names.filter((name) => {
    const written = file.candidates?.[name];
    return written ? written.variant !== undefined : Object.hasOwn(file.variants, name);
  });
  const others = names.filter((name) => name !== file.incumbent && name !== 'base');
  const likely = tuned.length > 0 ? tuned : others.length > 0 ? others : names;
  if (likely.length > 1) {
    problems.add(['criteria'], {
      en: `candidate is missing, and ${likely.join(', ')} may be meant; name whom the criteria are about`,
      zh: `缺少 candidate，可能是 ${likely.join('、')}；请写明标准针对的候选者`,
    });
  }
  return likely[0] ?? '';
}

function criteriaOf(
  file: ExperimentFile,
  { names, candidate }: { names: readonly string[]; candidate: string },
  problems: Problems,
): CriterionSpec[] {
  return Object.entries(file.criteria).flatMap(([metric, list]) =>
    (list ?? []).map((criterion, index): CriterionSpec => {
      const path = ['criteria', metric, ...((list ?? []).length > 1 ? [index] : [])];
      const { min, max } = criterion;
      const beats = 'beats' in criterion ? criterion.beats : undefined;
      const atConcurrency = 'at_concurrency' in criterion ? criterion.at_concurrency : undefined;
      if (min === undefined && max === undefined && beats === undefined) {
        const isOfAnswers = ANSWER_METRICS.includes(metric);
        problems.add(path, {
          en: `${path.join('.')} asks for nothing; give ${isOfAnswers ? 'min, max or beats' : 'min or max'}`,
          zh: `${path.join('.')} 没有要求；请写 ${isOfAnswers ? 'min、max 或 beats' : 'min 或 max'}`,
        });
      }
      const isRole = beats === 'incumbent' && !names.includes('incumbent');
      if (isRole && file.incumbent === undefined) {
        problems.add(path, {
          en: `${path.join('.')}.beats needs to know who is in use; name incumbent`,
          zh: `${path.join('.')}.beats 需要知道当前在用的是谁；请写明 incumbent`,
        });
      }
      const rival = isRole ? file.incumbent : beats;
      if (rival !== undefined) problems.checkName([...path, 'beats'], rival, names);
      if (rival !== undefined && rival === candidate) {
        problems.add(path, {
          en: `${path.join('.')}.beats: ${rival} cannot be better than itself; name another`,
          zh: `${path.join('.')}.beats：${rival} 不能与自己比较；请写另一个候选者`,
        });
      }
      return {
        metric,
        ...(atConcurrency !== undefined && { atConcurrency }),
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
        ...(rival !== undefined && { beats: rival }),
      };
    }),
  );
}

function loadTestOf(
  { loadtest, candidates }: ExperimentFile,
  {
    candidate,
    names,
    criteria,
  }: { candidate: string; names: readonly string[]; criteria: readonly CriterionSpec[] },
  problems: Problems,
): LoadTestSpec | undefined {
  const pressed = criteria.filter(({ metric }) => !ANSWER_METRICS.includes(metric));
  if (!loadtest && pressed.length === 0) return undefined;
  const asked = pressed.flatMap(({ atConcurrency }) => atConcurrency ?? []);
  const given = loadtest?.concurrency ?? (asked.length > 0 ? [] : DEFAULT_CONCURRENCY);
  const concurrency = [...new Set([...given, ...asked])].sort((a, b) => a - b);
  for (const { metric, atConcurrency } of pressed) {
    if (metric === 'qps' || atConcurrency !== undefined || concurrency.length === 1) continue;
    const path = ['criteria', metric];
    const levels = concurrency.join(', ');
    problems.add(path, {
      en: `criteria.${metric} could be of concurrency ${levels}; say which by at_concurrency`,
      zh: `criteria.${metric} 对应的并发数可能是 ${levels}；请用 at_concurrency 写明`,
    });
  }
  for (const name of loadtest?.candidates ?? []) {
    problems.checkName(['loadtest', 'candidates'], name, names);
    if (candidates?.[name]?.predictions === undefined) continue;
    problems.add(['loadtest', 'candidates'], {
      en: `loadtest.candidates: ${name} is a file and serves nobody; remove it`,
      zh: `loadtest.candidates：${name} 是预测文件，无法压测；请删去`,
    });
  }
  return {
    requests: loadtest?.requests ?? 200,
    concurrency,
    path: loadtest?.path ?? 'classify',
    warmUp: loadtest?.warm_up ?? 8,
    candidates: loadtest?.candidates ?? [candidate],
    ...(loadtest?.price_per_hour !== undefined && {
      price: { perHour: loadtest.price_per_hour, currency: loadtest.currency },
    }),
    ...(loadtest?.target_qps !== undefined && { targetQps: loadtest.target_qps }),
  };
}
