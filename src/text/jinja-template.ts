/**
 * The model's own chat template. Exchanges are found by rendering: a prompt ends where its answer starts in the
 * rendered conversation, so whatever the template does to older turns is trained as it is shown at inference.
 */
import { DataError, ModelError, messageOf } from '../core/index.ts';
import { callReaderOf } from './call-reader.ts';
import { type Conversation, checkTurns, type Message } from './conversation.ts';
import { compileJinja, type RenderJinja } from './jinja.ts';
import { jsonText } from './python-values.ts';
import { upToEnd } from './slot-template.ts';
import type { RenderedTurn, Template, ThinkingOptions } from './template.ts';
import { stripThoughts } from './thinking.ts';
import type { Tokenizer } from './tokenizer.ts';
import { parseFunctionTurn, parseTools } from './tool-calls.ts';

export interface JinjaTemplateOptions {
  readonly source: string;
  /** For conversations without a system text; undefined leaves it to the template. */
  readonly defaultSystem: string | undefined;
  readonly tokenizer: Tokenizer;
  readonly today: () => Date;
}

/** An exchange that every chat template renders, to see how an answer ends. */
const PROBE: readonly Message[] = [
  { role: 'user', content: 'question' },
  { role: 'assistant', content: 'answer' },
];

/** An empty thought that a prompt ends with where thinking is off. */
const EMPTY_THOUGHT_AT_END = /<think>\s*<\/think>\s*$/;

/** @throws ModelError when the template is broken or does not render a plain exchange */
export function createJinjaTemplate({
  source,
  defaultSystem,
  tokenizer,
  today,
}: JinjaTemplateOptions): Template {
  const render = createRenderer(source, tokenizer, today);
  const reasoning = source.includes('<think>');
  const probe = render({ messages: PROBE }, { answering: false, enableThinking: true });
  const endMark = probe.slice(probe.lastIndexOf('answer') + 'answer'.length);
  const stopTokens = [...new Set([...tokenizer.endTokens, ...firstSpecial(tokenizer, endMark)])];

  const prepared = (conversation: Conversation, strip: (index: number) => boolean): Conversation => ({
    ...conversation,
    system: conversation.system || defaultSystem,
    messages: conversation.messages.map((message, index) =>
      reasoning && index % 2 === 1 && strip(index)
        ? { ...message, content: stripThoughts(message.content) }
        : message,
    ),
  });

  const renderTurns = (given: Conversation, options: ThinkingOptions): RenderedTurn[] => {
    checkTurns(given.messages, 'answering');
    const { enableThinking, stripHistoryThoughts = false } = options;
    const last = given.messages.length - 1;
    const conversation = prepared(
      given,
      (index) => enableThinking === false || (stripHistoryThoughts && index < last),
    );
    const { messages } = conversation;
    const whole = render(conversation, { answering: false, enableThinking });
    const turns: RenderedTurn[] = [];
    let end = 0;
    for (let index = 1; index <= last; index += 2) {
      const asked = { ...conversation, messages: messages.slice(0, index) };
      const start = startOfAnswer(whole, render(asked, { answering: true, enableThinking }));
      const turnEnd = index === last ? whole.length : endOfAnswer(whole, start, messages[index], endMark);
      if (start < end || turnEnd < start) throw rewritten(index);
      turns.push({ source: whole.slice(end, start), target: whole.slice(start, turnEnd) });
      end = turnEnd;
    }
    return turns;
  };

  return {
    name: 'chat_template',
    stopTokens,
    efficientEos: false,
    reasoning,
    defaultSystem: defaultSystem ?? '',
    callReader: callReaderOf(source),
    chatTemplate: source,
    renderTurns,
    encodeTurns: (tokenizer, conversation, options) =>
      renderTurns(conversation, options).map(({ source, target }) => ({
        source: tokenizer.encode(source),
        target: tokenizer.encode(target),
      })),
    encodePrompt(tokenizer, conversation, { enableThinking, stripHistoryThoughts = true }) {
      checkTurns(conversation.messages, 'asking');
      const asked = prepared(conversation, () => stripHistoryThoughts);
      return tokenizer.encode(render(asked, { answering: true, enableThinking }));
    },
    encodeAnswer(tokenizer, answer, options) {
      const messages: Message[] = [
        { role: 'user', content: 'question' },
        { role: 'assistant', content: answer },
      ];
      const [turn] = renderTurns({ messages }, options);
      return upToEnd(tokenizer.encode(turn?.target ?? ''), tokenizer, stopTokens);
    },
  };
}

