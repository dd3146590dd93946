/**
 * Experiment files: YAML read into a checked value, or one error that names every problem with its line and, for a
 * mistyped key, the nearest known one. Knows the shape only; what it means together is in experiment.ts.
 */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from '../core/portable.ts';
import { type ExperimentFile, ExperimentSchema } from './experiment-schema.ts';
import { nearest } from './nearest.ts';
import { type Problem, throwProblems } from './problems.ts';
import { show } from './read-value.ts';

/** Many variants with all their settings stay far below; data do not belong here. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_ALIASES = 64;

export interface ReadExperiment {
  readonly file: ExperimentFile;
  /** `experiment.yaml line 7`, for a path of keys such as criteria.macro_f1. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/**
 * @param source the file's name, for messages
 * @throws ConfigError
 */
export function parseExperimentFile(text: string, source: string): ReadExperiment {
  if (text.length > MAX_CHARACTERS) {
    throw new ConfigError(
      `${source}: ${text.length} characters are more than the ${MAX_CHARACTERS} of an experiment file; give its path`,
    );
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const lineAt = (offset: number) => lineCounter.linePos(offset).line;
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) {
    throw new ConfigError(
      `${source} line ${lineAt(fault.pos[0])}: ${fault.message.replace(/\s+/g, ' ')}; write one "key: value" a line`,
    );
  }
  const lines = new Map<string, number>();
  collectLines(document.contents, [], (path, offset) => lines.set(path.join('\n'), lineAt(offset)));
  const placeOf = (path: readonly PropertyKey[]) => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(path.slice(0, length).map(String).join('\n'));
      if (line !== undefined) return `${source} line ${line}`;
    }
    return source;
  };
  const raw = toPlain(document, source);
  const parsed = ExperimentSchema.safeParse(raw);
  if (!parsed.success) throwProblems(parsed.error.issues.flatMap((issue) => problemsOf(issue, raw, placeOf)));
  return { file: parsed.data!, placeOf };
}

function toPlain(document: ReturnType<typeof parseDocument>, source: string): unknown {
  if (!isMap(document.contents)) {
    throw new ConfigError(`${source}: holds no experiment; begin with name: and test_dataset:`);
  }
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new ConfigError(
      `${source}: repeats too much (more than ${MAX_ALIASES} aliases); write it out`,
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

function problemsOf(
  issue: z.core.$ZodIssue,
  raw: unknown,
  placeOf: (path: readonly PropertyKey[]) => string,
): Problem[] {
  const { path, value } = asWritten(issue.path, raw);
  const name = path.map(String).join('.');
  const place = placeOf(path);
  const say = (text: string): Problem[] => [{ place, text: `${name} ${text}` }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = keysAt(issue.path);
        const near = known.length > 0 ? `the nearest known one is ${nearest(key, known)}` : 'remove it';
        return {
          place: placeOf([...path, key]),
          text: `unknown key ${name && `${name}.`}${key}; ${near}`,
        };
      });
    case 'invalid_type':
      if (value === undefined) return say('is missing; give a value');
      return say(`is ${show(value)}, not ${WORDS[issue.expected] ?? issue.expected}; correct it`);
    case 'invalid_value': {
      const choices = issue.values.map(String);
      return say(
        `is ${show(value)}; the nearest known one is ${nearest(String(value), choices)} (known: ${choices.join(', ')})`,
      );
    }
    case 'too_small':
      return say(`is ${show(value)}; give at least ${issue.minimum}${issue.inclusive ? '' : ' and more'}`);
    case 'too_big':
      return say(`is ${show(value)}; give at most ${issue.maximum}`);
    case 'invalid_key':
      return say(`is no name; use ${issue.issues[0]?.message ?? 'letters and digits'}`);
    default:
      return say(`is ${show(value)}; use ${issue.message}`);
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

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
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
