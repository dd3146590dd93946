/** Numbers, dates and durations as the language writes them. */
import { useMemo } from 'react';
import { formatBytes, formatDuration, type Language } from '../../src/core/portable.ts';
import { useLanguage } from '../i18n/language.tsx';

export interface Format {
  /** Whole numbers with separators. */
  count(value: number): string;
  /** Digits after the point; a dash for nothing. */
  figure(value: number | null | undefined, digits?: number): string;
  /** A share as per cent. */
  percent(share: number, digits?: number): string;
  bytes(value: number): string;
  /** `H:MM:SS`. */
  duration(seconds: number): string;
  date(iso: string): string;
  /** Short enough for an axis or a table: learning rates. */
  small(value: number | null | undefined): string;
  /** Names one after the other. */
  list(names: readonly string[]): string;
  /** Parts of one sentence. */
  clauses(...parts: readonly string[]): string;
  /** Said beside what it follows. */
  note(text: string): string;
}

const NOTHING = '–';

export function useFormat(): Format {
  const { language } = useLanguage();
  return useMemo(() => createFormat(language), [language]);
}

function createFormat(language: Language): Format {
  const isChinese = language === 'zh';
  const locale = isChinese ? 'zh-CN' : 'en';
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const fixed = (digits: number) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const isNothing = (value: number | null | undefined): value is null | undefined =>
    value === null || value === undefined || !Number.isFinite(value);
  return {
    count: (value) => whole.format(value),
    figure: (value, digits = 4) => (isNothing(value) ? NOTHING : fixed(digits).format(value)),
    percent: (share, digits = 1) => `${fixed(digits).format(share * 100)} %`,
    bytes: formatBytes,
    duration: formatDuration,
    date: (iso) => (iso === '' ? NOTHING : moment.format(new Date(iso))),
    small: (value) => (isNothing(value) ? NOTHING : value === 0 ? '0' : value.toExponential(2)),
    list: (names) => names.join(isChinese ? '、' : ', '),
    clauses: (...parts) => parts.join(isChinese ? '，' : ', '),
    note: (text) => (isChinese ? `（${text}）` : ` (${text})`),
  };
}
