/** Collects everything that is wrong with a run's settings, to be told at once, in both languages. */
import { type Bilingual, bilingual, ConfigError } from '../core/portable.ts';

/** `place`: file and line, or where else the setting was given. `text`: `<key> <what is wrong>; <what to do>`. */
export interface Problem {
  readonly place: Bilingual;
  readonly text: Bilingual;
  /** The settings that it is about: one, or those of a rule. */
  readonly keys?: readonly string[];
}

/** @throws ConfigError naming all problems, one a line, when there are any */
export function throwProblems(problems: readonly Problem[]): void {
  const lines = problems.map(({ place, text }) => ({
    en: `${place.en}: ${text.en}`,
    zh: `${place.zh}：${text.zh}`,
  }));
  if (lines.length === 1) throw new ConfigError(lines[0]!);
  if (lines.length === 0) return;
  const head = {
    en: `config: ${lines.length} problems; correct each:`,
    zh: `配置：${lines.length} 处有误；请逐一改正：`,
  };
  throw new ConfigError(
    bilingual((language) => [head[language], ...lines.map((line) => `  - ${line[language]}`)].join('\n')),
  );
}
