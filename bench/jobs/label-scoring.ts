/**
 * Judging headlines among 10 channels by label scoring, with an adapter that was tuned for a few steps, so that the
 * model is as sure as one that is really judged; against transformers, which answers greedily in batches.
 */
import { join } from 'node:path';
import { formatBytes } from '../../src/core/index.ts';
import type { ResolvedModel } from '../../src/hub/index.ts';
import { fitTokenizer, getTemplate, loadTokenizer } from '../../src/text/index.ts';
import { exportModel } from '../export-model.ts';
import { type BenchOptions, type Job, modelFor } from '../job.ts';
import { inOwnProcess } from '../own-process.ts';
import { pythonEnvironment } from '../peers/environment.ts';
import { runPython } from '../peers/python.ts';
import { DATASET, prepareTraining, writeDataset } from '../prepare-training.ts';
import { CHANNELS, exampleRows, newsRows, type Row } from '../rows.ts';
import { say } from '../say.ts';
import { formatSummary, type Summary, summarize } from '../statistics.ts';

const TUNING_STEPS = 40;
const JUDGED_ROWS = 1000;
const SMALL = { steps: 2, rows: 24 };
const TEMPLATE = 'chatml';

interface Judging {
  readonly program: string;
  readonly rowsPerSecond: Summary;
  readonly accuracy: number;
  readonly peakRssBytes: number;
}

interface Greedy {
  readonly seconds: number;
  readonly answers: readonly (readonly number[])[];
  readonly peakRssBytes: number;
  readonly versions: Readonly<Record<string, string>>;
}

export const LABEL_SCORING: Job = {
  name: 'label-scoring',
  summary: `${JUDGED_ROWS} headlines among ${CHANNELS.length} labels, SmolLM2-135M tuned for ${TUNING_STEPS} steps`,
  isDefault: true,
  peers: ['llamafactory', 'pytorch'],
  async run(options) {
    const { folder } = options;
    const resolved = await modelFor('smollm2-135m-instruct', options);
    const model: ResolvedModel = options.against
      ? { kind: 'folder', path: await exportModel(resolved), name: resolved.name }
      : resolved;
    const adapter = await tune(model, options);
    const rows = rowsOf(options, 'judged');
    writeDataset(join(folder, 'judged'), rows);
    const labels = options.small ? [...new Set(rows.map(({ output }) => output))] : [...CHANNELS];
    const settings = {
      model_name_or_path: model.path,
      adapter_name_or_path: adapter,
      template: TEMPLATE,
      eval_dataset: DATASET,
      dataset_dir: join(folder, 'judged'),
      labels,
      bf16: true,
      num_threads: options.threads,
    };
    const turns: Record<string, Omit<Judging, 'program' | 'rowsPerSecond'>[]> = {};
    const rates: Record<string, number[]> = {};
    const add = (program: string, rate: number, rest: Omit<Judging, 'program' | 'rowsPerSecond'>) => {
      turns[program] = [...(turns[program] ?? []), rest];
      rates[program] = [...(rates[program] ?? []), rate];
    };
    const greedy = options.against && (await greedyPeer(model, { adapter, rows, labels, options }));
    for (let round = 1; round <= options.rounds; round++) {
      for (const mode of ['argmax', 'all'] as const) {
        say(`  round ${round} of ${options.rounds}: tunesmith, ${mode}`);
        const { rowsPerSecond, ...rest } = await inOwnProcess('score', { settings, mode });
        add(`tunesmith, ${mode}`, rowsPerSecond, rest);
      }
      if (!greedy) continue;
      say(`  round ${round} of ${options.rounds}: transformers`);
      const { rowsPerSecond, ...rest } = await greedy();
      add('transformers greedy, batch 16', rowsPerSecond, rest);
    }
    const judgings = Object.entries(turns).map(
      ([program, each]): Judging => ({
        program,
        ...each[0]!,
        rowsPerSecond: summarize(rates[program]!),
        peakRssBytes: Math.max(...each.map(({ peakRssBytes }) => peakRssBytes)),
      }),
    );
    const ratio =
      judgings.length > 2 && judgings[0]!.rowsPerSecond.median / judgings.at(-1)!.rowsPerSecond.median;
    return {
      settings: { ...settings, rows: rows.length, tuning_steps: stepsOf(options), rounds: options.rounds },
      results: { judgings, ...(ratio && { ratio }) },
      lines: [
        ...judgings.map(lineOf),
        ...(ratio ? [`  ratio of argmax against transformers: ${ratio.toFixed(2)}`] : []),
      ],
    };
  },
};

/** @returns the folder of the tuned adapter */
export async function tune(
  model: ResolvedModel,
  options: BenchOptions,
  steps = stepsOf(options),
): Promise<string> {
  const plan = {
    template: TEMPLATE,
    batchSize: 16,
    cutoffLen: 512,
    steps,
    threads: options.threads,
    rows: () => rowsOf(options, 'trained'),
  };
  say(`  tuning for ${plan.steps} steps`);
  const { ownSettings } = await prepareTraining(plan, model, options.folder);
  const outputDir = join(options.folder, 'tuned');
  await inOwnProcess('train', { settings: ownSettings, outputDir });
  return outputDir;
}

interface GreedyTask {
  readonly adapter: string;
  readonly rows: readonly Row[];
  readonly labels: readonly string[];
  readonly options: BenchOptions;
}

/** Transformers' generate on the same prompts, token by token the same ids. */
async function greedyPeer(model: ResolvedModel, { adapter, rows, labels, options }: GreedyTask) {
  const python = await pythonEnvironment();
  const plain = await loadTokenizer(model);
  const template = getTemplate(TEMPLATE, plain);
  const tokenizer = fitTokenizer(plain, template);
  const thinking = { enableThinking: true };
  const prompts = rows.map(({ instruction, input, system }) =>
    template.encodePrompt(
      tokenizer,
      { messages: [{ role: 'user', content: `${instruction}\n${input}` }], ...(system && { system }) },
      thinking,
    ),
  );
  const lengths = labels.map((label) => template.encodeAnswer(tokenizer, label, thinking).length);
  const order = {
    model: model.path,
    adapter,
    prompts,
    batch_size: 16,
    max_new_tokens: Math.max(...lengths),
    eos: tokenizer.eosId,
    pad: tokenizer.padId,
  };
  return async () => {
    const { seconds, answers, peakRssBytes, versions } = await runPython<Greedy>(python, 'greedy.py', {
      order,
      folder: options.folder,
      threads: options.threads,
    });
    const right = answers.filter(
      (answer, index) => tokenizer.decode(answer, { skipSpecialTokens: true }).trim() === rows[index]!.output,
    );
    return {
      rows: rows.length,
      rowsPerSecond: rows.length / seconds,
      accuracy: right.length / rows.length,
      peakRssBytes,
      versions,
    };
  };
}

function rowsOf({ small, data }: BenchOptions, part: 'trained' | 'judged'): Row[] {
  if (small) {
    const rows = exampleRows('news-headlines-zh');
    return part === 'trained' ? rows.slice(-64) : rows.slice(0, SMALL.rows);
  }
  return newsRows(data, part === 'trained' ? { from: 0, count: 1600 } : { from: 1600, count: JUDGED_ROWS });
}

function stepsOf({ small }: BenchOptions): number {
  return small ? SMALL.steps : TUNING_STEPS;
}

function lineOf({ program, rowsPerSecond, accuracy, peakRssBytes }: Judging): string {
  return `  ${program}: ${formatSummary(rowsPerSecond)} rows/s, ${(100 * accuracy).toFixed(1)} % right, peak ${formatBytes(peakRssBytes)}`;
}
