/**
 * How a row becomes a request's body, and where the answer lies in a response: OpenAI's chat unless a mapping says
 * otherwise. Pure; knows no network.
 */
import { ConfigError } from '../core/index.ts';
import type { Conversation } from '../text/index.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON API in three words; whatever is absent is OpenAI's chat. */
export interface EndpointMapping {
  /**
   * The body. In its texts `{input}` stands for the row's last question and `{system}` for its system prompt; a text
   * that is `{messages}` becomes the list of messages.
   */
  readonly body?: Json | undefined;
  /** Where the answer lies: `data.label`, `choices.0.message.content`. */
  readonly answerPath?: string | undefined;
  /** Where the answer's probability lies, if it has one. */
  readonly probabilityPath?: string | undefined;
}

export const CHAT_ANSWER_PATH = 'choices.0.message.content';

export function chatBody(model: string | undefined): Json {
  return { ...(model !== undefined && { model }), messages: '{messages}', temperature: 0, stream: false };
}

/** @throws ConfigError when the rows would not be in it */
export function checkBody(body: Json): void {
  if (/\{input\}|"\{messages\}"/.test(JSON.stringify(body))) return;
  throw new ConfigError({
    en: 'endpoint: the body has no place for the row; write {input} where the text goes, as in {"text": "{input}"}',
    zh: '接口：body 中没有放置数据的位置；请在文本所在处写 {input}，如 {"text": "{input}"}',
  });
}

/** @param conversation without the answer */
export function fillBody(body: Json, conversation: Conversation): Json {
  const system = conversation.system ?? '';
  const input = conversation.messages.at(-1)!.content;
  const fill = (value: Json): Json => {
    if (value === '{messages}') return messagesOf(conversation);
    if (typeof value === 'string') {
      return value.replace(/\{(input|system)\}/g, (_, name) => (name === 'input' ? input : system));
    }
    if (isList(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]));
  };
  return fill(body);
}

/** What lies at a path of keys and places, undefined where it leads nowhere. */
export function valueAt(value: unknown, path: string): unknown {
  const keys = path
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((key) => key !== '');
  return keys.reduce<unknown>((inner, key) => {
    const isThere = typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key);
    return isThere ? (inner as Record<string, unknown>)[key] : undefined;
  }, value);
}

/** The address of chat completions where only a server or its `/v1` is given. */
export function chatUrl(url: URL): URL {
  const path = url.pathname.replace(/\/+$/, '');
  const completed = new URL(url);
  if (path === '') completed.pathname = '/v1/chat/completions';
  if (path.endsWith('/v1')) completed.pathname = `${path}/chat/completions`;
  return completed;
}

function messagesOf({ system, messages }: Conversation): Json {
  const roles = { user: 'user', assistant: 'assistant', function: 'assistant', observation: 'user' } as const;
  const said = messages.map(({ role, content }) => ({ role: roles[role], content }));
  return system === undefined ? said : [{ role: 'system', content: system }, ...said];
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
