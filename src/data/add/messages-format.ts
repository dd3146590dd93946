/** How a column of message lists is written: the keys of a message, the words for its roles, and so its formatting. */
import { DataError } from '../../core/index.ts';
import { isObject, type RowValues } from '../row-values.ts';
import type { Row } from '../rows.ts';

export interface MessagesFormat {
  readonly formatting: 'sharegpt' | 'openai';
  /** For dataset_info.json; absent where they are the defaults. */
  readonly tags?: Readonly<Record<string, string>>;
}

const KEYS: readonly (readonly [role: string, content: string])[] = [
  ['from', 'value'],
  ['role', 'content'],
];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  user_tag: ['human', 'user'],
  assistant_tag: ['gpt', 'assistant', 'model', 'bot', 'chatgpt'],
  observation_tag: ['observation', 'tool', 'ipython'],
  function_tag: ['function_call'],
  system_tag: ['system'],
};
const DEFAULTS: Readonly<Record<string, string>> = {
  role_tag: 'from',
  content_tag: 'value',
  user_tag: 'human',
  assistant_tag: 'gpt',
  observation_tag: 'observation',
  function_tag: 'function_call',
  system_tag: 'system',
};

/**
 * @param rows whose column holds lists
 * @throws DataError when the messages have no role and text, or a role's word is unknown or stands for two
 */
export function messagesFormat(rows: readonly Row[], column: string): MessagesFormat {
  const messages = rows.flatMap(({ values }) => {
    const list = values[column];
    return Array.isArray(list) ? list.filter(isObject) : [];
  });
  const keys = KEYS.find(([role]) => messages.some((message) => role in message));
  if (!keys) {
    throw new DataError({
      en: `data: messages: "${column}" holds no messages with a role and a text; write lists of {"role": "user", "content": "…"}`,
      zh: `数据：messages："${column}" 中没有含角色与文本的消息；请写成 {"role": "user", "content": "…"} 的列表`,
    });
  }
  const [roleKey, contentKey] = keys;
  const words = new Set(
    messages.map((message) => message[roleKey]).filter((word) => typeof word === 'string'),
  );
  const tags: Record<string, string> = { ...DEFAULTS, role_tag: roleKey, content_tag: contentKey };
  for (const [tag, known] of Object.entries(WORDS)) {
    const found = known.filter((word) => words.has(word));
    if (found.length > 1) {
      throw new DataError({
        en: `data: messages: "${column}" calls one role both ${found.join(' and ')}; use one word for it`,
        zh: `数据：messages："${column}" 用 ${found.join('、')} 称呼同一角色；请统一用词`,
      });
    }
    if (found[0] !== undefined) tags[tag] = found[0];
    words.delete(found[0] ?? '');
  }
  if (words.size > 0) {
    const known = Object.values(WORDS).flat();
    throw new DataError({
      en: `data: messages: "${column}" has the unknown role ${[...words].slice(0, 3).join(', ')}; the known ones are ${known.join(', ')}`,
      zh: `数据：messages："${column}" 中有未知角色 ${[...words].slice(0, 3).join('、')}；可用的有 ${known.join('、')}`,
    });
  }
  const isDefault = Object.entries(tags).every(([tag, word]) => DEFAULTS[tag] === word);
  return {
    formatting: messages.some(callsTools) ? 'openai' : 'sharegpt',
    ...(!isDefault && { tags }),
  };
}

function callsTools(message: RowValues): boolean {
  return Array.isArray(message['tool_calls']) && message['tool_calls'].length > 0;
}
