/**
 * The runs that an experiment file asks for: shared settings, what differs, what the command line changes. And all that
 * is wrong with the file, gathered to be told at once, each with its line.
 */
import type { Bilingual } from '../core/portable.ts';
import type { ReadExperiment } from './experiment-file.ts';
import { nearest } from './nearest.ts';
import { rememberOrigin } from './origin.ts';
import { type Problem, throwProblems } from './problems.ts';
import { checkSettings, resolveRunConfig } from './resolve.ts';
import type { RunConfig } from './settings.ts';

/** What the experiment decides for each run. */
const OWN_SETTINGS = [
  'do_train',
  'do_eval',
  'do_predict',
  'output_dir',
  'overwrite_output_dir',
  'resume_from_checkpoint',
];
/** Shown where a run needs an output_dir that it has not got yet. */
const LATER = 'chosen-when-it-starts';
/** All that is wrong, said at once. */
export class Problems {
  readonly #found: Problem[] = [];
  readonly #ofRuns: Problem[] = [];
  readonly #read: ReadExperiment;

  constructor(read: ReadExperiment) {
    this.#read = read;
  }

  add(path: readonly PropertyKey[], text: Bilingual): void {
    this.#found.push({ place: this.#read.placeOf(path), text });
  }

  /** The problems of a run, which name their places themselves; those of shared settings come with every run. */
  addOfRun(problems: readonly Problem[]): void {
    const isSaid = ({ place, text }: Problem) =>
      this.#ofRuns.some((said) => said.place.en === place.en && said.text.en === text.en);
    this.#ofRuns.push(...problems.filter((problem) => !isSaid(problem)));
  }

  checkName(path: readonly PropertyKey[], name: string, known: readonly string[]): void {
    if (known.includes(name) || known.length === 0) return;
    const near = nearest(name, known);
    this.add(path, {
      en: `${path.join('.')}: nobody is called ${name}; the nearest known one is ${near}`,
      zh: `${path.join('.')}：没有叫 ${name} 的候选者或训练方案；最接近的是 ${near}`,
    });
  }

  throw(): void {
    throwProblems([...this.#ofRuns, ...this.#found]);
  }
}

/** The runs of an experiment: shared settings, what differs, and what the command line changes. */
export class Runs {
  readonly #read: ReadExperiment;
  readonly #problems: Problems;
  readonly #changes: Readonly<Record<string, unknown>>;

  constructor(read: ReadExperiment, problems: Problems, changes: Readonly<Record<string, unknown>>) {
    this.#read = read;
    this.#problems = problems;
    this.#changes = changes;
  }

  ofVariant(name: string): RunConfig {
    const { file } = this.#read;
    const run = this.#resolve(
      this.#layer(['settings'], file.settings),
      this.#layer(['variants', name], file.variants[name]!),
      this.#changes,
      { do_train: true, output_dir: LATER },
    );
    for (const key of ['dataset', 'eval_dataset'] as const) {
      const seen = run[key].find((dataset) => file.test_dataset.includes(dataset));
      if (seen === undefined) continue;
      this.#problems.add(['variants', name], {
        en: `variants.${name}: ${key} ${seen} is the test_dataset, which no variant may see; hold other rows out`,
        zh: `variants.${name}：${key} ${seen} 就是 test_dataset，训练方案不得使用；请换用其他数据`,
      });
    }
    return run;
  }

  /** Judges with the settings of the shared ones or of a variant. */
  ofCandidate(
    testDataset: readonly string[],
    { variant, ...settings }: { variant?: string | undefined; [key: string]: unknown },
  ): RunConfig {
    const { file } = this.#read;
    const differs = variant === undefined ? undefined : file.variants[variant];
    return this.#resolve(
      this.#layer(['settings'], file.settings),
      ...(differs ? [this.#layer(['variants', variant!], differs)] : []),
      this.#changes,
      { dataset: [], eval_strategy: 'no', val_size: 0, load_best_model_at_end: false },
      { ...settings, eval_dataset: testDataset },
    );
  }

  #layer(path: readonly string[], settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const lines = new Map<string, number>();
    const { source, lineOf } = this.#read;
    for (const key of Object.keys(settings)) {
      const line = lineOf([...path, key]);
      if (line !== undefined) lines.set(key, line);
      if (!OWN_SETTINGS.includes(key)) continue;
      const isFolder = key === 'output_dir';
      this.#problems.add([...path, key], {
        en: `${path.join('.')}.${key} is up to the experiment; ${isFolder ? 'set output_dir beside name' : 'remove it'}`,
        zh: `${path.join('.')}.${key} 由实验决定；${isFolder ? '请把 output_dir 与 name 并列书写' : '请删去'}`,
      });
    }
    const own = Object.entries(settings).filter(([key]) => !OWN_SETTINGS.includes(key));
    return rememberOrigin(Object.fromEntries(own), { source, lines });
  }

  #resolve(...layers: readonly Readonly<Record<string, unknown>>[]): RunConfig {
    const { config, problems } = checkSettings(...layers);
    if (problems.length === 0) return config;
    this.#problems.addOfRun(problems);
    // Stands in until the problems are thrown.
    return resolveRunConfig({ model_name_or_path: 'unsound' });
  }
}
