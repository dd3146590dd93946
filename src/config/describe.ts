/** A setting's values and default in a few words, for help, forms and documents. */
import type { Language } from '../core/portable.ts';
import { boundsOf } from './read-value.ts';
import type { Setting } from './setting.ts';

const NOUNS = {
  text: 'text',
  flag: 'true or false',
  integer: 'whole number',
  number: 'number',
  amount: 'number',
  choice: 'one of',
  list: 'names, separated by commas',
  any: 'anything',
} as const;

/** `whole number, at least 1`; `linear, cosine, constant`; `true or false`. */
export function valuesInWords(setting: Setting): string {
  if (setting.choices) return setting.choices.join(', ');
  const bounds = boundsOf(setting, 'en');
  return bounds ? `${NOUNS[setting.kind]}, ${bounds}` : NOUNS[setting.kind];
}

const ABSENT = { en: { required: 'required', none: 'none' }, zh: { required: '必填', none: '无' } };

/** The default as a run file would say it: `cosine`, `2 x lora_rank`; else `none` or `required`. */
export function defaultInWords(
  { required, fallback, default: value }: Setting,
  language: Language = 'en',
): string {
  if (required) return ABSENT[language].required;
  if (fallback) return fallback.times ? `${fallback.times} x ${fallback.key}` : fallback.key;
  const shown = Array.isArray(value) ? value.join(',') : String(value ?? '');
  return shown === '' ? ABSENT[language].none : shown;
}
