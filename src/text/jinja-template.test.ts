import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { characterTokenizer } from '../../test/support/tokenizers.ts';
import type { Conversation, Message } from './conversation.ts';
import { getTemplate } from './get-template.ts';
import type { ThinkingOptions } from './template.ts';

const { templates } = JSON.parse(
  readFileSync(new URL('../../test/golden/text/jinja.json', import.meta.url), 'utf8'),
) as { templates: Record<string, string> };

const MARKS = [
  '<|im_start|>',
  '<|im_end|>',
  '<start_of_turn>',
  '<end_of_turn>',
  '<bos>',
  '<eos>',
  '<think>',
  '</think>',
];
const tokenizerWith = (chatTemplate: string) =>
  characterTokenizer(MARKS, { chatTemplate, bosToken: '<bos>', eosToken: '<eos>', endTokens: ['<eos>'] });

function turns(...contents: string[]): Message[] {
  return contents.map((content, index) => {
    const other = content.startsWith('F:')
      ? 'function'
      : content.startsWith('O:')
        ? 'observation'
        : undefined;
    const role = other ?? (index % 2 === 0 ? 'user' : 'assistant');
    return { role, content: other ? content.slice(2) : content };
  });
}

const THOUGHT = '<think>\nt\n</think>\n\n';
const NOTHING = '<think>\n\n</think>\n\n';
const user = (content: string) => `<|im_start|>user\n${content}<|im_end|>\n<|im_start|>assistant\n`;

interface Case {
  template: string;
  conversation: Conversation;
  options?: ThinkingOptions;
  expected: string[];
}
const cases: Record<string, Case> = {
  'the default system text': {
    template: 'plain',
    conversation: { messages: turns('q', 'a') },
    expected: [`<|im_start|>system\nBe kind.<|im_end|>\n${user('q')}`, 'a<|im_end|>\n'],
  },
  'another system text': {
    template: 'plain',
    conversation: { messages: turns('q1', 'a1', 'q2', 'a2'), system: 'S' },
    expected: [
      `<|im_start|>system\nS<|im_end|>\n${user('q1')}`,
      'a1<|im_end|>\n',
      user('q2'),
      'a2<|im_end|>\n',
    ],
  },
  'trimmed answers': {
    template: 'no system',
    conversation: { messages: turns('q1', ' a1\n', 'q2', '') },
    expected: [
      '<bos><start_of_turn>user\nq1<end_of_turn>\n<start_of_turn>model\n',
      'a1<end_of_turn>\n',
      '<start_of_turn>user\nq2<end_of_turn>\n<start_of_turn>model\n',
      '<end_of_turn>\n',
    ],
  },
  'an answer without thoughts': {
    template: 'thinker',
    conversation: { messages: turns('q', 'a') },
    expected: [user('q'), `${NOTHING}a<|im_end|>\n`],
  },
  'an answer without thoughts, thinking off': {
    template: 'thinker',
    conversation: { messages: turns('q', 'a') },
    options: { enableThinking: false },
    expected: [user('q') + NOTHING, 'a<|im_end|>\n'],
  },
  'thoughts, thinking off': {
    template: 'thinker',
    conversation: { messages: turns('q', `${THOUGHT}a`) },
    options: { enableThinking: false },
    expected: [user('q') + NOTHING, 'a<|im_end|>\n'],
  },
  'old thoughts, which the template takes out': {
    template: 'thinker',
    conversation: { messages: turns('q1', `${THOUGHT}a1`, 'q2', `${THOUGHT}a2`) },
    expected: [user('q1'), 'a1<|im_end|>\n', user('q2'), `${THOUGHT}a2<|im_end|>\n`],
  },
  'old turns, thinking off': {
    template: 'thinker',
    conversation: { messages: turns('q1', `${THOUGHT}a1`, 'q2', `${THOUGHT}a2`) },
    options: { enableThinking: false },
    expected: [user('q1'), 'a1<|im_end|>\n', user('q2') + NOTHING, 'a2<|im_end|>\n'],
  },
  'a call and its result': {
    template: 'thinker',
    conversation: {
      messages: turns('q', 'F:{"name": "now", "arguments": {"exact": true}}', 'O:noon', 'a'),
      tools: '[{"name": "now"}]',
    },
    expected: [
      `<|im_start|>system\n\n{"type": "function", "function": {"name": "now"}}<|im_end|>\n${user('q')}`,
      '<call>now {"exact": true}</call><|im_end|>\n',
      user('<result>\nnoon\n</result>'),
      `${NOTHING}a<|im_end|>\n`,
    ],
  },
};

