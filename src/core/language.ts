/** Which of the two languages the environment asks for. */
import type { Language } from './bilingual.ts';

/** `TUNESMITH_LANG`, else the locale of the environment; English when neither speaks of Chinese. */
export function languageOf(environment: NodeJS.ProcessEnv = process.env): Language {
  const wish =
    environment['TUNESMITH_LANG'] ||
    environment['LC_ALL'] ||
    environment['LC_MESSAGES'] ||
    environment['LANG'] ||
    '';
  return wish.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
