/**
 * A slot template in Jinja, for the tokenizer's files, as LLaMA-Factory writes it there: system, user and assistant
 * turns only, the header of an answer always behind a user turn.
 */
import type { Slot, TemplateEntry } from './templates.ts';

/** Undefined where a slot names a token by itself, as LLaMA-Factory leaves those out too. */
export function slotsToJinja(
  entry: TemplateEntry,
  special: { readonly bos: string | undefined; readonly eos: string | undefined },
): string | undefined {
  const expression = (slots: readonly Slot[], variable: string): string =>
    slots
      .flatMap((slot) => {
        if (typeof slot === 'string') return textParts(slot, variable);
        const token = 'special' in slot ? special[slot.special] : slot.token;
        return token === undefined ? [] : [quoted(token)];
      })
      .join(' + ');
  const content: readonly Slot[] = ['{{content}}'];
  const assistant = entry.assistant ?? (entry.efficientEos ? content : [...content, { special: 'eos' }]);
  const all = [entry.prefix, entry.system, entry.user, assistant].flatMap((slots) => slots ?? []);
  if (all.some((slot) => typeof slot !== 'string' && 'token' in slot)) return undefined;

  const prefix = expression(entry.prefix ?? [], 'content');
  const system = expression(entry.system ?? content, 'system_message');
  return (
    (prefix ? `{{ ${prefix} }}` : '') +
    (entry.defaultSystem ? `{% set system_message = ${quoted(entry.defaultSystem)} %}` : '') +
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}" +
    "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% endif %}" +
    (entry.systemInFirstTurn ? '' : `{% if system_message is defined %}{{ ${system} }}{% endif %}`) +
    '{% for message in loop_messages %}' +
    (entry.systemInFirstTurn
      ? `{% if loop.index0 == 0 and system_message is defined %}{% set content = ${system} + message['content'] %}` +
        "{% else %}{% set content = message['content'] %}{% endif %}"
      : "{% set content = message['content'] %}") +
    `{% if message['role'] == 'user' %}{{ ${expression(entry.user ?? content, 'content')} }}` +
    `{% elif message['role'] == 'assistant' %}{{ ${expression(assistant, 'content')} }}{% endif %}` +
    '{% endfor %}'
  );
}

function textParts(slot: string, variable: string): string[] {
  const [before = '', after] = slot.split('{{content}}');
  if (after === undefined) return before ? [quoted(before)] : [];
  return [...(before ? [quoted(before)] : []), variable, ...(after ? [quoted(after)] : [])];
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
