/**
 * Reads rows for the studio, in a process of its own: a file that fills all memory, or sends its reader round for ever,
 * ends this process and not the studio, and what was read is given back to the system with it.
 */
import { type OnProgress, type Progress, type Told, TunesmithError, textOf, told } from '../core/index.ts';
import { judgedMethods } from './data-desk-judged.ts';
import { rowMethods } from './data-desk-rows.ts';
import { uploadMethods } from './data-desk-uploads.ts';
import { workMethods } from './data-desk-work.ts';

const METHODS = { ...uploadMethods, ...rowMethods, ...judgedMethods, ...workMethods };

export type DeskMethods = typeof METHODS;

/** One question; `id` comes back with the answer. */
export interface Question {
  readonly id: number;
  readonly method: keyof DeskMethods;
  readonly input: unknown;
}

/** The answer, or how far it is. */
export type Answer =
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly value: unknown }
  | (Told & { readonly id: number; readonly code: string });

process.on('message', async ({ id, method, input }: Question) => {
  const say = (answer: Answer) => process.connected && process.send!(answer);
  try {
    const answer = METHODS[method] as (input: unknown, onProgress: OnProgress) => Promise<unknown>;
    say({ id, value: await answer(input, (progress) => say({ id, progress })) });
  } catch (error) {
    const code = error instanceof TunesmithError ? error.code : 'internal';
    say({ id, code, ...told(textOf(error)) });
  }
});
process.on('disconnect', () => process.exit());
