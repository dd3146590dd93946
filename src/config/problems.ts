/** Collects everything that is wrong with a run's settings, to be told at once. */
import { ConfigError } from '../core/portable.ts';

/** `place`: file and line, or where else the setting was given. `text`: `<key> <what is wrong>; <what to do>`. */
export interface Problem {
  readonly place: string;
  readonly text: string;
  /** The settings that it is about: one, or those of a rule. */
  readonly keys?: readonly string[];
}

/** @throws ConfigError naming all problems, one a line, when there are any */
export function throwProblems(problems: readonly Problem[]): void {
  const lines = problems.map(({ place, text }) => `${place}: ${text}`);
  if (lines.length === 1) throw new ConfigError(lines[0]!);
  if (lines.length > 1) {
    throw new ConfigError(
      `config: ${lines.length} problems; correct each:\n${lines.map((l) => `  - ${l}`).join('\n')}`,
    );
  }
}
