/**
 * One raw value, as YAML, a command line or a form gives it, read as its setting wants it. Lenient in spelling
 * (numbers and booleans may be strings), strict in meaning. Knows no setting by name.
 */
import { type Bilingual, bilingual, type Language } from '../core/portable.ts';
import { nearest } from './nearest.ts';
import type { Spec } from './setting.ts';

export interface Reading {
  readonly value?: unknown;
  /** `<value> <what is wrong>; <what to do>`. */
  readonly fault?: Bilingual;
}

const TRUE = new Set(['true', 'yes', 'on', 'y', 't', '1']);
const FALSE = new Set(['false', 'no', 'off', 'n', 'f', '0']);
const NOTHING = new Set(['', 'null', 'none', '~']);
const NUMBER = /^[-+]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[-+]?\d+)?$/i;

/** The value in the type of `spec`, or why it cannot be that. */
export function readValue(spec: Spec, raw: unknown): Reading {
  const word = wordOf(raw);
  const refusal = entryOf(spec.refusedValues, word);
  if (refusal) return { fault: named(refusal, raw) };
  const synonym = entryOf(spec.synonyms, word);
  if (synonym !== undefined) return { value: synonym };
  if (isNothing(raw) && spec.kind !== 'any') return readNothing(spec);
  switch (spec.kind) {
    case 'flag':
      return readFlag(raw);
    case 'integer':
    case 'number':
    case 'amount':
      return readNumber(spec, raw);
    case 'choice':
      return readChoice(spec, raw);
    case 'list':
      return readList(raw);
    case 'text':
      return readText(raw);
    case 'any':
      return { value: raw };
  }
}

/** Whether two read values are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a raw value of a refused setting asks for nothing: its default or an equal of it, in any spelling. */
export function isHarmless(spec: Spec, raw: unknown): boolean {
  const { value = raw } = readValue(spec, raw);
  return [spec.default, ...(spec.harmless ?? [])].some(
    (harmless) => canonical(value) === canonical(harmless),
  );
}

/** A raw value for a message; long ones are shortened. */
export function show(raw: unknown): string {
  const shown = typeof raw === 'string' ? `"${raw}"` : (JSON.stringify(raw) ?? String(raw));
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}

/** The bounds of a number in words: `at least 1`, `above 0 and at most 1`. Empty when there are none. */
export function boundsOf({ kind, min, above, max, below }: Spec, language: Language): string {
  const say = WORDS[language];
  const parts = [
    kind === 'amount' && say.amount,
    min !== undefined && say.min(min),
    above !== undefined && say.above(above),
    max !== undefined && say.max(max),
    below !== undefined && say.below(below),
  ].filter((part) => part !== false);
  return parts.join(kind === 'amount' ? say.comma : say.and);
}

/** A sentence `what is wrong; what to do` after the value. */
export function named(text: Bilingual, raw: unknown): Bilingual {
  return { en: `${show(raw)}: ${text.en}`, zh: `${show(raw)}：${text.zh}` };
}

const EN = {
  amount: 'a share below 1 or a whole number',
  min: (value: number) => `at least ${value}`,
  above: (value: number) => `above ${value}`,
  max: (value: number) => `at most ${value}`,
  below: (value: number) => `below ${value}`,
  comma: ', ',
  and: ' and ',
};
const WORDS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  zh: {
    amount: '小于 1 的比例或整数',
    min: (value) => `不小于 ${value}`,
    above: (value) => `大于 ${value}`,
    max: (value) => `不大于 ${value}`,
    below: (value) => `小于 ${value}`,
    comma: '，',
    and: '、',
  },
};

function readNothing(spec: Spec): Reading {
  if (spec.kind === 'list' && !(spec.default as string[]).length) return { value: spec.default };
  if (spec.nullable) return { value: null };
  const fallback = show(spec.default);
  return {
    fault: spec.required
      ? { en: 'is empty; give a value', zh: '为空；请给出它的值' }
      : {
          en: `is empty; give a value, or remove it to have ${fallback}`,
          zh: `为空；请给出它的值，或删去以使用默认值 ${fallback}`,
        },
  };
}

function readFlag(raw: unknown): Reading {
  const word = wordOf(raw) ?? '';
  if (TRUE.has(word)) return { value: true };
  if (FALSE.has(word)) return { value: false };
  return {
    fault: {
      en: `${show(raw)} is neither true nor false; write true or false`,
      zh: `${show(raw)} 既非 true 也非 false；请写 true 或 false`,
    },
  };
}

