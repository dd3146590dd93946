/**
 * A real task from the rows to the verdict, as a user would run it: trains one epoch of headlines by a run file, in
 * a job of its own, then judges other headlines by label scoring, the model as it was and tuned. And ten steps each
 * on two data sets of LLaMA-Factory's own.
 */
import { join } from 'node:path';
import { resolveRunConfig } from '../../src/config/index.ts';
import type { Judged } from '../../src/evaluate/index.ts';
import { evaluateModels, followJob, startJob } from '../../src/jobs/index.ts';
import { type BenchOptions, type Job, modelFor } from '../job.ts';
import { DATASET, writeDataset } from '../prepare-training.ts';
import { CHANNELS, exampleRows, newsRows } from '../rows.ts';
import { say } from '../say.ts';

const MODELS = [
  { starter: 'smollm2-135m-instruct', template: 'chatml' },
  { starter: 'gemma-3-270m', template: 'gemma' },
] as const;
const TRAINED = { from: 0, count: 1600 };
const JUDGED = { from: 1600, count: 1000 };
const TEN_STEPS = ['identity', 'alpaca_zh_demo'];

interface Verdict {
  readonly model: string;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly rowsPerSecond: number;
}

interface Trained {
  readonly seconds: number;
  readonly losses: readonly number[];
}

export const REAL_INPUT: Job = {
  name: 'real-input',
  summary: `trains ${TRAINED.count} headlines with both starters, judges ${JUDGED.count} others; ten steps on LLaMA-Factory's data`,
  isDefault: false,
  peers: [],
  async run(options) {
    const { folder, small: isSmall } = options;
    const example = () => exampleRows('news-headlines-zh');
    writeDataset(join(folder, 'train'), isSmall ? example().slice(0, 64) : newsRows(options.data, TRAINED));
    writeDataset(join(folder, 'test'), isSmall ? example().slice(64, 96) : newsRows(options.data, JUDGED));
    const results: object[] = [];
    const lines: string[] = [];
    for (const { starter, template } of MODELS) {
      const model = await modelFor(starter, options);
      const common = {
        ...commonSettings(options),
        model_name_or_path: isSmall ? model.path : `starter:${starter}`,
        template: isSmall ? 'chatml' : template,
      };
      const outputDir = join(folder, starter);
      say(`  ${starter}: one epoch`);
      const trained = await train({
        ...common,
        dataset: DATASET,
        dataset_dir: join(folder, 'train'),
        output_dir: outputDir,
        per_device_train_batch_size: 16,
        num_train_epochs: 1,
      });
      say(`  ${starter}: judging`);
      const verdicts = await judge({
        ...common,
        adapter_name_or_path: outputDir,
        eval_dataset: DATASET,
        dataset_dir: join(folder, 'test'),
        labels: isSmall ? [] : [...CHANNELS],
      });
      results.push({ starter, template, trained, verdicts });
      lines.push(
        `  ${starter}: trained in ${trained.seconds.toFixed(0)} s, loss ${endsOf(trained.losses)}`,
        ...verdicts.map(
          ({ model, accuracy, macroF1, rowsPerSecond }) =>
            `    ${model.padEnd(6)} accuracy ${(100 * accuracy).toFixed(1)} %, macro F1 ${macroF1.toFixed(3)}, ${rowsPerSecond.toFixed(1)} rows/s`,
        ),
      );
    }
    for (const dataset of isSmall ? [] : TEN_STEPS) {
      say(`  ten steps on ${dataset}`);
      const trained = await train({
        ...commonSettings(options),
        model_name_or_path: `starter:${MODELS[0].starter}`,
        template: MODELS[0].template,
        dataset,
        dataset_dir: join(options.data, 'llamafactory'),
        output_dir: join(folder, dataset),
        per_device_train_batch_size: 4,
        cutoff_len: 512,
        max_steps: 10,
      });
      results.push({ dataset, trained });
      lines.push(
        `  ${dataset}: ten steps in ${trained.seconds.toFixed(0)} s, loss ${endsOf(trained.losses)}`,
      );
    }
    return { settings: commonSettings(options), results: { runs: results }, lines };
  },
};

function commonSettings({ threads, acceptLicense }: BenchOptions) {
  return {
    stage: 'sft',
    finetuning_type: 'lora',
    lora_rank: 8,
    lora_target: 'all',
    learning_rate: 5e-4,
    lr_scheduler_type: 'cosine',
    logging_steps: 1,
    save_strategy: 'no',
    bf16: true,
    seed: 7,
    accept_license: acceptLicense,
    num_threads: threads,
  };
}

/** Seconds from the start of the job to its end: loading, training and saving. */
async function train(settings: Record<string, unknown>): Promise<Trained> {
  const began = performance.now();
  const config = resolveRunConfig({ ...settings, do_train: true, overwrite_output_dir: true });
  const job = await startJob(config, { language: 'en' });
  const losses: number[] = [];
  await followJob(job, {
    onEvent: (event) => {
      if (event.type === 'step') losses.push(event.loss);
    },
  });
  return { seconds: (performance.now() - began) / 1000, losses };
}

async function judge(settings: Record<string, unknown>): Promise<Verdict[]> {
  const { judged } = await evaluateModels(resolveRunConfig(settings), { mode: 'argmax', freeAnswers: false });
  return judged.map(({ evaluation: { model, report, rowsPerSecond } }: Judged) => ({
    model,
    accuracy: report.accuracy,
    macroF1: report.macro.f1,
    rowsPerSecond: rowsPerSecond!,
  }));
}

function endsOf(losses: readonly number[]): string {
  return `${losses[0]!.toFixed(3)} to ${losses.at(-1)!.toFixed(3)}`;
}
