/** What is said when a run's process died without a word of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunError } from '../core/index.ts';
import { lastCheckpoint } from '../runs/index.ts';

export const RUN_LOG = 'run.log';

/** How a process ended; both null where nobody saw it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A shell tells a signal as 128 and its number. */
const SIGNALS: Readonly<Record<number, string>> = {
  132: 'SIGILL',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
};
const CRASHES = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL'];
/** The end of a log is where a crash says its last words. */
const WORDS_BYTES = 2000;

/** The error that tells a death, with last words and what to do. */
export function deathOf(outputDir: string, exit: Exit): RunError {
  const words = lastWords(outputDir);
  const checkpoint = lastCheckpoint(outputDir);
  const goOn = checkpoint
    ? `the run goes on from checkpoint-${checkpoint.step} with "tunesmith runs resume ${outputDir}"`
    : 'no checkpoint was written yet; lower save_steps to lose less';
  const { what, remedy } = diagnose(exit, words);
  const quoted = words ? ` (last words in ${RUN_LOG}: ${words})` : '';
  return new RunError(`run ${outputDir}: ${what}${quoted}; ${remedy}; ${goOn}`);
}

function diagnose({ code, signal }: Exit, words: string): { what: string; remedy: string } {
  const name = signal ?? (code === null ? undefined : SIGNALS[code]);
  const smaller = 'lower per_device_train_batch_size or cutoff_len, or set bf16: true';
  if (/heap out of memory/i.test(words)) {
    return {
      what: 'its process had too little memory for the rows',
      remedy: 'use fewer rows (max_samples), or start with NODE_OPTIONS=--max-old-space-size=8192',
    };
  }
  if (name === 'SIGKILL') {
    return {
      what: 'its process was killed (SIGKILL), as the system does when memory runs out',
      remedy: `if nobody killed it, ${smaller}, or close other programs`,
    };
  }
  if (name !== undefined && CRASHES.includes(name)) {
    return {
      what: `the engine crashed in native code (${name})`,
      remedy: `try once more; if it crashes again, ${smaller}, and report the last words`,
    };
  }
  if (name !== undefined) return { what: `its process was ended by ${name}`, remedy: 'start it again' };
  if (code === null) return { what: 'its process is gone without a word', remedy: 'start it again' };
  return { what: `its process ended with exit code ${code}`, remedy: `see ${RUN_LOG}` };
}

/** The last lines of the run's log that are no log lines of ours, joined into one. */
function lastWords(outputDir: string): string {
  const path = join(outputDir, RUN_LOG);
  if (!existsSync(path)) return '';
  const lines = readFileSync(path).subarray(-WORDS_BYTES).toString('utf8').split('\n');
  const own = /^\d{4}-\d\d-\d\dT/;
  const words = lines.slice(lines.findLastIndex((line) => own.test(line)) + 1);
  return words
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-5)
    .join(' | ')
    .slice(-500);
}
