/** The wizard's answers as an experiment file, checked as the command would. */
import { stringify } from 'yaml';
import { resolveExperiment } from '../../../src/config/index.ts';
import { type Bilingual, textOf } from '../../../src/core/portable.ts';

export interface ExperimentDraft {
  readonly name: string;
  readonly question: string;
  readonly train: string;
  readonly test: string;
  readonly model: string;
  readonly epochs: number;
  readonly rate: string;
  readonly metric: 'macro_f1' | 'accuracy';
  readonly least: number;
  readonly beats: boolean;
  readonly withLoad: boolean;
  readonly p95: number;
}

export const FIRST_EXPERIMENT: ExperimentDraft = {
  name: '',
  question: '',
  train: '',
  test: '',
  model: '',
  epochs: 3,
  rate: '2e-4',
  metric: 'macro_f1',
  least: 0.7,
  beats: true,
  withLoad: false,
  p95: 1000,
};

export interface Choices {
  /** Data sets that can be read. */
  readonly datasets: readonly string[];
  /** Models on this machine, with their sizes. */
  readonly models: readonly { readonly name: string; readonly title: string; readonly sizeBytes: number }[];
  /** Names that are taken. */
  readonly experiments: readonly string[];
  /** Absolute. */
  readonly dataFolder: string;
  /** What the settings of the studio say of this machine, as a run file does. */
  readonly machine: Readonly<Record<string, unknown>>;
}

const HELD_OUT = ['_test', '_dev', '_val'];

/** What was not chosen is filled in: rows that belong together, the smallest model, a name that is free. */
export function withDefaults(draft: ExperimentDraft, choices: Choices): ExperimentDraft {
  const { datasets, models, experiments } = choices;
  const known = (name: string) => datasets.includes(name);
  const train =
    (known(draft.train) && draft.train) ||
    datasets.find((name) => name.endsWith('_train')) ||
    datasets[0] ||
    '';
  const stem = train.replace(/_train$/, '');
  const others = datasets.filter((name) => name !== train);
  const test =
    (known(draft.test) && draft.test !== train && draft.test) ||
    HELD_OUT.map((ending) => stem + ending).find((name) => others.includes(name)) ||
    others.find((name) => HELD_OUT.some((ending) => name.endsWith(ending))) ||
    '';
  const model =
    models.find(({ name }) => name === draft.model)?.name ??
    models.toSorted((a, b) => a.sizeBytes - b.sizeBytes)[0]?.name ??
    '';
  return { ...draft, train, test, model, name: draft.name || freeName(stem || 'experiment', experiments) };
}

function freeName(stem: string, taken: readonly string[]): string {
  const plain = stem
    .replaceAll(/[^\p{L}\p{N}._-]/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 56);
  let count = 1;
  while (taken.includes(`${plain}-${count}`)) count++;
  return `${plain}-${count}`;
}

export function experimentFile(
  draft: ExperimentDraft,
  { dataFolder, machine }: Pick<Choices, 'dataFolder' | 'machine'>,
): string {
  const { metric, least, beats } = draft;
  return stringify({
    name: draft.name,
    ...(draft.question.trim() !== '' && { question: draft.question.trim() }),
    settings: {
      model_name_or_path: draft.model,
      bf16: true,
      dataset_dir: dataFolder,
      dataset: draft.train,
      learning_rate: Number(draft.rate),
      num_train_epochs: draft.epochs,
      logging_steps: 5,
      plot_loss: true,
      ...machine,
    },
    test_dataset: draft.test,
    variants: { tuned: {} },
    candidates: { base: { model: draft.model }, tuned: { variant: 'tuned' } },
    ...(draft.withLoad && { loadtest: { requests: 100, concurrency: [1, 4] } }),
    criteria: {
      [metric]: { min: least, ...(beats && { beats: 'base' }) },
      ...(draft.withLoad && { p95_ms: { max: draft.p95, at_concurrency: 4 } }),
    },
  });
}

/** What is wrong with a file; undefined when it can be carried out. */
export function faultOf(file: string): Bilingual | undefined {
  try {
    resolveExperiment(file, 'experiment.yaml', {});
    return undefined;
  } catch (error) {
    return textOf(error);
  }
}
