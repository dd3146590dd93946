/** The two languages that every text for people exists in, and such a text. */

export type Language = 'en' | 'zh';

/** A text in both languages. */
export type Bilingual = Readonly<Record<Language, string>>;
