/** What the converters of message lists share: tags become roles, turns alternate, the last one answers. */
import type { Message, Role } from '../../text/index.ts';
import type { DatasetEntry } from '../dataset-info.ts';
import { describeValue, isObject, type RowValues, textIn, UnusableRow } from '../row-values.ts';
import { type ConvertedRow, ktoResponse } from './converter.ts';

/** A message before its place among the turns is checked. */
export interface Turn {
  readonly role: Role | 'system';
  readonly content: string;
}

/** The messages of a row as they stand; at least one. */
export function messagesIn(values: RowValues, { columns }: DatasetEntry): RowValues[] {
  const column = columns.messages;
  const list = column === undefined ? undefined : values[column];
  if (!Array.isArray(list)) {
    const { en, zh } = describeValue(list);
    throw new UnusableRow({
      en: `"${column}" is ${en}, not a list of messages`,
      zh: `"${column}" 是${zh}，不是消息列表`,
    });
  }
  if (list.length === 0) {
    throw new UnusableRow({ en: `"${column}" is an empty list`, zh: `"${column}" 是空列表` });
  }
  return list.map((message: unknown, index) => {
    if (isObject(message)) return message;
    const { en, zh } = describeValue(message);
    throw new UnusableRow({
      en: `message ${index + 1} is ${en}, not an object`,
      zh: `第 ${index + 1} 条消息是${zh}，不是对象`,
    });
  });
}

/** A message's role and text, by the entry's tags. Where two roles share a tag, the later of these counts, as upstream. */
export function turnOf(message: RowValues, { tags }: DatasetEntry): Turn {
  const roles = new Map<unknown, Turn['role']>([
    [tags.user_tag, 'user'],
    [tags.assistant_tag, 'assistant'],
    [tags.observation_tag, 'observation'],
    [tags.function_tag, 'function'],
    [tags.system_tag, 'system'],
  ]);
  const tag = textIn(message, tags.role_tag);
  const role = tag === '' ? undefined : roles.get(tag);
  if (role) return { role, content: textIn(message, tags.content_tag) };
  throw new UnusableRow(
    tag === ''
      ? { en: `a message has no "${tags.role_tag}"`, zh: `有一条消息没有 "${tags.role_tag}"` }
      : { en: `"${tag}" is none of the roles that tags name`, zh: `"${tag}" 不是 tags 中的角色` },
  );
}

/** Takes the system text off the front of the turns; else it is the system column's. */
export function splitSystem(
  turns: readonly Turn[],
  values: RowValues,
  { columns }: DatasetEntry,
): { system: string; turns: readonly Turn[] } {
  const [first, ...others] = turns;
  return first?.role === 'system'
    ? { system: first.content, turns: others }
    : { system: textIn(values, columns.system), turns };
}

/**
 * Splits turns into the prompt and what answers it: by the KTO mark, by two ranked answers, or the last turn.
 * @throws UnusableRow when user and assistant do not alternate, or the last turn has no answer
 */
export function splitTurns(
  turns: readonly Turn[],
  values: RowValues,
  entry: DatasetEntry,
): Pick<ConvertedRow, 'prompt' | 'response'> {
  const { columns, ranking } = entry;
  const messages = turns.map(inItsPlace);
  if (messages.length % 2 !== (ranking ? 1 : 0)) {
    throw new UnusableRow({
      en: `${messages.length} turns; ${ranking ? 'the last one has to ask' : 'the last one has no answer'}`,
      zh: `共 ${messages.length} 轮；${ranking ? '最后一轮应为提问' : '最后一轮没有回答'}`,
    });
  }
  const last = messages.at(-1);
  if (!last) throw new UnusableRow({ en: 'nothing but a system message', zh: '只有系统消息' });
  const wanted = columns.kto_tag === undefined ? undefined : values[columns.kto_tag];
  if (typeof wanted === 'boolean')
    return { prompt: messages.slice(0, -1), response: ktoResponse(last, wanted) };
  const ranked = [columns.chosen, columns.rejected].map((column) => column && values[column]);
  if (ranking && ranked.every(isObject)) {
    return {
      prompt: messages,
      response: ranked.map((answer) => inItsPlace(turnOf(answer, entry), messages.length)),
    };
  }
  return { prompt: messages.slice(0, -1), response: [last] };
}

function inItsPlace({ role, content }: Turn, place: number): Message {
  const due: readonly Role[] = place % 2 === 0 ? ['user', 'observation'] : ['assistant', 'function'];
  if (role !== 'system' && due.includes(role)) return { role, content };
  throw new UnusableRow({
    en: `turn ${place + 1} is of ${role} where ${due.join(' or ')} is due`,
    zh: `第 ${place + 1} 轮是 ${role}，应为 ${due.join(' 或 ')}`,
  });
}
