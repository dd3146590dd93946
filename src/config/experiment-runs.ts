/**
 * The runs that an experiment file asks for: shared settings, what differs, what the command line changes. And all that
 * is wrong with the file, gathered to be told at once, each with its line.
 */
import { ConfigError } from '../core/portable.ts';
import type { ReadExperiment } from './experiment-file.ts';
import { nearest } from './nearest.ts';
import { rememberOrigin } from './origin.ts';
import { type Problem, throwProblems } from './problems.ts';
import { resolveRunConfig } from './resolve.ts';
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
  readonly #lines: string[] = [];
  readonly #read: ReadExperiment;

  constructor(read: ReadExperiment) {
    this.#read = read;
  }

  add(path: readonly PropertyKey[], text: string): void {
    this.#found.push({ place: this.#read.placeOf(path), text });
  }

  /** The problems of a run, which name their places themselves. */
  addError(error: unknown): void {
    if (!(error instanceof ConfigError)) throw error;
    const lines = error.message.split('\n  - ');
    this.#lines.push(...(lines.length > 1 ? lines.slice(1) : lines));
  }

  checkName(path: readonly PropertyKey[], name: string, known: readonly string[]): void {
    if (known.includes(name) || known.length === 0) return;
    this.add(
      path,
      `${path.join('.')}: nobody is called ${name}; the nearest known one is ${nearest(name, known)}`,
    );
  }

  throw(): void {
    const lines = [...new Set(this.#lines)].map((line) => {
      const [place = '', ...rest] = line.split(': ');
      return { place, text: rest.join(': ') };
    });
    throwProblems([...lines, ...this.#found]);
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
      const what = `${key} ${seen} is the test_dataset, which no variant may see`;
      this.#problems.add(['variants', name], `variants.${name}: ${what}; hold other rows out`);
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
    const { placeOf } = this.#read;
    const place = placeOf(path);
    for (const key of Object.keys(settings)) {
      const line = Number(/ line (\d+)$/.exec(placeOf([...path, key]))?.[1]);
      if (line > 0) lines.set(key, line);
      if (!OWN_SETTINGS.includes(key)) continue;
      const remedy = key === 'output_dir' ? 'set output_dir beside name' : 'remove it';
      this.#problems.add([...path, key], `${path.join('.')}.${key} is up to the experiment; ${remedy}`);
    }
    const own = Object.entries(settings).filter(([key]) => !OWN_SETTINGS.includes(key));
    return rememberOrigin(Object.fromEntries(own), { source: place.replace(/ line \d+$/, ''), lines });
  }

  #resolve(...layers: readonly Readonly<Record<string, unknown>>[]): RunConfig {
    try {
      return resolveRunConfig(...layers);
    } catch (error) {
      this.#problems.addError(error);
      // Stands in until the problems are thrown.
      return resolveRunConfig({ model_name_or_path: 'unsound' });
    }
  }
}
