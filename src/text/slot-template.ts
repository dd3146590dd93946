/**
 * Templates made of slots: text pieces with `{{content}}` and single tokens, put together as LLaMA-Factory does.
 * Each text piece is tokenized on its own, so pieces are never joined before that.
 * @see https://github.com/hiyouga/LLaMA-Factory/blob/main/src/llamafactory/data/template.py
 */
import { ModelError } from '../core/index.ts';
import { callReader } from './call-reader.ts';
import { type Conversation, checkTurns, type Message } from './conversation.ts';
import { slotsToJinja } from './slots-to-jinja.ts';
import type { EncodedTurn, RenderedTurn, Template, ThinkingOptions } from './template.ts';
import type { Slot, TemplateEntry } from './templates.ts';
import type { Tokenizer } from './tokenizer.ts';
import { between, type Marks, parseCalls, parseFunctionTurn, parseTools } from './tool-calls.ts';
import { toolFormat } from './tool-formats.ts';

/** Text that is tokenized on its own, or one token. */
type Piece = string | { readonly token: string };

export interface SlotTemplateOptions {
  readonly name: string;
  readonly entry: TemplateEntry;
  /** Whose special tokens fill the slots. */
  readonly tokenizer: Tokenizer;
  /** For the formats that tell the model the day. */
  readonly today: () => Date;
}

const DEFAULT_THOUGHT_WORDS: Marks = ['<think>\n', '\n</think>\n\n'];

/** LLaMA-Factory's choice for models that name no EOS. */
const FALLBACK_EOS = '<|endoftext|>';

/** @throws ModelError when the tokenizer lacks the token that ends a turn */
export function createSlotTemplate({ name, entry, tokenizer, today }: SlotTemplateOptions): Template {
  const stopTokens = findStopTokens(name, entry, tokenizer);
  const special = { bos: tokenizer.bosToken, eos: stopTokens[0] };
  const { layTurns, layPrompt, layAnswer } = createLayout(entry, special, today);
  const encodeAll = (tokenizer: Tokenizer, pieces: readonly Piece[]) =>
    pieces.flatMap((piece) => encodePiece(name, tokenizer, piece));

  return {
    name,
    stopTokens,
    efficientEos: entry.efficientEos ?? false,
    reasoning: entry.reasoning ?? false,
    defaultSystem: entry.defaultSystem ?? '',
    callReader: callReader(entry.tools ?? 'default'),
    chatTemplate: entry.replaceJinja
      ? slotsToJinja(entry, special)
      : (tokenizer.chatTemplate ?? slotsToJinja(entry, special)),
    encodeTurns: (tokenizer, conversation, options) =>
      pairs(layTurns(conversation, options).map((pieces) => encodeAll(tokenizer, pieces))),
    renderTurns: (conversation, options) => pairs(layTurns(conversation, options).map(textOfPieces)),
    encodePrompt: (tokenizer, conversation, options) =>
      encodeAll(tokenizer, layPrompt(conversation, options)),
    encodeAnswer(tokenizer, answer, options) {
      const ids = encodeAll(tokenizer, layAnswer(answer, options));
      if (entry.efficientEos) ids.push(...encodeAll(tokenizer, special.eos ? [{ token: special.eos }] : []));
      return upToEnd(ids, tokenizer, stopTokens);
    },
  };
}

function findStopTokens(name: string, entry: TemplateEntry, tokenizer: Tokenizer): string[] {
  const { stopWords = [], replaceEos } = entry;
  const [first] = stopWords;
  if (replaceEos && first !== undefined && tokenizer.tokenToId(first) === undefined) {
    throw new ModelError({
      en: `template: ${name} ends turns with ${first}, which this model's tokenizer does not have; choose the template that the model was made for`,
      zh: `模板：${name} 以 ${first} 结束每轮，而该模型的分词器没有它；请选用模型对应的模板`,
    });
  }
  const eos = replaceEos ? first : (tokenizer.eosToken ?? FALLBACK_EOS);
  const all = [...(eos === undefined ? [] : [eos]), ...stopWords, ...tokenizer.endTokens];
  return [...new Set(all)].filter((token) => tokenizer.tokenToId(token) !== undefined);
}

/** Drops what follows the last end mark, such as a newline that is trained but never waited for. */
export function upToEnd(
  ids: readonly number[],
  tokenizer: Tokenizer,
  stopTokens: readonly string[],
): number[] {
  const ends = new Set(stopTokens.map((token) => tokenizer.tokenToId(token)));
  const last = ids.findLastIndex((id) => ends.has(id));
  return last < 0 ? [...ids] : ids.slice(0, last + 1);
}

function encodePiece(name: string, tokenizer: Tokenizer, piece: Piece): number[] {
  if (typeof piece === 'string') return tokenizer.encode(piece);
  const id = tokenizer.tokenToId(piece.token);
  if (id !== undefined) return [id];
  throw new ModelError(
    `template: ${name} needs the token ${piece.token}, which this model's tokenizer does not have; choose the template that the model was made for`,
  );
}

const textOfPieces = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : piece.token)).join('');

function pairs(turns: string[]): RenderedTurn[];
function pairs(turns: number[][]): EncodedTurn[];
function pairs(turns: (string | number[])[]): { source: unknown; target: unknown }[] {
  return Array.from({ length: turns.length / 2 }, (_, i) => ({
    source: turns[2 * i],
    target: turns[2 * i + 1],
  }));
}

