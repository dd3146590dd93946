/** Trains as a run file says, by the same code as `tunesmith train`, and notes what each step took and gave. */
import { join } from 'node:path';
import { resolveRunConfig } from '../../src/config/index.ts';
import { resolveModel } from '../../src/hub/index.ts';
import { RunDirectory } from '../../src/runs/index.ts';
import { openRunSession, train } from '../../src/train/index.ts';
import { stepGigaFlop } from '../arithmetic.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';

interface TrainingOrder {
  /** Of a run file: model_name_or_path is a folder or a GGUF file, max_steps decides how many steps, output_dir is given apart. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where the adapter stays; nothing stays when absent. */
  readonly outputDir?: string;
}

export interface TrainingStep {
  readonly loss: number;
  readonly gradNorm: number;
  /** From the end of the step before to the end of this one, all that happens between included. */
  readonly seconds: number;
  readonly rows: number;
  /** Real ones, the prefix counted in every row. */
  readonly tokens: number;
  readonly labels: number;
  /** Computed: the prefix once, rows as far as something is predicted from them. */
  readonly positions: number;
  readonly prefix: number;
  /** Of the longest row, as far as it is computed. */
  readonly rowLength: number;
  readonly gigaFlop: number;
  readonly rssBytes: number;
}

export interface TrainingOutcome {
  /** Until the first step: rows read and encoded, model loaded. */
  readonly loadSeconds: number;
  readonly steps: readonly TrainingStep[];
}

export async function measureTraining({ settings, outputDir }: TrainingOrder): Promise<TrainingOutcome> {
  return inTemporaryFolder(async (folder) => {
    const began = performance.now();
    const config = resolveRunConfig({ ...settings, output_dir: outputDir ?? join(folder, 'out') });
    const model = await resolveModel(config.model_name_or_path);
    const times: number[] = [];
    const told: { loss: number; gradNorm: number; rssBytes: number }[] = [];
    const run = new RunDirectory({
      outputDir: config.output_dir!,
      runFile: '',
      model: model.name,
      datasets: config.dataset,
      cacheFolder: join(folder, 'cache'), // not among the user's own runs
      onEvent: (event) => {
        if (event.type !== 'step') return;
        times.push(performance.now());
        told.push({
          loss: event.loss,
          gradNorm: event.gradNorm,
          rssBytes: process.memoryUsage.rss(),
        });
      },
    });
    using session = await openRunSession(config, {
      model,
      outputDir: run.path,
      onEvent: (event) => run.emit(event),
    });
    const loaded = performance.now();
    await train(session, { run, language: 'en' });
    run.close({ state: 'finished' });
    const { spec } = session.model;
    const { rank } = session.adapter.lora;
    const steps = told.map((values, step): TrainingStep => {
      const batches = session.batches.training.ofStep(step).map(({ batch }) => batch);
      const total = (of: (batch: (typeof batches)[number]) => number) =>
        batches.reduce((sum, batch) => sum + of(batch), 0);
      return {
        ...values,
        seconds: (times[step]! - (times[step - 1] ?? loaded)) / 1000,
        rows: total((batch) => batch.rows),
        tokens: total((batch) => batch.tokenCount),
        labels: total((batch) => batch.labelCount),
        positions: total((batch) => batch.prefix.length + batch.tokens.length),
        prefix: batches[0]!.prefix.length,
        rowLength: Math.max(...batches[0]!.lengths),
        gigaFlop: total((batch) => stepGigaFlop(spec, rank, batch)),
      };
    });
    return { loadSeconds: (loaded - began) / 1000, steps };
  });
}
