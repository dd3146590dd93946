/**
 * Experiment files: YAML read into a checked value, or one error that names every problem with its line and, for a
 * mistyped key, the nearest known one. Knows the shape only; what it means together is in experiment.ts.
 */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Bilingual, ConfigError } from '../core/portable.ts';
import { type ExperimentFile, ExperimentSchema, NAME_RULE } from './experiment-schema.ts';
import { nearest } from './nearest.ts';
import { placeIn } from './origin.ts';
import { type Problem, throwProblems } from './problems.ts';
import { show } from './read-value.ts';

/** Many variants with all their settings stay far below; data do not belong here. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_ALIASES = 64;

export interface ReadExperiment {
  readonly file: ExperimentFile;
  readonly source: string;
  /** Of a path of keys such as criteria.macro_f1, or of what it is in. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
  /** `experiment.yaml line 7`. */
  readonly placeOf: PlaceOf;
}

type PlaceOf = (path: readonly PropertyKey[]) => Bilingual;

/**
 * @param source the file's name, for messages
 * @throws ConfigError
 */
export function parseExperimentFile(text: string, source: string): ReadExperiment {
  if (text.length > MAX_CHARACTERS) {
    throw new ConfigError({
      en: `${source}: ${text.length} characters are more than the ${MAX_CHARACTERS} of an experiment file; give its path`,
      zh: `${source}：有 ${text.length} 个字符，超过实验文件的上限 ${MAX_CHARACTERS}；请给出实验文件的路径`,
    });
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const lineAt = (offset: number) => lineCounter.linePos(offset).line;
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) {
    const what = fault.message.replace(/\s+/g, ' ');
    const { en, zh } = placeIn(source, lineAt(fault.pos[0]));
    throw new ConfigError({
      en: `${en}: ${what}; write one "key: value" a line`,
      zh: `${zh}：${what}；请每行写一个 "key: value"`,
    });
  }
  const lines = new Map<string, number>();
  collectLines(document.contents, [], (path, offset) => lines.set(path.join('\n'), lineAt(offset)));
  const lineOf = (path: readonly PropertyKey[]) => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(path.slice(0, length).map(String).join('\n'));
      if (line !== undefined) return line;
    }
    return undefined;
  };
  const placeOf = (path: readonly PropertyKey[]) => placeIn(source, lineOf(path));
  const raw = toPlain(document, source);
  const parsed = ExperimentSchema.safeParse(raw);
  if (!parsed.success) throwProblems(parsed.error.issues.flatMap((issue) => problemsOf(issue, raw, placeOf)));
  return { file: parsed.data!, source, lineOf, placeOf };
}

function toPlain(document: ReturnType<typeof parseDocument>, source: string): unknown {
  if (!isMap(document.contents)) {
    throw new ConfigError({
      en: `${source}: holds no experiment; begin with name: and test_dataset:`,
      zh: `${source}：不是实验文件；请从 name: 和 test_dataset: 写起`,
    });
  }
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new ConfigError(
      {
        en: `${source}: repeats too much (more than ${MAX_ALIASES} aliases); write it out`,
        zh: `${source}：引用过多（超过 ${MAX_ALIASES} 个别名）；请直接写出内容`,
      },
      error,
    );
  }
}

function collectLines(
  node: unknown,
  path: readonly string[],
  add: (path: readonly string[], offset: number) => void,
): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      const inner = [...path, String(isScalar(key) ? key.value : key)];
      add(inner, (key as Node).range?.[0] ?? 0);
      collectLines(value, inner, add);
    }
  }
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const inner = [...path, String(index)];
      add(inner, (item as Node).range?.[0] ?? 0);
      collectLines(item, inner, add);
    }
  }
}

