/**
 * Raw settings become one resolved, frozen run, or one error that names everything that is wrong.
 * Knows how names, values, layers and rules come together; the settings themselves are in their tables.
 */
import type { Bilingual } from '../core/portable.ts';
import { nearest } from './nearest.ts';
import { placeOf } from './origin.ts';
import { type Problem, throwProblems } from './problems.ts';
import { isHarmless, named, type Reading, readValue, sameValue } from './read-value.ts';
import { RULES } from './rules.ts';
import type { Setting } from './setting.ts';
import { type RunConfig, SETTINGS, SETTINGS_BY_KEY } from './settings.ts';

type Layer = Readonly<Record<string, unknown>>;

/** One setting as it was given: `name` may be a second name of it. */
interface Given {
  readonly name: string;
  readonly raw: unknown;
  readonly place: Bilingual;
}

/** Names that may hold a secret are told without their value. */
const SECRET = /(_token|_api_key|_secret|_url)$/;

/**
 * @param layers raw settings by name; where one is given in several layers, the last one counts
 * @throws ConfigError naming all problems, each with its setting and, where known, file and line
 */
export function resolveRunConfig(...layers: readonly Layer[]): RunConfig {
  const { config, problems } = checkSettings(...layers);
  throwProblems(problems);
  return config;
}

/**
 * The same without an error, for forms: every problem with the settings that it is about, and the run as far as its
 * settings are sound.
 */
export function checkSettings(...layers: readonly Layer[]): { config: RunConfig; problems: Problem[] } {
  const given = mergeLayers(layers);
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const unsound = new Set<string>();
  for (const [key, entries] of given) {
    const before = problems.length;
    const value = resolveOne(key, entries, problems);
    if (value !== undefined) values[key] = value;
    if (problems.length > before) unsound.add(key);
  }
  const config = withDefaults(values);
  const somewhere = placeOf(layers[0] ?? {}, '');
  for (const { key, required } of SETTINGS) {
    if (required && values[key] === undefined && !unsound.has(key)) {
      const text = { en: `${key} is missing; give a value`, zh: `缺少 ${key}；请给出它的值` };
      problems.push({ place: somewhere, text, keys: [key] });
    }
  }
  for (const { keys, check } of RULES) {
    const text = !keys.some((key) => unsound.has(key)) && check(config);
    const place = keys.flatMap((key) => given.get(key) ?? [])[0]?.place ?? somewhere;
    if (text) problems.push({ place, text, keys });
  }
  return { config, problems };
}

/** The value of a setting that follows another one; null for all others. */
export function derivedDefault({ fallback }: Setting, values: Layer): unknown {
  const source = fallback && values[fallback.key];
  return typeof source === 'number' ? source * (fallback?.times ?? 1) : null;
}

/** What is given for each setting, second names under the setting that they mean. */
function mergeLayers(layers: readonly Layer[]): Map<string, Given[]> {
  const merged = new Map<string, Given[]>();
  for (const layer of layers) {
    const ofLayer = new Map<string, Given[]>();
    for (const [name, raw] of Object.entries(layer)) {
      if (raw === undefined) continue;
      const key = SETTINGS_BY_KEY.get(name)?.means?.key ?? name;
      ofLayer.set(key, [...(ofLayer.get(key) ?? []), { name, raw, place: placeOf(layer, name) }]);
    }
    for (const [key, entries] of ofLayer) merged.set(key, entries);
  }
  return merged;
}

/** The value that the entries give to a supported setting; undefined when there is none to use. */
function resolveOne(key: string, entries: readonly Given[], problems: Problem[]): unknown {
  const setting = SETTINGS_BY_KEY.get(key);
  if (!setting) {
    const known = SETTINGS.map((one) => one.key);
    const near = nearest(key, known);
    const text = {
      en: `unknown setting ${key}; the nearest known one is ${near}`,
      zh: `没有 ${key} 这个设置；最接近的是 ${near}`,
    };
    for (const { place } of entries) problems.push({ place, text, keys: [key] });
    return undefined;
  }
  const readings: { name: string; value: unknown }[] = [];
  for (const { name, raw, place } of entries) {
    const { value, fault } = readGiven(setting, name, raw);
    if (fault) {
      const text = { en: `${name} ${fault.en}`, zh: `${name} ${fault.zh}` };
      problems.push({ place, text, keys: [key] });
    } else if (value !== undefined) readings.push({ name, value });
  }
  if (setting.status !== 'supported') return undefined;
  const telling = readings.filter(({ value }) => !sameValue(value, setting.default));
  const [chosen = readings[0], ...others] = telling;
  const rival = others.find(({ value }) => !sameValue(value, chosen?.value));
  if (rival) {
    const text = {
      en: `${key} is said by ${chosen?.name} and differently by ${rival.name}; keep one of them`,
      zh: `${key} 由 ${chosen?.name} 和 ${rival.name} 给出了不同的值；请只保留一个`,
    };
    problems.push({ place: entries.at(-1)!.place, text });
  }
  return chosen?.value;
}

/** The value for `setting` that was given, maybe under a second name. */
function readGiven(setting: Setting, name: string, raw: unknown): Reading {
  if (setting.status === 'refused') {
    if (isHarmless(setting, raw)) return {};
    return { fault: named(setting.help, SECRET.test(name) ? '***' : raw) };
  }
  const written = SETTINGS_BY_KEY.get(name);
  if (!written?.means) return readValue(setting, raw);
  const { value, fault } = readValue(written, raw);
  const meant = fault || value === null ? undefined : written.means.value(value);
  if (fault) return { fault };
  return meant === undefined ? {} : readValue(setting, meant);
}

/** All supported settings in their order, with defaults where nothing was given. */
function withDefaults(given: Layer): RunConfig {
  const supported = SETTINGS.filter(({ status }) => status === 'supported');
  const values = Object.fromEntries(supported.map(({ key, default: value }) => [key, given[key] ?? value]));
  for (const setting of supported) values[setting.key] ??= derivedDefault(setting, values);
  // As in transformers: who measures during training also measures at its end.
  if (values['eval_strategy'] !== 'no') values['do_eval'] = true;
  return Object.freeze(values) as RunConfig;
}
