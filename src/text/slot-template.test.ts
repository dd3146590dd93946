import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { characterTokenizer, fakeTokenizer } from '../../test/support/tokenizers.ts';
import type { Conversation, Message } from './conversation.ts';
import { getTemplate } from './get-template.ts';
import type { ThinkingOptions } from './template.ts';
import { TEMPLATE_NAMES } from './templates.ts';

/** What LLaMA-Factory makes of the same: see scripts/golden/templates.py. */
type Piece = string | { token: string };
interface Case {
  template: string;
  conversation: string;
  context: string;
  options: ThinkingOptions;
  fails?: boolean;
  turns: [Piece[], Piece[]][];
  prompt: Piece[];
}
interface Golden {
  today: string;
  conversations: Record<string, Message[]>;
  contexts: Record<string, { system?: string; tools?: string }>;
  jinja: Record<string, string>;
  cases: Case[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/text/templates.json', import.meta.url), 'utf8'),
) as Golden;
const today = () => new Date(golden.today);

/** One token for whatever is encoded at once, so that pieces can be read off the ids. */
function pieceTokenizer() {
  const pieces: Piece[] = [];
  const add = (piece: Piece) => pieces.push(piece) - 1;
  const tokenizer = fakeTokenizer({
    encode: (text) => [add(text)],
    tokenToId: (token) => add({ token }),
    bosToken: '<BOS>',
    eosToken: '<EOS>',
  });
  return { tokenizer, read: (ids: readonly number[]) => ids.map((id) => pieces[id]) };
}

const textOf = (pieces: Piece[]) =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : piece.token)).join('');

describe('templates do what LLaMA-Factory does', () => {
  const { tokenizer, read } = pieceTokenizer();
  const conversationOf = (test: Case): Conversation => ({
    messages: golden.conversations[test.conversation]!,
    ...golden.contexts[test.context],
  });
  const titled = golden.cases.map((test) => {
    const { enableThinking, stripHistoryThoughts } = test.options;
    const options = `thinking ${enableThinking}${stripHistoryThoughts ? ', history without' : ''}`;
    return [
      `${test.template}: ${test.conversation}, ${test.context || 'no system'}, ${options}`,
      test,
    ] as const;
  });

  it.each(titled)('%s', (_, test) => {
    const template = getTemplate(test.template, tokenizer, { today });
    const conversation = conversationOf(test);
    const asked = { ...conversation, messages: conversation.messages.slice(0, -1) };
    if (test.fails) {
      expect(() => template.encodeTurns(tokenizer, conversation, test.options)).toThrow(/no JSON/);
      return;
    }
    const turns = template.encodeTurns(tokenizer, conversation, test.options);
    expect(turns.map(({ source, target }) => [read(source), read(target)].map(withoutEmpty))).toEqual(
      test.turns.map((turn) => turn.map(withoutEmpty)),
    );
    expect(template.renderTurns(conversation, test.options)).toEqual(
      test.turns.map(([source, target]) => ({ source: textOf(source), target: textOf(target) })),
    );
    expect(withoutEmpty(read(template.encodePrompt(tokenizer, asked, test.options)))).toEqual(test.prompt);
  });

  it('covers every template', () => {
    expect(new Set(golden.cases.map((test) => test.template))).toEqual(new Set(TEMPLATE_NAMES));
  });

  it.each(TEMPLATE_NAMES)('writes the Jinja template of %s as LLaMA-Factory does', (name) => {
    expect(getTemplate(name, tokenizer).chatTemplate).toBe(golden.jinja[name]);
  });
});

/** Empty text makes no tokens; LLaMA-Factory does not even ask the tokenizer. */
const withoutEmpty = (pieces: readonly (Piece | undefined)[]) => pieces.filter((piece) => piece !== '');

