/** The process of one measurement: takes one order, does it, tells the outcome with its own peak memory, ends. */
import { messageOf, TunesmithError } from '../src/core/index.ts';
import type { Answer } from './own-process.ts';

/** Loaded by need: what a task does not use shall not count in its memory. */
const TASKS = {
  decode: async () => (await import('./tasks/decode.ts')).measureDecoding,
  preprocess: async () => (await import('./tasks/preprocess.ts')).measurePreprocessing,
  products: async () => (await import('./tasks/products.ts')).measureProducts,
  score: async () => (await import('./tasks/score.ts')).measureScoring,
  train: async () => (await import('./tasks/train.ts')).measureTraining,
} as const;
export type Tasks = { readonly [K in keyof typeof TASKS]: Awaited<ReturnType<(typeof TASKS)[K]>> };

function tell(answer: Answer): void {
  process.send!(answer, () => process.disconnect());
}

process.once('message', async ({ task, order }: { task: keyof Tasks; order: never }) => {
  try {
    const measure = await TASKS[task]();
    const outcome = await measure(order);
    tell({ outcome, peakRssBytes: process.resourceUsage().maxRSS * 1024 });
  } catch (error) {
    // Mistakes of the user are said in their sentence; what is our own mistake needs its place.
    const isKnown = error instanceof TunesmithError || !(error instanceof Error);
    tell({ error: isKnown ? messageOf(error) : (error.stack ?? error.message) });
  }
});
