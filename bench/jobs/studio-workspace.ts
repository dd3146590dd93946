/** A workspace as months of work leave it: a long run that still goes on, a short one, and an evaluation of many rows. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JudgedRow, judgeModel, writeEvaluation, writeJudgedRows } from '../../src/evaluate/index.ts';
import { RunDirectory } from '../../src/runs/index.ts';

const QUEUES = ['billing', 'shipping', 'login'];

/** A run whose process is this one. */
export class WrittenRun implements Disposable {
  readonly folder: string;
  readonly #directory: RunDirectory;
  #step = 0;

  constructor(outputDir: string, cacheFolder: string, steps: number) {
    this.folder = outputDir;
    const runFile = 'model_name_or_path: starter:smollm2-135m-instruct\ndataset: tickets\n';
    this.#directory = new RunDirectory({
      outputDir,
      cacheFolder,
      runFile,
      model: 'smollm2',
      datasets: ['tickets'],
    });
    while (this.#step < steps) this.takeStep();
  }

  /** Appends the event of a step. */
  takeStep(): void {
    const step = ++this.#step;
    this.#directory.emit({
      type: 'step',
      step,
      totalSteps: 1e6,
      epoch: step / 1000,
      loss: 0.2 + 2 / (1 + step / 500) + 0.1 * Math.sin(step * 12.9898),
      learningRate: 1e-4 * (1 - step / 1e6),
      gradNorm: 1 + 0.5 * Math.cos(step * 78.233),
      tokensPerSecond: 900 + 50 * Math.sin(step),
      rowsPerSecond: 12,
      elapsedSeconds: step,
      remainingSeconds: 1e6 - step,
      totalTokens: 1000 * step,
    });
  }

  [Symbol.dispose](): void {
    this.#directory.close({ state: 'stopped' });
  }
}

/**
 * As `evaluate` leaves it, and the studio's record of the job. Every prediction is wrong, so that a table of all rows
 * and one of the wrong rows are the same.
 */
export function writeEvaluated(workspace: string, count: number): string {
  const id = '20260101000000-bench0';
  const folder = join(workspace, '.tunesmith', 'jobs', id);
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: count }, (_, index): JudgedRow => {
    const truth = QUEUES[index % QUEUES.length]!;
    return {
      file: 'tickets.csv',
      row: index + 1,
      input: `Which queue?\nOrder ${(index * 7919) % 1_000_003} of customer ${(index * 104_729) % 65_537} never came`,
      truth,
      prediction: QUEUES[(index + 1) % QUEUES.length]!,
      probability: 0.5 + 0.4 * Math.sin(index),
    };
  });
  const evaluation = judgeModel({
    model: 'tuned',
    judgedBy: 'labels',
    labels: QUEUES,
    rows,
    seconds: count / 30,
  });
  writeEvaluation(join(folder, 'evaluation.json'), 'tickets', [evaluation]);
  writeJudgedRows(join(folder, 'rows.jsonl'), [{ evaluation, rows }]);
  const time = '2026-01-01T00:00:00.000Z';
  const states = ['loading', 'finished'].map(
    (state) => `${JSON.stringify({ time, type: 'state', state })}\n`,
  );
  writeFileSync(join(folder, 'events.jsonl'), states.join(''));
  const record = {
    id,
    kind: 'evaluate',
    title: 'tickets',
    lane: 'device',
    words: ['evaluate'],
    created: time,
  };
  writeFileSync(join(folder, 'job.json'), JSON.stringify(record));
  return id;
}
