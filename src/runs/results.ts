/** `train_results.json`, `eval_results.json`, …, and `all_results.json` that gathers them, as transformers writes them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/index.ts';
import { sortedJson } from './sorted-json.ts';

/** Which part of a run a result belongs to. */
export type Split = 'train' | 'eval' | 'predict';

/** Figures by their names: `train_loss`, `eval_runtime`, `epoch`, … */
export type Metrics = Readonly<Record<string, number>>;

/** Writes `<split>_results.json` and adds the figures to `all_results.json`. */
export function writeResults(outputDir: string, split: Split, metrics: Metrics): void {
  write(resultsFile(outputDir, split), metrics);
  write(resultsFile(outputDir, 'all'), { ...readResults(outputDir, 'all'), ...metrics });
}

/** The figures of a split, or all; undefined where there are none, or the file is broken. */
export function readResults(outputDir: string, split: Split | 'all'): Metrics | undefined {
  const path = resultsFile(outputDir, split);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Metrics;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function resultsFile(outputDir: string, split: Split | 'all'): string {
  return join(outputDir, `${split}_results.json`);
}

function write(path: string, metrics: Metrics): void {
  writeFileAtomic(path, sortedJson(metrics, 4));
}
