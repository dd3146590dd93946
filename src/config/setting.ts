/**
 * What one setting is: its type, default, bounds, help in both languages, and whether it is carried out.
 * The tables under `settings/` are written with the functions here; RunConfig's type is derived from them.
 * Knows no setting by name and reads no values.
 */
import type { Bilingual } from '../core/portable.ts';

/** `amount` is a whole number from 1 on, or a share below 1; `any` takes whatever YAML can say. */
export type Kind = 'text' | 'flag' | 'integer' | 'number' | 'amount' | 'choice' | 'list' | 'any';

/**
 * supported: carried out, its value is in RunConfig. ignored: accepted, since no value of it changes the result
 * here. refused: known, but only its default (or an equal of it) is accepted. translated: an older or second name,
 * read as the setting that it means.
 */
export type Status = 'supported' | 'ignored' | 'refused' | 'translated';

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Exclusive bounds. */
  readonly above?: number;
  readonly below?: number;
}

/** Where a value comes from that is not given: `times` the value of another setting. */
interface Fallback {
  readonly key: string;
  readonly times?: number;
}

export interface Spec<T = unknown> extends Bounds {
  readonly kind: Kind;
  readonly status: Status;
  /** As a run file would say it; null where there is none. */
  readonly default: unknown;
  /** Supported: what it does to the result. Otherwise why it is ignored or refused, and what to do instead. */
  readonly help: Bilingual;
  readonly nullable: boolean;
  readonly required?: boolean;
  readonly fallback?: Fallback;
  readonly choices?: readonly string[];
  /** Other spellings of a value. */
  readonly synonyms?: Readonly<Record<string, string | null>>;
  /** Values that are known but not carried out, each with the sentence that says so. */
  readonly refusedValues?: Readonly<Record<string, Bilingual>>;
  /** Refused settings: values besides the default that mean the same as it. */
  readonly harmless?: readonly unknown[];
  /** Tunesmith's own, unknown to LLaMA-Factory. */
  readonly own?: boolean;
  /** Translated settings: the setting that is meant, and its value; undefined where nothing needs to be said. */
  readonly means?: { readonly key: string; readonly value: (value: unknown) => unknown };
  /** Never set: carries the type of the resolved value. */
  readonly valueType?: T;
}

export type Group =
  | 'model'
  | 'method'
  | 'data'
  | 'output'
  | 'train'
  | 'evaluation'
  | 'generation'
  | 'serving'
  | 'machine';

/** A setting as forms, help and documents show it. */
export interface Setting extends Spec {
  readonly key: string;
  readonly group: Group;
}

/** The resolved type of a table of supported settings. */
export type ValuesOf<Table extends Readonly<Record<string, Spec>>> = {
  readonly [Key in keyof Table]: Table[Key] extends Spec<infer T> ? T : never;
};

type Help = Bilingual & { readonly own?: boolean };
type TextOptions = Help & Pick<Spec, 'synonyms' | 'refusedValues' | 'required'>;
type NumberOptions = Help & Bounds;

/** A text that has to be given. */
export function requiredText(options: Help): Spec<string> {
  return supported('text', null, { ...options, required: true });
}

export function text(fallback: string, options: TextOptions): Spec<string>;
export function text(fallback: null, options: TextOptions): Spec<string | null>;
export function text(fallback: string | null, options: TextOptions): Spec<string> | Spec<string | null> {
  return supported('text', fallback, options);
}

export function flag(fallback: boolean, options: Help): Spec<boolean> {
  return supported('flag', fallback, options);
}

export function integer(fallback: null, options: NumberOptions & { fallback: Fallback }): Spec<number>;
export function integer(fallback: number, options: NumberOptions): Spec<number>;
export function integer(fallback: null, options: NumberOptions): Spec<number | null>;
export function integer(fallback: number | null, options: NumberOptions): Spec<number> | Spec<number | null> {
  return supported('integer', fallback, options);
}

export function number(fallback: number, options: NumberOptions): Spec<number> {
  return supported('number', fallback, options);
}

/** A count from 1 on, or a share below 1 of the whole; what the whole is, the help says. */
export function amount(
  fallback: number | null,
  options: NumberOptions & { fallback?: Fallback },
): Spec<number> {
  return supported('amount', fallback, options);
}

export function choice<const Choice extends string>(
  fallback: NoInfer<Choice>,
  options: Help & Pick<Spec, 'synonyms' | 'refusedValues'> & { choices: readonly Choice[] },
): Spec<Choice> {
  return supported('choice', fallback, options);
}

/** Names separated by commas, or a YAML list; nothing is an empty list. */
export function list(fallback: readonly string[], options: Help): Spec<readonly string[]> {
  return supported('list', Object.freeze([...fallback]), options);
}

/** Settings that make no difference here: their values are looked at for their type only. */
export function ignored(help: Bilingual, defaults: Readonly<Record<string, unknown>>): Record<string, Spec> {
  return each(defaults, (value) => ({ ...bare('ignored', value), help }));
}

/**
 * Settings that are known and not carried out.
 * @param help what is missing; what to do instead
 * @param harmless values besides the defaults that ask for nothing
 */
export function refused(
  help: Bilingual,
  defaults: Readonly<Record<string, unknown>>,
  harmless: readonly unknown[] = [],
): Record<string, Spec> {
  return each(defaults, (value) => ({ ...bare('refused', value), help, harmless }));
}

/** A second name of a setting. */
export function translated(
  key: string,
  options: Bilingual & Partial<Spec> & { value?: (value: unknown) => unknown },
): Spec {
  const { en, zh, value = (same: unknown) => same, ...rest } = options;
  const base = { ...bare('translated', rest.default ?? null), help: { en, zh }, means: { key, value } };
  return { ...base, ...rest };
}

function supported<T>(
  kind: Kind,
  fallback: unknown,
  { en, zh, ...rest }: Help & Omit<Partial<Spec>, 'help'>,
): Spec<T> {
  const nullable = fallback === null && !rest.required;
  return { kind, status: 'supported', default: fallback, help: { en, zh }, nullable, ...rest } as Spec<T>;
}

function bare(status: Status, value: unknown): Omit<Spec, 'help'> {
  const kind = typeof value === 'boolean' ? 'flag' : typeof value === 'number' ? 'number' : 'any';
  return { kind, status, default: value, nullable: true };
}

function each<In, Out>(record: Readonly<Record<string, In>>, make: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(value)]));
}