describe('exchanges in the model’s own words', () => {
  it.each(Object.entries(cases))('%s', (_, { template: name, conversation, options, expected }) => {
    const tokenizer = tokenizerWith(templates[name]!);
    const template = getTemplate(undefined, tokenizer);
    const thinking = options ?? { enableThinking: true };
    const rendered = template.renderTurns(conversation, thinking);
    expect(rendered.flatMap(({ source, target }) => [source, target])).toEqual(expected);
    const encoded = template.encodeTurns(tokenizer, conversation, thinking);
    expect(
      encoded.flatMap(({ source, target }) => [source, target]).map((ids) => tokenizer.decode(ids)),
    ).toEqual(expected);
    const asked = { ...conversation, messages: conversation.messages.slice(0, -1) };
    expect(tokenizer.decode(template.encodePrompt(tokenizer, asked, thinking))).toBe(
      expected.slice(0, -1).join(''),
    );
  });
});

describe('a default system text', () => {
  it.each([
    [undefined, 'D'],
    ['', 'D'],
    ['S', 'S'],
  ])('with %j', (system, expected) => {
    const tokenizer = tokenizerWith(templates['plain']!);
    const template = getTemplate(undefined, tokenizer, { defaultSystem: 'D' });
    const ids = template.encodePrompt(tokenizer, { messages: turns('q'), system }, { enableThinking: true });
    expect(tokenizer.decode(ids)).toMatch(`<|im_start|>system\n${expected}<|im_end|>`);
  });
});

describe('ends and answers', () => {
  it.each<[string, string, string, boolean, string]>([
    ['plain', 'a', '<eos> <|im_end|>', true, 'a<|im_end|>'],
    ['no system', ' a ', '<eos> <end_of_turn>', true, 'a<end_of_turn>'],
    ['thinker', 'a', '<eos> <|im_end|>', true, `${NOTHING}a<|im_end|>`],
    ['thinker', 'a', '<eos> <|im_end|>', false, 'a<|im_end|>'],
  ])('%s', (name, answer, ends, enableThinking, expected) => {
    const tokenizer = tokenizerWith(templates[name]!);
    const template = getTemplate(undefined, tokenizer);
    expect(template.stopTokens).toEqual(ends.split(' '));
    expect(tokenizer.decode(template.encodeAnswer(tokenizer, answer, { enableThinking }))).toBe(expected);
  });
});

describe('what cannot be rendered', () => {
  const named = /the model's own chat template fails: .*; name a template, such as chatml, instead/;
  it('says what the template refuses', () => {
    const tokenizer = tokenizerWith(templates['no system']!);
    const conversation = { messages: turns('q', 'a'), system: 'S' };
    const render = () =>
      getTemplate(undefined, tokenizer).renderTurns(conversation, { enableThinking: true });
    expect(render).toThrow(/fails: System role not supported; name a template/);
  });

  it('says that it is broken, already when it is chosen', () => {
    expect(() => getTemplate(undefined, tokenizerWith('{% if x %}'))).toThrow(named);
    expect(() => getTemplate(undefined, tokenizerWith('{{ raise_exception("no") }}'))).toThrow(named);
  });

  it('says that turns cannot be told apart', () => {
    const onlyLast =
      "{{ messages[-1].role + ':' + messages[-1].content }}{% if add_generation_prompt %} assistant:{% endif %}";
    const template = getTemplate(undefined, tokenizerWith(onlyLast));
    expect(() =>
      template.renderTurns({ messages: turns('q1', 'a1', 'q2', 'a2') }, { enableThinking: true }),
    ).toThrow(/changes turn 2 when others follow/);
  });
});
