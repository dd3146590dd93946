/**
 * How fast a file of rows becomes tokens, by one worker and by two, ours alone or in turns with LLaMA-Factory's own
 * preprocessing of the same file. Counts from the file to rows that are ready to train.
 */
import { join } from 'node:path';
import { exportModel } from '../export-model.ts';
import { type BenchOptions, type Job, modelFor } from '../job.ts';
import { inOwnProcess } from '../own-process.ts';
import { pythonEnvironment } from '../peers/environment.ts';
import { runPython } from '../peers/python.ts';
import { DATASET, writeDataset } from '../prepare-training.ts';
import { exampleRows, newsRows, type Row } from '../rows.ts';
import { say } from '../say.ts';
import { formatSummary, type Summary, summarize } from '../statistics.ts';

const WORKERS = [1, 2];
const HEADLINES = 10_000;
/** Each headline so often, with a number before it. */
const REPEATS = 5;
const CUTOFF_LEN = 512;

interface Turn {
  readonly seconds: number;
  readonly rows: number;
  readonly tokens: number;
}

export const PREPROCESS: Job = {
  name: 'preprocess',
  summary: `reads and tokenizes ${HEADLINES * REPEATS} headlines by ${WORKERS.join(' and ')} workers`,
  isDefault: false,
  peers: ['llamafactory'],
  async run(options) {
    const { small, folder, rounds, against } = options;
    const started = await modelFor('smollm2-135m-instruct', options);
    const model = against
      ? { kind: 'folder' as const, path: await exportModel(started), name: started.name }
      : started;
    writeDataset(folder, rowsOf(options));
    const order = { model, template: 'chatml', datasetDir: folder, cutoffLen: CUTOFF_LEN };
    const python = against ? await pythonEnvironment() : undefined;
    const turns = new Map<string, Turn[]>();
    const note = (program: string, workers: number, turn: Turn) => {
      const name = `${program}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
      turns.set(name, [...(turns.get(name) ?? []), turn]);
    };
    for (let round = 1; round <= rounds; round++) {
      for (const workers of small ? [1] : WORKERS) {
        say(`  round ${round} of ${rounds}: ${workers} workers`);
        note('tunesmith', workers, await inOwnProcess('preprocess', { ...order, workers }));
        if (!python) continue;
        const settings = {
          model_name_or_path: model.path,
          template: order.template,
          stage: 'sft',
          do_train: true,
          finetuning_type: 'lora',
          dataset: DATASET,
          dataset_dir: folder,
          cutoff_len: CUTOFF_LEN,
          preprocessing_num_workers: workers,
          overwrite_cache: true,
          // New each time, so that nothing is found there.
          cache_dir: join(folder, `cache-${round}-${workers}`),
          output_dir: join(folder, 'out'),
          report_to: 'none',
          use_cpu: true,
        };
        const threads = options.threads;
        note(
          'llamafactory',
          workers,
          await runPython(python, 'llamafactory_preprocess.py', { order: settings, folder, threads }),
        );
      }
    }
    const results = [...turns].map(([name, measured]) => ({
      name,
      rows: measured[0]!.rows,
      tokens: measured[0]!.tokens,
      rowsPerSecond: summarize(measured.map(({ rows, seconds }) => rows / seconds)),
    }));
    return {
      settings: { cutoffLen: CUTOFF_LEN },
      results: { programs: results },
      lines: results.map(lineOf),
    };
  },
};

function lineOf({
  name,
  rows,
  tokens,
  rowsPerSecond,
}: {
  name: string;
  rows: number;
  tokens: number;
  rowsPerSecond: Summary;
}): string {
  return `  ${name.padEnd(26)}${formatSummary(rowsPerSecond, 0)} rows/s; ${rows} rows, ${tokens} tokens`;
}

function rowsOf({ small, data }: BenchOptions): Row[] {
  const once = small ? exampleRows('news-headlines-zh') : newsRows(data, { from: 0, count: HEADLINES });
  return Array.from({ length: small ? 1 : REPEATS }, (_, turn) =>
    once.map((row, index) => ({ ...row, input: `${turn * once.length + index + 1}. ${row.input}` })),
  ).flat();
}
