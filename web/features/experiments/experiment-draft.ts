/** The wizard's answers as an experiment file, checked as the command would. */
import { stringify } from 'yaml';
import { resolveExperiment } from '../../../src/config/index.ts';

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

export function experimentFile(draft: ExperimentDraft, dataFolder: string): string {
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
export function faultOf(file: string): string | undefined {
  try {
    resolveExperiment(file, 'experiment.yaml', {});
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