interface RenderOptions {
  /** Ends with the header of an answer to come. */
  readonly answering: boolean;
  readonly enableThinking: boolean | null;
}

type RenderConversation = (conversation: Conversation, options: RenderOptions) => string;

function createRenderer(source: string, tokenizer: Tokenizer, today: () => Date): RenderConversation {
  const failed = (error: unknown): Error => {
    if (error instanceof DataError) return error;
    return new ModelError(
      `template: the model's own chat template fails: ${messageOf(error)}; name a template, such as chatml, instead`,
      error,
    );
  };
  const { bosToken, eosToken, padToken } = tokenizer;
  let compiled: RenderJinja;
  try {
    compiled = compileJinja(source);
  } catch (error) {
    throw failed(error);
  }
  return ({ messages, system, tools }, { answering, enableThinking }) => {
    try {
      const variables = {
        messages: [...(system ? [{ role: 'system', content: system }] : []), ...messages.map(jinjaMessage)],
        tools: tools ? parseTools(tools).map(jinjaTool) : null,
        add_generation_prompt: answering,
        ...(enableThinking === null ? {} : { enable_thinking: enableThinking }),
        bos_token: bosToken,
        eos_token: eosToken,
        pad_token: padToken,
      };
      return compiled(variables, today());
    } catch (error) {
      throw failed(error);
    }
  };
}

/** Roles in Hugging Face's words. */
function jinjaMessage({ role, content }: Message): Record<string, unknown> {
  if (role === 'observation') return { role: 'tool', content };
  if (role !== 'function') return { role, content };
  const { before, calls } = parseFunctionTurn(content, ['<think>', '</think>']);
  const tool_calls = calls.map((call) => ({
    type: 'function',
    function: { name: call.name, arguments: JSON.parse(jsonText(call.arguments)) as unknown },
  }));
  return { role: 'assistant', content: before, tool_calls };
}

function jinjaTool(tool: Parameters<typeof jsonText>[0]): unknown {
  const plain = JSON.parse(jsonText(tool)) as { type?: unknown };
  return plain.type === 'function' ? plain : { type: 'function', function: plain };
}

function firstSpecial(tokenizer: Tokenizer, text: string): string[] {
  const id = tokenizer.encode(text).find((id) => tokenizer.isSpecial(id));
  const token = id === undefined ? undefined : tokenizer.idToToken(id);
  return token === undefined ? [] : [token];
}

function startOfAnswer(whole: string, prompt: string): number {
  if (whole.startsWith(prompt)) return prompt.length;
  const bare = prompt.replace(EMPTY_THOUGHT_AT_END, '');
  if (whole.startsWith(bare)) return bare.length;
  return -1;
}

/** The end of an older answer, of which the template may have taken the thoughts. */
function endOfAnswer(whole: string, start: number, message: Message | undefined, endMark: string): number {
  const text = message?.role === 'assistant' ? stripThoughts(message.content).trim() : '';
  const found = whole.indexOf(text + endMark, Math.max(start, 0));
  return found < 0 ? -1 : found + text.length + endMark.length;
}

function rewritten(index: number): ModelError {
  return new ModelError(
    `template: the model's own chat template changes turn ${index + 1} when others follow, so it cannot be told apart; name a template, such as chatml, instead`,
  );
}
