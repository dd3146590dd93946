/**
 * Shows that cost grows as the work does: 200 steps are as fast, and take as much memory, out of many rows as out of
 * few. A tiny model, so that everything that is not arithmetic weighs as much as it can.
 */
import { join } from 'node:path';
import { formatBytes } from '../../src/core/index.ts';
import type { Job } from '../job.ts';
import { inOwnProcess } from '../own-process.ts';
import { DATASET, writeDataset } from '../prepare-training.ts';
import { ROOT, type Row } from '../rows.ts';
import { say } from '../say.ts';
import { formatSummary, type Summary, summarize } from '../statistics.ts';

const STEPS = 200;
const ROWS = [1_000, 100_000];
const SMALL = { steps: 10, rows: [100, 1_000] };
const WARM_UP = 5;
const QUEUES = ['billing', 'shipping', 'login'];

interface Cost {
  readonly rows: number;
  readonly loadSeconds: number;
  readonly rowsPerSecond: Summary;
  /** Of the first and the last half of the steps. */
  readonly halves: readonly [number, number];
  readonly rssAfterWarmUp: number;
  readonly rssAtEnd: number;
  readonly peakRssBytes: number;
}

export const CONSTANT_COST: Job = {
  name: 'constant',
  summary: `${STEPS} steps out of ${ROWS.join(' and ')} rows, tiny model: the same speed and memory`,
  isDefault: false,
  peers: [],
  async run({ small, threads, folder }) {
    const steps = small ? SMALL.steps : STEPS;
    const settings = {
      model_name_or_path: join(ROOT, 'test', 'golden', 'models', 'llama'),
      template: 'chatml',
      stage: 'sft',
      do_train: true,
      finetuning_type: 'lora',
      dataset: DATASET,
      dataset_dir: folder,
      cache_dir: join(folder, 'cache'),
      per_device_train_batch_size: 16,
      max_steps: steps,
      logging_steps: 10,
      save_strategy: 'no',
      bf16: true,
      num_threads: threads,
    };
    const costs: Cost[] = [];
    for (const rows of small ? SMALL.rows : ROWS) {
      say(`  ${rows} rows`);
      writeDataset(folder, ticketRows(rows));
      const { peakRssBytes, loadSeconds, steps: told } = await inOwnProcess('train', { settings });
      const timed = told.slice(WARM_UP);
      const rates = timed.map((step) => step.rows / step.seconds);
      const half = rates.length / 2;
      const median = (values: readonly number[]) => summarize(values).median;
      costs.push({
        rows,
        loadSeconds,
        rowsPerSecond: summarize(rates),
        halves: [median(rates.slice(0, half)), median(rates.slice(half))],
        rssAfterWarmUp: timed[0]!.rssBytes,
        rssAtEnd: timed.at(-1)!.rssBytes,
        peakRssBytes,
      });
    }
    const [few, many] = costs as [Cost, Cost];
    return {
      settings,
      results: { costs, speedRatio: many.rowsPerSecond.median / few.rowsPerSecond.median },
      lines: [...costs.map(lineOf), `  ${lastLine(few, many)}`],
    };
  },
};

function lineOf({ rows, rowsPerSecond, halves, loadSeconds, ...memory }: Cost): string {
  return (
    `  ${rows} rows: ${formatSummary(rowsPerSecond, 0)} rows/s (${halves.map((half) => half.toFixed(0)).join(', then ')}), ` +
    `${loadSeconds.toFixed(1)} s to load, memory ${formatBytes(memory.rssAfterWarmUp)} to ${formatBytes(memory.rssAtEnd)}, peak ${formatBytes(memory.peakRssBytes)}`
  );
}

function lastLine(few: Cost, many: Cost): string {
  const speed = many.rowsPerSecond.median / few.rowsPerSecond.median;
  const perRow = (many.rssAtEnd - few.rssAtEnd) / (many.rows - few.rows);
  return `${speed.toFixed(2)} of the speed; ${perRow.toFixed(0)} bytes more for each row more`;
}

function ticketRows(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    instruction: 'Which queue?',
    input: `Order ${(index * 7919) % 1_000_003} of customer ${(index * 104_729) % 65_537}`,
    output: QUEUES[index % QUEUES.length]!,
    system: 'You sort tickets.',
  }));
}
