/** What the scheduler of an engine sees of a request, or of a part of one: tokens that want to be run, step by step. */
import type { ReadValue, Run } from '../pass.ts';

export interface Job {
  /** Tokens that it would run next: what is left of its prompt, a generated one, a branch. */
  readonly wanted: number;
  /** Whether somebody waits for each of its tokens, so that passes are to be short. */
  readonly streaming: boolean;
  /** Of these, how many have to be run together. */
  readonly least: number;
  /** Nothing is left to run; what it held is released. */
  readonly done: boolean;
  /** Looks up what is cached already. */
  begin(): void;
  /**
   * Takes places for tokens of its next step.
   * @param limit how many at most, `least` or more
   * @returns undefined where all places are held by others
   */
  step(limit: number): Run[] | undefined;
  /** What was read at the runs of the latest step, in order. */
  take(values: readonly ReadValue[][]): void;
  /** Gives its places back; it will begin anew. */
  retreat(): void;
  /** Ends it; whoever awaits it is told why. */
  fail(reason: unknown): void;
}

/** Hears once what became of a job. */
export interface Outcome<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}
