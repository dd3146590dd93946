/** do_eval: the loss on held-out rows when a run ends, or of a model that is not trained at all. */
import type { RunDirectory } from '../runs/index.ts';
import { evaluationMetrics, measureLoss, tellEvaluation } from './measure-loss.ts';
import { thinnedProgress } from './progress.ts';
import type { RunSession } from './session.ts';
import type { Trained } from './train.ts';

interface EvaluateOptions {
  readonly run: RunDirectory;
  readonly signal?: AbortSignal;
  /** The training that came before, if one did. */
  readonly trained?: Trained | undefined;
}

/** Measures, unless the training has just done so, and writes eval_results.json. */
export async function evaluate(
  { trainer, batches }: RunSession,
  { run, signal, trained }: EvaluateOptions,
): Promise<'finished' | 'stopped'> {
  const onProgress = thinnedProgress((event) => run.emit(event));
  const options = { onProgress, ...(signal ? { signal } : {}) };
  const measure = trained?.measure ?? (await measureLoss(trainer, batches.evaluation, options));
  if (!measure) return 'stopped';
  const metrics = evaluationMetrics(measure);
  if (!trained?.measure) {
    if (trained) run.log(metrics, trained.stopwatch.timing());
    tellEvaluation(run, measure, trained?.state ?? { global_step: 0, epoch: 0 });
  }
  run.saveResults('eval', { ...metrics, ...(trained ? { epoch: trained.state.epoch } : {}) });
  return 'finished';
}