function problemsOf(issue: z.core.$ZodIssue, raw: unknown, placeOf: PlaceOf): Problem[] {
  const { path, value } = asWritten(issue.path, raw);
  const name = path.map(String).join('.');
  const place = placeOf(path);
  const shown = show(value);
  const say = (en: string, zh: string): Problem[] => [
    { place, text: { en: `${name} ${en}`, zh: `${name} ${zh}` } },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const near = nearest(key, keysAt(issue.path));
        const whole = `${name && `${name}.`}${key}`;
        const text =
          near === undefined
            ? { en: `unknown key ${whole}; remove it`, zh: `没有 ${whole} 这个键；请删去` }
            : {
                en: `unknown key ${whole}; the nearest known one is ${near}`,
                zh: `没有 ${whole} 这个键；最接近的是 ${near}`,
              };
        return { place: placeOf([...path, key]), text };
      });
    case 'invalid_type': {
      if (value === undefined) return say('is missing; give a value', '缺失；请给出它的值');
      const { en, zh } = WORDS[issue.expected] ?? { en: issue.expected, zh: issue.expected };
      return say(`is ${shown}, not ${en}; correct it`, `为 ${shown}，应为${zh}；请改正`);
    }
    case 'invalid_value': {
      const choices = issue.values.map(String);
      const near = nearest(String(value), choices);
      return say(
        `is ${shown}; the nearest known one is ${near} (known: ${choices.join(', ')})`,
        `为 ${shown}；最接近的可选值是 ${near}（可选：${choices.join(', ')}）`,
      );
    }
    case 'too_small':
      return issue.inclusive
        ? say(`is ${shown}; give at least ${issue.minimum}`, `为 ${shown}；不得小于 ${issue.minimum}`)
        : say(`is ${shown}; give at least ${issue.minimum} and more`, `为 ${shown}；须大于 ${issue.minimum}`);
    case 'too_big':
      return say(`is ${shown}; give at most ${issue.maximum}`, `为 ${shown}；不得大于 ${issue.maximum}`);
    case 'invalid_key':
      return say(`is no name; use ${NAME_RULE.en}`, `不能用作名称；请使用${NAME_RULE.zh}`);
    case 'invalid_format':
      return say(`is ${shown}; use ${NAME_RULE.en}`, `为 ${shown}；请使用${NAME_RULE.zh}`);
    default:
      return say(`is ${shown}; use ${issue.message}`, `为 ${shown}；请改正（${issue.message}）`);
  }
}

/** One thing may stand where the schema has a list of one: then its place in the list was never written. */
function asWritten(
  path: readonly PropertyKey[],
  raw: unknown,
): { path: readonly PropertyKey[]; value: unknown } {
  const written: PropertyKey[] = [];
  let value = raw;
  for (const key of path) {
    if (typeof key === 'number' && !Array.isArray(value)) continue;
    written.push(key);
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  }
  return { path: written, value };
}

const WORDS: Readonly<Record<string, Bilingual>> = {
  string: { en: 'a text', zh: '文本' },
  number: { en: 'a number', zh: '数字' },
  int: { en: 'a whole number', zh: '整数' },
  array: { en: 'a list', zh: '列表' },
  object: { en: 'a map of keys', zh: '键值对' },
  record: { en: 'a map of keys', zh: '键值对' },
};

/** The keys that the schema knows at a path. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = ExperimentSchema;
  for (const key of path) schema = childOf(bare(schema), key);
  const { shape } = (bare(schema) ?? {}) as { shape?: object };
  return Object.keys(shape ?? {});
}

function childOf(schema: unknown, key: PropertyKey): unknown {
  const { shape, valueType, element } = (schema ?? {}) as {
    shape?: Record<PropertyKey, unknown>;
    valueType?: unknown;
    element?: unknown;
  };
  return shape ? shape[key] : (valueType ?? element);
}

/** Without what optional, default and preprocess put around it. */
function bare(schema: unknown): unknown {
  const { _zod } = (schema ?? {}) as { _zod?: { def: { innerType?: unknown; out?: unknown } } };
  const inner = _zod?.def.innerType ?? _zod?.def.out;
  return inner === undefined ? schema : bare(inner);
}
