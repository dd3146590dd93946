/** Numbers of a report as they are written, the same in HTML, Markdown and spreadsheets' texts. */
import type { Language } from '../../core/index.ts';
import { type Figure, SIGNIFICANCE } from '../../evaluate/index.ts';

export function score(value: number): string {
  return value.toFixed(3);
}

export function interval({ low, high }: Figure, digits: (value: number) => string = score): string {
  return low === high ? '' : `[${digits(low)}, ${digits(high)}]`;
}

/** With its sign, as a difference is. */
export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

export function chance(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

export function isSignificant(corrected: number): boolean {
  return corrected < SIGNIFICANCE;
}

/** Four digits that count, without an exponent. */
export function amount(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(value < 10 ? 3 : 4)));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Whole and grouped. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function dateOf(iso: string, language: Language): string {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso));
}
