/** Which of the two languages the page speaks: the user's choice, else the browser's. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import {
  type Bilingual,
  heard,
  type Language,
  messageOf,
  type Reason,
  reasonIn,
  type Told,
} from '../../src/core/portable.ts';

/** A page's texts in both languages; the second is typed by the first. */
export type Texts<T> = Readonly<Record<Language, T>>;

interface Spoken {
  readonly language: Language;
  readonly speak: (language: Language) => void;
}

const STORED = 'tunesmith.language';
const Context = createContext<Spoken>({ language: 'en', speak: () => undefined });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    localStorage.setItem(STORED, language);
  }, [language]);
  const spoken = useMemo(() => ({ language, speak: setLanguage }), [language]);
  return <Context.Provider value={spoken}>{children}</Context.Provider>;
}

export function useLanguage(): Spoken {
  return useContext(Context);
}

export function useTexts<T>(texts: Texts<T>): T {
  return texts[useLanguage().language];
}

/** What comes in both languages from elsewhere: the help of a setting, what an error says, why a row was left out. */
export function useSaid(): (text: Bilingual | Told | Reason | Error) => string {
  const { language } = useLanguage();
  return (text) => {
    if (text instanceof Error) return messageOf(text, language);
    if ('reason' in text) return reasonIn(text, language);
    return ('message' in text ? heard(text) : text)[language];
  };
}

function initialLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === 'en' || stored === 'zh') return stored;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
