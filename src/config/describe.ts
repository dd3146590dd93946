/** A setting's values and default in a few words, for help, forms and documents. */
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

/** The default as a run file would say it: `none`, `2 x lora_rank`, `required`. */
export function defaultInWords({ required, fallback, default: value }: Setting): string {
  if (required) return 'required';
  if (fallback) return fallback.times ? `${fallback.times} x ${fallback.key}` : fallback.key;
  const shown = Array.isArray(value) ? value.join(',') : String(value ?? '');
  return shown === '' ? 'none' : shown;
}
