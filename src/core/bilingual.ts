/** The two languages that every text for people exists in, such a text, and how it travels where programs read along. */

export type Language = 'en' | 'zh';

/** A text in both languages. */
export type Bilingual = Readonly<Record<Language, string>>;

/** A text in files, messages and answers of the API: English, and beside it Chinese where that differs. */
export interface Told {
  readonly message: string;
  readonly zh?: string | undefined;
}

/** One sentence, written for each language by the same function: for sentences that are made of bilingual parts. */
export function bilingual(write: (language: Language) => string): Bilingual {
  return { en: write('en'), zh: write('zh') };
}

export function told(text: string | Bilingual): Told {
  if (typeof text === 'string') return { message: text };
  return text.zh === text.en ? { message: text.en } : { message: text.en, zh: text.zh };
}

/** The other way round. */
export function heard({ message, zh }: Told): Bilingual {
  return { en: message, zh: zh ?? message };
}

/** Why a row was left out or changed, in the form of Told. */
export interface Reason {
  readonly reason: string;
  readonly zh?: string | undefined;
}

export function reasonOf(text: Bilingual): Reason {
  const { message, ...rest } = told(text);
  return { reason: message, ...rest };
}

export function reasonIn({ reason, zh }: Reason, language: Language): string {
  return heard({ message: reason, zh })[language];
}
