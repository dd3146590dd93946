/** Settings on a command line: `key=value`, `--key value`, `--key=value`, and a bare `--key` for yes. */
import { parse } from 'yaml';
import { rememberOrigin } from './origin.ts';
import { type Problem, throwProblems } from './problems.ts';
import { readValue } from './read-value.ts';
import { SETTINGS_BY_KEY } from './settings.ts';

const PAIR = /^(?:--)?([A-Za-z_][\w-]*)=(.*)$/s;
const FLAG = /^--([A-Za-z_][\w-]*)$/;
const SOURCE = { en: 'command line', zh: '命令行' };

/**
 * @param words as the shell splits them
 * @returns raw settings; values are read as YAML scalars, those of texts and lists stay as written
 * @throws ConfigError naming every word that is none of these forms
 */
export function parseOverrides(words: readonly string[]): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  const problems: Problem[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const pair = PAIR.exec(word);
    const key = keyOf(pair?.[1] ?? FLAG.exec(word)?.[1] ?? '');
    const next = words[i + 1];
    if (pair) entries.push([key, readWord(key, pair[2]!)]);
    else if (key === '') {
      problems.push({
        place: SOURCE,
        text: {
          en: `"${word}" is no setting; write key=value or --key value`,
          zh: `"${word}" 不是设置项；请写成 key=value 或 --key value`,
        },
      });
    } else if (next !== undefined && isValueOf(key, next)) {
      entries.push([key, readWord(key, next)]);
      i++;
    } else if (canStandAlone(key)) entries.push([key, true]);
    else {
      problems.push({
        place: SOURCE,
        text: {
          en: `${word} has no value; write ${word} VALUE or ${key}=VALUE`,
          zh: `${word} 没有值；请写成 ${word} 值 或 ${key}=值`,
        },
      });
    }
  }
  throwProblems(problems);
  return rememberOrigin(Object.fromEntries(entries), { source: SOURCE });
}

/** Dashes do not matter: `--lora-rank` is lora_rank. */
function keyOf(name: string): string {
  return name.replaceAll('-', '_');
}

function canStandAlone(key: string): boolean {
  const kind = SETTINGS_BY_KEY.get(key)?.kind ?? 'any';
  return kind === 'flag' || kind === 'any';
}

/** Whether the word after `--key` is its value: for settings that can stand alone only what cannot be a pair. */
function isValueOf(key: string, next: string): boolean {
  const setting = SETTINGS_BY_KEY.get(key);
  if (next.startsWith('--')) return false;
  if (setting?.kind === 'flag') return !readValue(setting, next).fault;
  return !canStandAlone(key) || !PAIR.test(next);
}

function readWord(key: string, text: string): unknown {
  const kind = SETTINGS_BY_KEY.get(key)?.kind;
  if (kind === 'text' || (kind === 'list' && !text.startsWith('['))) return text;
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return text;
  }
}
