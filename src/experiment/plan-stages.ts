/**
 * From an experiment to its stages, each with the key of all that its result depends on: settings, contents of data
 * and model files, earlier stages, the program's version. What takes least comes first, so that mistakes show early.
 */
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { type CandidateSpec, type Experiment, type RunConfig, SETTINGS, toRunFile } from '../config/index.ts';
import { cacheFolder } from '../core/index.ts';
import { datasetFiles, modelFiles, type OpenOptions } from '../jobs/index.ts';
import { FileHashes, hashOf } from './content-hash.ts';
import { type Stage, type StageKind, stageOf } from './stage.ts';

/** Raised when the same inputs give another result, or a result is written in another way. */
const FORMAT = 1;

/** Settings that change where and how fast things happen, and nothing about the result. */
const WITHOUT_EFFECT: readonly (keyof RunConfig & string)[] = [
  'output_dir',
  'overwrite_output_dir',
  'resume_from_checkpoint',
  'cache_dir',
  'accept_license',
  'num_threads',
  'plot_loss',
  // These count by what lies there.
  'model_name_or_path',
  'adapter_name_or_path',
  'dataset_dir',
  'dataset',
  'eval_dataset',
];
/** What a training's result may depend on. */
const TRAINING: ReadonlySet<string> = new Set(
  SETTINGS.filter(({ group, key, status }) => {
    const isOfTraining = status === 'supported' && group !== 'serving' && group !== 'generation';
    return isOfTraining && !WITHOUT_EFFECT.includes(key as keyof RunConfig & string);
  }).map(({ key }) => key),
);

/** What serving reads of them, beside the model. */
const SERVING = [
  'template',
  'enable_thinking',
  'bf16',
  'device',
  'num_threads',
  'labels',
  'replicas',
  'max_model_len',
  'max_num_seqs',
  'max_queue',
] as const;

/** What judging reads of a run's settings. */
const JUDGING = [
  'template',
  'enable_thinking',
  'max_new_tokens',
  'bf16',
  'max_samples',
  'seed',
  'labels',
  'device',
] as const;

export interface PlanOptions extends OpenOptions {
  readonly version: string;
  readonly outputDir: string;
}

export interface Plan {
  /** In the order in which they run. */
  readonly stages: readonly Stage[];
  /** What a candidate's or variant's model is called, and the hash of its files. */
  readonly models: Readonly<Record<string, { readonly name: string; readonly hash: string }>>;
  /** Of the test rows. */
  readonly testHash: string;
}

/** Fetches models that are not there yet. @throws HubError, DataError, StorageError for inputs that are not there */
export async function planStages(experiment: Experiment, options: PlanOptions): Promise<Plan> {
  return new Planner(experiment, options).plan();
}

class Planner {
  readonly #experiment: Experiment;
  readonly #options: PlanOptions;
  readonly #hashes: FileHashes;
  readonly #models: Record<string, { name: string; hash: string }> = {};

  constructor(experiment: Experiment, options: PlanOptions) {
    this.#experiment = experiment;
    this.#options = options;
    this.#hashes = new FileHashes(join(cacheFolder(), 'hashes.json'));
  }

  async plan(): Promise<Plan> {
    const { variants, candidates, loadtest } = this.#experiment;
    const trained = new Map<string, Stage>();
    for (const { name, run } of variants) {
      trained.set(name, this.#stage('train', name, await this.#trainInputs(name, run)));
    }
    const judged: Stage[] = [];
    const loads: Stage[] = [];
    for (const candidate of candidates) {
      const answers = await this.#answers(candidate, trained);
      const rows = await this.#rows(candidate.run);
      const { judgeBy } = candidate;
      judged.push(
        this.#stage('judge', candidate.name, {
          answers,
          rows,
          judgeBy,
          settings: pick(candidate.run, JUDGING),
        }),
      );
      if (!loadtest?.candidates.includes(candidate.name)) continue;
      const { requests, concurrency, path, warmUp } = loadtest;
      const settings = pick(candidate.run, SERVING);
      const inputs = { answers, rows, settings, requests, concurrency, path, warmUp, machine: machine() };
      loads.push(this.#stage('load', candidate.name, inputs));
    }
    const comparing = { judged: judged.map(({ key }) => key), incumbent: this.#experiment.incumbent };
    const compare = this.#stage('compare', '', { ...comparing, seed: this.#experiment.seed });
    return {
      stages: inOrder(candidates, trained, judged, [compare, ...loads]),
      models: this.#models,
      testHash: hashOf(await this.#rows(candidates[0]!.run)),
    };
  }

  #stage(kind: StageKind, subject: string, inputs: object): Stage {
    const { version, outputDir } = this.#options;
    return stageOf(kind, subject, hashOf({ kind, subject, format: FORMAT, version, inputs }), outputDir);
  }

  async #trainInputs(name: string, run: RunConfig): Promise<object> {
    // As a run file: only what differs from the defaults, so that a setting that is new changes nothing.
    const settings = toRunFile(Object.fromEntries(Object.entries(run).filter(([key]) => TRAINING.has(key))));
    return { settings, model: await this.#model(`train/${name}`, run), rows: await this.#rows(run) };
  }

  /** Who answers: the part of a key that stands for a model's weights, or for whoever it is. */
  async #answers(candidate: CandidateSpec, trained: ReadonlyMap<string, Stage>): Promise<unknown> {
    switch (candidate.kind) {
      case 'endpoint':
        return { endpoint: candidate.endpoint };
      case 'predictions':
        return { predictions: await this.#hashes.of([candidate.file]) };
      case 'variant':
        return { train: trained.get(candidate.variant)!.key, checkpoint: candidate.checkpoint };
      case 'model':
        return { model: await this.#model(candidate.name, candidate.run) };
    }
  }

  async #model(subject: string, run: RunConfig): Promise<unknown> {
    const { name, files, adapters } = await modelFiles(run, this.#options);
    const hash = await this.#hashes.of(files);
    this.#models[subject] = { name, hash };
    const hashes: string[] = [];
    for (const adapter of adapters) hashes.push(await this.#hashes.of(adapter));
    return { hash, adapters: hashes };
  }

  async #rows(run: RunConfig): Promise<unknown> {
    const rows: unknown[] = [];
    for (const { name, entry, files } of await datasetFiles(run)) {
      const hash = await this.#hashes.of(files);
      rows.push({ name, entry, hash, isTrained: run.dataset.includes(name) });
    }
    return rows;
  }
}

/** Outside answers, models as they are, then each training and whoever comes of it, the rest. */
function inOrder(
  candidates: readonly CandidateSpec[],
  trained: ReadonlyMap<string, Stage>,
  judged: readonly Stage[],
  rest: readonly Stage[],
): Stage[] {
  const of = (wanted: (candidate: CandidateSpec) => boolean) =>
    judged.filter((_, index) => wanted(candidates[index]!));
  return [
    ...of(({ kind }) => kind === 'predictions'),
    ...of(({ kind }) => kind === 'endpoint'),
    ...of(({ kind }) => kind === 'model'),
    ...[...trained].flatMap(([name, stage]) => [
      stage,
      ...of((candidate) => candidate.kind === 'variant' && candidate.variant === name),
    ]),
    ...rest,
  ];
}

function machine(): object {
  return { cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem() };
}

function pick(run: RunConfig, keys: readonly (keyof RunConfig & string)[]): object {
  return Object.fromEntries(keys.map((key) => [key, run[key]]));
}