interface SpecialTokens {
  readonly bos: string | undefined;
  readonly eos: string | undefined;
}

/** Conversations as pieces, before any tokenizer sees them. */
function createLayout(entry: TemplateEntry, special: SpecialTokens, today: () => Date) {
  const content: readonly Slot[] = ['{{content}}'];
  const user = entry.user ?? content;
  const assistant = entry.assistant ?? (entry.efficientEos ? content : [...content, { special: 'eos' }]);
  const slots = {
    user,
    assistant,
    observation: entry.observation ?? user,
    function: entry.function ?? assistant,
  };
  const tools = toolFormat(entry.tools ?? 'default');
  const thoughtWords = entry.thoughtWords ?? DEFAULT_THOUGHT_WORDS;
  const thoughts = createThoughts(thoughtWords);

  const fill = (slots: readonly Slot[], values: Readonly<Record<string, string>>): Piece[] =>
    slots.flatMap((slot): Piece[] => {
      if (typeof slot === 'string') return [fillText(slot, values)];
      if ('token' in slot) return [slot];
      const token = special[slot.special];
      return token === undefined ? [] : [{ token }];
    });

  const systemText = ({ system, tools: described }: Conversation): string | undefined => {
    const text = system || (entry.defaultSystem ?? '');
    if (!text && !described) return undefined;
    const list = described ? parseTools(described) : [];
    return list.length === 0 ? text : text + tools.describe(list, today());
  };

  /** Calls as the format writes them; text around the call stays in front of it. */
  const callText = (content: string): string => {
    if (entry.systemInFirstTurn) return tools.write(parseCalls(content));
    const { before, calls } = parseFunctionTurn(content, thoughtWords);
    return before + tools.write(calls);
  };

  const layMessages = (messages: readonly Message[], conversation: Conversation): Piece[][] => {
    const system = systemText(conversation);
    const systemPieces = system === undefined ? [] : fill(entry.system ?? content, { content: system });
    return messages.map(({ role, content }, index) => {
      const text = role === 'function' ? callText(content) : content;
      const idx = String(Math.floor(index / 2));
      if (index > 0) return fill(slots[role], { content: text, idx });
      const prefix = fill(entry.prefix ?? [], {});
      if (!entry.systemInFirstTurn)
        return [...prefix, ...systemPieces, ...fill(slots[role], { content: text, idx })];
      const inside = role === 'user' ? textOfPieces(systemPieces.slice(0, 1)) : '';
      return [...prefix, ...fill(slots[role], { content: inside + text, idx })];
    });
  };

  const layTurns = (conversation: Conversation, options: ThinkingOptions): Piece[][] => {
    checkTurns(conversation.messages, 'answering');
    if (!entry.reasoning) return layMessages(conversation.messages, conversation);
    const { enableThinking, stripHistoryThoughts = false } = options;
    const last = conversation.messages.length - 1;
    const messages = conversation.messages.map((message, index) => {
      const strip = enableThinking === false || (stripHistoryThoughts && index < last);
      return strip && index % 2 === 1 ? thoughts.remove(message) : message;
    });
    const turns = layMessages(messages, conversation);
    for (let answer = stripHistoryThoughts ? last : 1; answer <= last; answer += 2) {
      if (thoughts.occurIn(messages[answer]?.content ?? '')) continue;
      if (enableThinking) turns[answer]?.unshift(thoughts.empty);
      else turns[answer - 1]?.push(thoughts.empty);
    }
    return turns;
  };

  const layPrompt = (conversation: Conversation, options: ThinkingOptions): Piece[] => {
    checkTurns(conversation.messages, 'asking');
    const { enableThinking, stripHistoryThoughts = true } = options;
    const strip = entry.reasoning && stripHistoryThoughts;
    const messages = conversation.messages.map((message, index) =>
      strip && index % 2 === 1 ? thoughts.remove(message) : message,
    );
    const pieces = layMessages(messages, conversation).flat();
    return entry.reasoning && !enableThinking ? [...pieces, thoughts.empty] : pieces;
  };

  const layAnswer = (answer: string, { enableThinking }: ThinkingOptions): Piece[] => {
    if (!entry.reasoning) return fill(assistant, { content: answer });
    const { content } =
      enableThinking === false
        ? thoughts.remove({ role: 'assistant', content: answer })
        : { content: answer };
    const pieces = fill(assistant, { content });
    return enableThinking && !thoughts.occurIn(content) ? [thoughts.empty, ...pieces] : pieces;
  };

  return { layTurns, layPrompt, layAnswer };
}

/** Puts values in, each at its first place in the slot; text that came in is not looked at again. */
function fillText(slot: string, values: Readonly<Record<string, string>>): string {
  const open = new Map(Object.entries(values));
  return slot.replace(/\{\{(\w+)\}\}/g, (mark, name: string) => {
    const value = open.get(name);
    open.delete(name);
    return value ?? mark;
  });
}

function createThoughts(words: Marks) {
  const marks = words.map((word) => word.trim());
  const pattern = between(words, 'g');
  return {
    empty: words.join(''),
    occurIn: (text: string): boolean => marks.some((mark) => text.includes(mark)),
    remove: (message: Message): Message => ({
      ...message,
      content: message.content.replace(pattern, '').replace(/^\n+/, ''),
    }),
  };
}
