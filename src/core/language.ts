/** The two languages that every text for people exists in. */

export type Language = 'en' | 'zh';

/** A text in both languages. */
export type Bilingual = Readonly<Record<Language, string>>;

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
