/** The form of a new training as values by setting, and what it says as a run file and as a command. Knows no field by its looks. */
import {
  checkSettings,
  type Problem,
  parseRunFile,
  type RunConfig,
  toRunFile,
} from '../../../src/config/index.ts';

export type Draft = Readonly<Record<string, unknown>>;

/** What a first training does well with; all of it shows in the run file. */
export const FIRST_DRAFT: Draft = {
  do_train: true,
  bf16: true,
  learning_rate: '2e-4',
  num_train_epochs: '3',
  logging_steps: '5',
  val_size: '0.1',
  eval_strategy: 'epoch',
  save_strategy: 'epoch',
  plot_loss: true,
};

/** The five that decide most. */
export const SIMPLE_KEYS = [
  'model_name_or_path',
  'dataset',
  'output_dir',
  'num_train_epochs',
  'learning_rate',
];

export interface CheckedDraft {
  readonly config: RunConfig;
  readonly problems: readonly Problem[];
  /** The run file. */
  readonly yaml: string;
  readonly command: string;
  /** What goes to the studio: what differs from the defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export function checkDraft(draft: Draft): CheckedDraft {
  const given = Object.fromEntries(Object.entries(draft).filter(([, value]) => !isEmpty(value)));
  const { config, problems } = checkSettings(given);
  const yaml = toRunFile(config);
  const settings = yaml.trim() === '' ? {} : parseRunFile(yaml, 'run.yaml');
  const words = Object.entries(settings).map(([key, value]) => quoted(`${key}=${String(value)}`));
  return { config, problems, yaml, settings, command: ['tunesmith train', ...words].join(' ') };
}

/** `tickets_train` and a starter become `tickets_train-smollm2-135m`, with a number where that is taken. */
export function nameFor(dataset: string, model: string, taken: readonly string[]): string {
  const short = (model.split(/[/\\:]/).at(-1) ?? '').replace(/\.gguf$/, '');
  const name = [dataset.split(',')[0], short].filter(Boolean).join('-');
  let candidate = `saves/${name || 'run'}`;
  for (let count = 2; taken.includes(candidate); count++) candidate = `saves/${name}-${count}`;
  return candidate;
}

function isEmpty(value: unknown): boolean {
  return (
    value === '' || value === undefined || value === null || (Array.isArray(value) && value.length === 0)
  );
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