describe('answers as they follow a prompt', () => {
  const tokenizer = characterTokenizer([
    '<think>',
    '</think>',
    '<|im_start|>',
    '<|im_end|>',
    '<start_of_turn>',
    '<end_of_turn>',
    '<|eot_id|>',
  ]);
  const thought = '<think>\nc\n</think>\n\n';
  it.each<[string, string, boolean | null, string]>([
    ['chatml', 'yes', true, 'yes<|im_end|>'],
    ['chatml', 'a<|im_end|>b', true, 'a<|im_end|>b<|im_end|>'],
    ['qwen3_nothink', 'yes', true, 'yes<|im_end|>'],
    ['qwen3', 'yes', true, '<think>\n\n</think>\n\nyes<|im_end|>'],
    ['qwen3', 'yes', false, 'yes<|im_end|>'],
    ['qwen3', 'yes', null, 'yes<|im_end|>'],
    ['qwen3', `${thought}yes`, true, `${thought}yes<|im_end|>`],
    ['qwen3', `${thought}yes`, null, `${thought}yes<|im_end|>`],
    ['qwen3', `${thought}yes`, false, 'yes<|im_end|>'],
    ['gemma', '体育', true, '体育<end_of_turn>'],
    ['llama3', '', true, '<|eot_id|>'],
    ['empty', 'yes', true, 'yes'],
  ])('%s: %j with thinking %s', (name, answer, enableThinking, expected) => {
    const template = getTemplate(name, tokenizer);
    expect(tokenizer.decode(template.encodeAnswer(tokenizer, answer, { enableThinking }))).toBe(expected);
  });
});

describe('what a template needs of the tokenizer', () => {
  it('names the missing end of a turn', () => {
    const tokenizer = characterTokenizer(['<|im_end|>']);
    expect(() => getTemplate('gemma', tokenizer)).toThrow(
      /gemma ends turns with <end_of_turn>.*choose the template/,
    );
  });

  it('takes EOS, its own stop words and those of the model as ends, as far as they are tokens', () => {
    const tokenizer = characterTokenizer(['<|im_end|>', '<|endoftext|>', '<|eot_id|>'], {
      eosToken: '<|endoftext|>',
      endTokens: ['<|endoftext|>'],
    });
    expect(getTemplate('chatml', tokenizer).stopTokens).toEqual(['<|im_end|>', '<|endoftext|>']);
    expect(getTemplate('llama3', tokenizer).stopTokens).toEqual(['<|eot_id|>', '<|endoftext|>']);
    expect(getTemplate('empty', tokenizer).stopTokens).toEqual(['<|endoftext|>']);
  });

  it('refuses unknown names and models without a template of their own', () => {
    const tokenizer = characterTokenizer([]);
    expect(() => getTemplate('qwen33', tokenizer)).toThrow(/qwen33 is not known; set template to qwen3/);
    expect(() => getTemplate('constructor', tokenizer)).toThrow(/constructor is not known/);
    expect(() => getTemplate(undefined, tokenizer)).toThrow(
      /no chat_template of its own; set template to one of chatml/,
    );
  });

  it.each<[Message[], RegExp]>([
    [[], /has 0 turns/],
    [[{ role: 'user', content: 'q' }], /has 1 turns; it has to end with an answer/],
    [[{ role: 'assistant', content: 'a' }], /turn 1 is of assistant; it has to be of user or observation/],
    [
      [
        { role: 'user', content: 'q' },
        { role: 'user', content: 'q' },
      ],
      /turn 2 is of user/,
    ],
  ])('refuses turns that do not alternate: %j', (messages, message) => {
    const tokenizer = characterTokenizer([]);
    const template = getTemplate('empty', tokenizer);
    expect(() => template.renderTurns({ messages }, { enableThinking: true })).toThrow(message);
  });

  it.each<[string, RegExp]>([
    ['{', /tools: { is no JSON \(a string expected at character 2, it ends\)/],
    ['{}', /is no list/],
    ['[1]', /1 is no tool/],
    ['[{"name": "f"}]', /has no "parameters"/],
    ['[{"name": "f", "parameters": {"properties": 1}}]', /"properties" is 1; write an object/],
    ['[{"type": "function"}]', /has no "function"/],
  ])('says what is wrong with tools %s', (tools, message) => {
    const tokenizer = characterTokenizer([]);
    const messages: Message[] = [{ role: 'user', content: 'q' }];
    const encode = () =>
      getTemplate('empty', tokenizer).encodePrompt(tokenizer, { messages, tools }, { enableThinking: true });
    expect(encode).toThrow(message);
  });

  it('takes another default system text', () => {
    const tokenizer = characterTokenizer([]);
    const template = getTemplate('empty', tokenizer, { defaultSystem: 'S ' });
    const ids = template.encodePrompt(
      tokenizer,
      { messages: [{ role: 'user', content: 'q' }] },
      { enableThinking: true },
    );
    expect(tokenizer.decode(ids)).toBe('S q');
  });
});
