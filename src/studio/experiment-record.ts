/** An experiment as its folder tells it: how far it is, its verdict, and its candidate's figure against the baseline. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentRecord } from '../experiment/index.ts';
import type { Comparison, Experiment } from './wire/index.ts';

export const EXPERIMENT_FILE = 'experiment.yaml';
export const ARCHIVED = '.archived';

const RECORD = 'experiment.json';
const REPORT = 'report.html';
/** Where the criteria name no metric of answers. */
const USUAL_METRIC = 'macro_f1';

export function experimentAt(folder: string, id: string): Experiment {
  const file = join(folder, EXPERIMENT_FILE);
  const path = join(folder, RECORD);
  const report = join(folder, REPORT);
  const shared = {
    id,
    name: id,
    folder: `experiments/${id}`,
    file: readFileSync(file, 'utf8'),
    ...(existsSync(report) && { reportWritten: statSync(report).mtime.toISOString() }),
    isArchived: existsSync(join(folder, ARCHIVED)),
  };
  if (!existsSync(path)) {
    const updated = statSync(file).mtime.toISOString();
    return { ...shared, dataset: '', models: [], state: 'new', updated, stages: [], checks: [] };
  }
  const record = JSON.parse(readFileSync(path, 'utf8')) as ExperimentRecord;
  const { experiment, verdict } = record;
  const best = bestFigure(folder, record);
  return {
    ...shared,
    ...(experiment.question !== undefined && { question: experiment.question }),
    dataset: experiment.testDataset.join(', '),
    models: experiment.candidates.map(({ name }) => name),
    state: record.state,
    ...(record.message !== undefined && { message: record.message, zh: record.zh }),
    ...(record.zh !== undefined && { zh: record.zh }),
    updated: record.updated,
    stages: record.stages.map(({ id: stage, kind, subject, state, seconds }) => ({
      id: stage,
      kind,
      subject,
      state,
      ...(seconds !== undefined && { seconds }),
    })),
    ...(verdict && { decision: verdict.decision }),
    ...(best && { best }),
    checks: (verdict?.checks ?? []) as Experiment['checks'],
  };
}

/** The candidate's figure of the first metric that the criteria name, and how it differs from whom it has to beat. */
function bestFigure(folder: string, { experiment, stages }: ExperimentRecord): Experiment['best'] {
  const stage = stages.find(({ kind, state }) => kind === 'compare' && state === 'finished');
  const path = stage && join(folder, stage.folder, 'comparison.json');
  if (path === undefined || !existsSync(path)) return undefined;
  const { models, pairs } = JSON.parse(readFileSync(path, 'utf8')) as Comparison;
  const { candidate, criteria, incumbent } = experiment;
  const own = models.find(({ name }) => name === candidate);
  if (!own) return undefined;
  const criterion = criteria.find(({ metric }) => metric in own.metrics);
  const metric = (criterion?.metric ?? USUAL_METRIC) as keyof typeof own.metrics;
  const baseline =
    criterion?.beats ?? incumbent ?? models.find(({ name }) => name !== candidate)?.name ?? candidate;
  const against = models.find(({ name }) => name === baseline && name !== candidate);
  const pair = pairs.find(
    (one) =>
      (one.model === candidate && one.against === baseline) ||
      (one.model === baseline && one.against === candidate),
  );
  const difference = pair?.differences[metric];
  return {
    candidate,
    metric,
    figure: own.metrics[metric],
    ...(against &&
      difference && {
        against: baseline,
        baseline: against.metrics[metric].value,
        corrected: difference.corrected,
      }),
  };
}
