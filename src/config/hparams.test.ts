/** Every argument of LLaMA-Factory and transformers is known here, with their default, and answered honestly. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resolveRunConfig } from './resolve.ts';
import type { Setting } from './setting.ts';
import { SETTINGS, SETTINGS_BY_KEY } from './settings.ts';

const GOLDEN = JSON.parse(
  readFileSync(new URL('../../test/golden/config/hparams.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
const NAMES = Object.keys(GOLDEN);
const MODEL = { model_name_or_path: 'm' };

/** Defaults that mean the same and are written differently here. */
const DIFFERENT: Readonly<Record<string, unknown>> = {
  adapter_name_or_path: [],
  dataset: [],
  eval_dataset: [],
  lora_target: ['all'],
  optim: 'adamw_torch',
  infer_backend: 'huggingface',
};

test('all 391 names are known (two of the 393 arguments stand in two classes)', () => {
  expect(NAMES).toHaveLength(391);
  expect(NAMES.filter((name) => !SETTINGS_BY_KEY.has(name))).toEqual([]);
});

test('defaults are theirs', () => {
  const ours = NAMES.map((name) => [name, SETTINGS_BY_KEY.get(name)?.default]);
  expect(Object.fromEntries(ours)).toEqual({ ...GOLDEN, ...DIFFERENT });
});

test('only our own settings and old names are not theirs', () => {
  const others = SETTINGS.filter(({ key, own }) => !NAMES.includes(key) && !own).map(({ key }) => key);
  expect(others.sort()).toEqual(['evaluation_strategy', 'group_by_length', 'no_cuda', 'save_safetensors']);
});

test('a file that says every default is the same as one that says nothing', () => {
  const { model_name_or_path: _, ...defaults } = GOLDEN;
  expect(resolveRunConfig({ ...MODEL, ...defaults })).toEqual(resolveRunConfig(MODEL));
});

test('so it is when the defaults are the strings that a shell or Python gives', () => {
  const { model_name_or_path: _, include_for_metrics: __, ...defaults } = GOLDEN;
  const python = (value: unknown) => (value === null ? 'None' : value === true ? 'True' : String(value));
  const strings = Object.entries(defaults).map(([key, value]) => [key, python(value)]);
  expect(resolveRunConfig({ ...MODEL, ...Object.fromEntries(strings) })).toEqual(resolveRunConfig(MODEL));
});

describe('every refused setting says so and what to do', () => {
  const refused = SETTINGS.filter(({ status }) => status === 'refused');
  test.each(refused.map((setting) => [setting.key, setting] as const))('%s', (key, setting) => {
    let message = '';
    try {
      resolveRunConfig({ ...MODEL, [key]: otherThan(setting) });
    } catch (error) {
      message = (error as Error).message;
    }
    const [what, todo] = setting.help.en.split(/; (.*)/s);
    expect(message).toMatch(new RegExp(`^settings: ${key} .*`));
    expect(message).toContain(what);
    expect(message).toContain(`; ${todo}`);
  });
});

describe('every ignored setting takes another value without a difference', () => {
  const ignored = SETTINGS.filter(({ status }) => status === 'ignored');
  test.each(ignored.map((setting) => [setting.key, setting] as const))('%s', (key, setting) => {
    expect(resolveRunConfig({ ...MODEL, [key]: otherThan(setting) })).toEqual(resolveRunConfig(MODEL));
  });
});

test.each(SETTINGS)('$key: texts are there in both languages, and refusals say what to do', (setting) => {
  const { en, zh } = setting.help;
  expect(en).toMatch(/[a-z]{2}/);
  expect(zh).toMatch(/[\u4e00-\u9fff]/);
  expect(zh).not.toMatch(/[\u4e00-\u9fff][,;:()]/);
  const refusals = Object.values(setting.refusedValues ?? {});
  for (const text of [...refusals, ...(setting.status === 'refused' ? [setting.help] : [])]) {
    expect(text.en).toMatch(/^.+; .+$/);
    expect(text.zh).toMatch(/^.+；.+$/);
  }
});

test('each setting stands in one table only', () => {
  expect(SETTINGS_BY_KEY.size).toBe(SETTINGS.length);
});

function otherThan({ default: value }: Setting): unknown {
  if (typeof value === 'boolean') return !value;
  return typeof value === 'number' ? value + 3 : 'something_else';
}
