/** Judges rows by label scoring, by the same code as `tunesmith evaluate`. */
import { resolveRunConfig } from '../../src/config/index.ts';
import { loadDatasets } from '../../src/data/index.ts';
import { judgeByLabels } from '../../src/evaluate/index.ts';
import { openModel } from '../../src/jobs/open-model.ts';

interface ScoreOrder {
  /** Of a run file, with the labels. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly mode: 'all' | 'argmax';
}

interface ScoreOutcome {
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly accuracy: number;
}

export async function measureScoring({ settings, mode }: ScoreOrder): Promise<ScoreOutcome> {
  const config = resolveRunConfig(settings);
  const { samples } = await loadDatasets(config.eval_dataset, {
    datasetDir: config.dataset_dir,
    seed: config.seed,
  });
  using open = await openModel(config);
  const { model, template, base, tuned } = open;
  const judging = { template, labels: config.labels, enableThinking: config.enable_thinking, mode };
  const { evaluation } = await judgeByLabels(
    { name: 'model', model, decoder: tuned ?? base },
    samples,
    judging,
  );
  return {
    rows: samples.length,
    rowsPerSecond: evaluation.rowsPerSecond!,
    accuracy: evaluation.report.accuracy,
  };
}