function readNumber(spec: Spec, raw: unknown): Reading {
  const value = numberOf(raw);
  const noun =
    spec.kind === 'integer' ? { en: 'a whole number', zh: '整数' } : { en: 'a number', zh: '数字' };
  const remedy = numberWanted(spec, noun);
  const fault = (wrong: Bilingual) => ({
    fault: bilingual((of) => `${show(raw)} ${wrong[of]}${of === 'zh' ? '；' : '; '}${remedy[of]}`),
  });
  if (value === undefined) return fault({ en: `is not ${noun.en}`, zh: `不是${noun.zh}` });
  const whole = spec.kind === 'integer' || (spec.kind === 'amount' && value >= 1);
  if (whole && !Number.isSafeInteger(value)) {
    return fault({ en: 'is not a whole number', zh: '不是整数' });
  }
  const { min = value, max = value, above = -Infinity, below = Infinity } = spec;
  if (value < min || value > max || value <= above || value >= below) {
    return fault({ en: 'is out of range', zh: '超出范围' });
  }
  return { value };
}

/** `give a whole number at least 1`. */
function numberWanted(spec: Spec, noun: Bilingual): Bilingual {
  const { en, zh } = bilingual((language) => boundsOf(spec, language));
  if (en === '') return { en: `give ${noun.en}`, zh: `请填${noun.zh}` };
  return spec.kind === 'amount'
    ? { en: `give ${noun.en}: ${en}`, zh: `请填${noun.zh}：${zh}` }
    : { en: `give ${noun.en} ${en}`, zh: `请填${zh} 的${noun.zh}` };
}

function readChoice(spec: Spec, raw: unknown): Reading {
  const choices = spec.choices ?? [];
  const word = wordOf(raw);
  if (word !== undefined && choices.includes(word)) return { value: word };
  const known = [...choices, ...Object.keys(spec.refusedValues ?? {}), ...Object.keys(spec.synonyms ?? {})];
  const guess = word === undefined ? undefined : nearest(word, known);
  const all = choices.join(', ');
  return {
    fault: guess
      ? {
          en: `${show(raw)} is not known; the nearest known one is ${guess} (known: ${all})`,
          zh: `${show(raw)} 不是可选的值；最接近的是 ${guess}（可选：${all}）`,
        }
      : {
          en: `${show(raw)} is not known; write one of ${all}`,
          zh: `${show(raw)} 不是可选的值；请从中选择：${all}`,
        },
  };
}

function readList(raw: unknown): Reading {
  const items = Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.split(',') : [raw];
  if (!items.every((item) => typeof item === 'string' || typeof item === 'number')) {
    return {
      fault: {
        en: `${show(raw)} is not a list of names; write names separated by commas, or a list of them`,
        zh: `${show(raw)} 不是名称列表；请用逗号分隔名称，或写成列表`,
      },
    };
  }
  const names = items.map((item) => String(item).trim()).filter((name) => name !== '');
  return { value: Object.freeze(names) };
}

function readText(raw: unknown): Reading {
  if (typeof raw === 'string') return { value: raw };
  if (typeof raw === 'number') return { value: String(raw) };
  return {
    fault: {
      en: `${show(raw)} is not a text; write a text, in quotes if need be`,
      zh: `${show(raw)} 不是文本；请写文本，必要时加引号`,
    },
  };
}

function numberOf(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  if (typeof raw !== 'string' || !NUMBER.test(raw.trim())) return undefined;
  const value = Number(raw.trim().replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}

function entryOf<T>(record: Readonly<Record<string, T>> | undefined, key: string | undefined): T | undefined {
  return record && key !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A scalar as a lower-case word; undefined for lists and maps. */
function wordOf(raw: unknown): string | undefined {
  return raw === null || typeof raw === 'object' ? undefined : String(raw).trim().toLowerCase();
}

function isNothing(raw: unknown): boolean {
  return (
    raw === null || raw === undefined || (typeof raw === 'string' && NOTHING.has(raw.trim().toLowerCase()))
  );
}

function canonical(raw: unknown): string {
  if (isNothing(raw)) return 'null';
  if (typeof raw === 'object') return JSON.stringify(raw);
  return String(numberOf(raw) ?? wordOf(raw));
}
