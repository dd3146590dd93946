/**
 * Run files: YAML (JSON is a part of it) read into raw settings with the line of each, and written back.
 * The text comes from anywhere, so its size and its aliases are bounded.
 */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, stringify } from 'yaml';
import { type Bilingual, ConfigError, messageOf } from '../core/portable.ts';
import { placeIn, rememberOrigin } from './origin.ts';
import { readValue, sameValue } from './read-value.ts';
import { derivedDefault } from './resolve.ts';
import type { Setting } from './setting.ts';
import { type RunConfig, SETTINGS, SETTINGS_BY_KEY } from './settings.ts';

/** A run file is some dozen short lines; a longer text is something else, and nested deeply costs seconds. */
const MAX_CHARACTERS = 64 * 1024;
/** Enough for a value used again; too few to blow a text up by repeating repeats. */
const MAX_ALIASES = 16;

/**
 * @param source the file's name, for messages
 * @returns raw settings in the order of the file; texts and names as they are written there
 * @throws ConfigError with the line, when the text is no map of settings
 */
export function parseRunFile(text: string, source: string): Record<string, unknown> {
  if (text.length > MAX_CHARACTERS) {
    throw new ConfigError({
      en: `${source}: ${text.length} characters are more than the ${MAX_CHARACTERS} of a run file; give a run file, not a data file`,
      zh: `${source}：有 ${text.length} 个字符，超过运行文件的上限 ${MAX_CHARACTERS}；请给出运行文件，而不是数据文件`,
    });
  }
  const lineCounter = new LineCounter();
  const lineAt = (offset: number) => lineCounter.linePos(offset).line;
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false });
    const fault = document.errors[0] ?? document.warnings[0];
    if (fault) throw syntaxError(source, lineAt(fault.pos[0]), text, fault.message);
    if (!isMap(document.contents)) {
      const isEmpty = document.contents === null;
      const { en, zh } = remedyFor(text);
      throw new ConfigError({
        en: `${source}: the run file ${isEmpty ? 'is empty' : 'holds no settings'}; ${en}`,
        zh: `${source}：运行文件${isEmpty ? '为空' : '中没有设置'}；${zh}`,
      });
    }
    const raw = document.toJS({ maxAliasCount: MAX_ALIASES }) as Record<string, unknown>;
    const lines = new Map<string, number>();
    for (const { key, value } of document.contents.items) {
      const name = String(isScalar(key) ? key.value : key);
      lines.set(name, lineAt((key as Node).range?.[0] ?? 0));
      const asWritten = writtenText(SETTINGS_BY_KEY.get(name), value);
      if (asWritten !== undefined) raw[name] = asWritten;
    }
    return rememberOrigin(raw, { source, lines });
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      {
        en: `${source}: cannot be read: ${messageOf(error)}; write one "key: value" a line`,
        zh: `${source}：无法读取：${messageOf(error, 'zh')}；请每行写一个 "key: value"`,
      },
      error,
    );
  }
}

/**
 * The YAML run file that says what differs from the defaults, in groups, in words that LLaMA-Factory reads too.
 * Reading it again gives the same run.
 */
export function toRunFile(config: Partial<RunConfig>): string {
  const groups = new Map<string, string>();
  for (const setting of SETTINGS) {
    const value = config[setting.key as keyof RunConfig];
    if (setting.status !== 'supported' || value === undefined || isDefault(setting, value, config)) continue;
    const line = stringify({ [setting.key]: writable(setting, value) }, { compat: 'yaml-1.1', lineWidth: 0 });
    groups.set(setting.group, (groups.get(setting.group) ?? `### ${setting.group}\n`) + line);
  }
  return [...groups.values()].join('\n');
}

function isDefault(setting: Setting, value: unknown, config: Partial<RunConfig>): boolean {
  return (
    sameValue(value, setting.default) ||
    (setting.fallback !== undefined && sameValue(value, derivedDefault(setting, config)))
  );
}

/** Lists go as comma lists, which LLaMA-Factory reads everywhere, unless their names would not be read back. */
function writable(setting: Setting, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const joined = value.join(',');
  return sameValue(readValue(setting, joined).value, value) ? joined : value;
}

/** Texts and names keep their spelling: `007` and `1.0` stay what they are. */
function writtenText(setting: Setting | undefined, node: unknown): unknown {
  if (setting?.kind !== 'text' && setting?.kind !== 'list') return undefined;
  if (isSeq(node) && node.items.every(isScalar)) return node.items.map((item) => writtenText(setting, item));
  if (!isScalar(node)) return undefined;
  return node.value === null ? undefined : (node.source ?? String(node.value));
}

function syntaxError(source: string, line: number, text: string, message: string): ConfigError {
  const remedy = message.includes('unique')
    ? { en: 'say each setting once', zh: '每个设置请只写一次' }
    : remedyFor(text.split('\n')[line - 1] ?? '');
  const place = placeIn(source, line);
  const what = message.replace(/\s+/g, ' ');
  return new ConfigError({
    en: `${place.en}: ${what}; ${remedy.en}`,
    zh: `${place.zh}：${what}；${remedy.zh}`,
  });
}

function remedyFor(text: string): Bilingual {
  if (text.includes('\t'))
    return { en: 'indent with spaces, not with tabs', zh: '请用空格缩进，不要用制表符' };
  if (text.includes('\uFF1A')) {
    return {
      en: 'write the colon as ":" followed by a space, not as "\uFF1A"',
      zh: '请用英文冒号 ":" 加空格，不要用中文冒号 "\uFF1A"',
    };
  }
  return {
    en: 'write one "key: value" a line, with a space after the colon',
    zh: '请每行写一个 "key: value"，冒号后留一个空格',
  };
}
