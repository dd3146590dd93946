/**
 * One raw value, as YAML, a command line or a form gives it, read as its setting wants it. Lenient in spelling
 * (numbers and booleans may be strings), strict in meaning. Knows no setting by name.
 */
import { nearest } from './nearest.ts';
import type { Spec } from './setting.ts';

/** What is wrong with a value, and what to do. */
export interface Fault {
  readonly wrong: string;
  readonly remedy: string;
}

export interface Reading {
  readonly value?: unknown;
  readonly fault?: Fault;
}

const TRUE = new Set(['true', 'yes', 'on', 'y', 't', '1']);
const FALSE = new Set(['false', 'no', 'off', 'n', 'f', '0']);
const NOTHING = new Set(['', 'null', 'none', '~']);
const NUMBER = /^[-+]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[-+]?\d+)?$/i;

/** The value in the type of `spec`, or why it cannot be that. */
export function readValue(spec: Spec, raw: unknown): Reading {
  const word = wordOf(raw);
  const refusal = entryOf(spec.refusedValues, word);
  if (refusal) return { fault: sentence(refusal.en, raw) };
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
export function boundsOf(spec: Spec): string {
  const parts = [];
  if (spec.kind === 'amount') parts.push('a share below 1 or a whole number');
  if (spec.min !== undefined) parts.push(`at least ${spec.min}`);
  if (spec.above !== undefined) parts.push(`above ${spec.above}`);
  if (spec.max !== undefined) parts.push(`at most ${spec.max}`);
  if (spec.below !== undefined) parts.push(`below ${spec.below}`);
  return parts.join(spec.kind === 'amount' ? ', ' : ' and ');
}

/** Splits a sentence `what is wrong; what to do` after naming the value. */
export function sentence(text: string, raw: unknown): Fault {
  const cut = text.indexOf(';');
  return cut < 0
    ? { wrong: `${show(raw)}: ${text}`, remedy: '' }
    : { wrong: `${show(raw)}: ${text.slice(0, cut)}`, remedy: text.slice(cut + 1).trim() };
}

function readNothing(spec: Spec): Reading {
  if (spec.kind === 'list' && !(spec.default as string[]).length) return { value: spec.default };
  if (spec.nullable) return { value: null };
  const remedy = spec.required ? 'give a value' : `give a value, or remove it to have ${show(spec.default)}`;
  return { fault: { wrong: 'is empty', remedy } };
}

function readFlag(raw: unknown): Reading {
  const word = wordOf(raw) ?? '';
  if (TRUE.has(word)) return { value: true };
  if (FALSE.has(word)) return { value: false };
  return { fault: { wrong: `${show(raw)} is neither true nor false`, remedy: 'write true or false' } };
}

function readNumber(spec: Spec, raw: unknown): Reading {
  const value = numberOf(raw);
  const noun = spec.kind === 'integer' ? 'a whole number' : 'a number';
  const bounds = boundsOf(spec);
  const remedy = `give ${noun}${bounds && spec.kind === 'amount' ? `: ${bounds}` : bounds && ` ${bounds}`}`;
  if (value === undefined) return { fault: { wrong: `${show(raw)} is not ${noun}`, remedy } };
  const whole = spec.kind === 'integer' || (spec.kind === 'amount' && value >= 1);
  if (whole && !Number.isSafeInteger(value)) {
    return { fault: { wrong: `${show(raw)} is not a whole number`, remedy } };
  }
  const { min = value, max = value, above = -Infinity, below = Infinity } = spec;
  if (value < min || value > max || value <= above || value >= below) {
    return { fault: { wrong: `${show(raw)} is out of range`, remedy } };
  }
  return { value };
}

function readChoice(spec: Spec, raw: unknown): Reading {
  const choices = spec.choices ?? [];
  const word = wordOf(raw);
  if (word !== undefined && choices.includes(word)) return { value: word };
  const known = [...choices, ...Object.keys(spec.refusedValues ?? {}), ...Object.keys(spec.synonyms ?? {})];
  const guess = word === undefined ? undefined : nearest(word, known);
  const hint = guess ? `the nearest known one is ${guess} (known: ${choices.join(', ')})` : '';
  return {
    fault: { wrong: `${show(raw)} is not known`, remedy: hint || `write one of ${choices.join(', ')}` },
  };
}

function readList(raw: unknown): Reading {
  const items = Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.split(',') : [raw];
  if (!items.every((item) => typeof item === 'string' || typeof item === 'number')) {
    const remedy = 'write names separated by commas, or a list of them';
    return { fault: { wrong: `${show(raw)} is not a list of names`, remedy } };
  }
  const names = items.map((item) => String(item).trim()).filter((name) => name !== '');
  return { value: Object.freeze(names) };
}

function readText(raw: unknown): Reading {
  if (typeof raw === 'string') return { value: raw };
  if (typeof raw === 'number') return { value: String(raw) };
  return { fault: { wrong: `${show(raw)} is not a text`, remedy: 'write a text, in quotes if need be' } };
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
