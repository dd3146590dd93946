import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseDatasetEntry } from '../dataset-info.ts';
import { convertRow } from './index.ts';

interface GoldenCase {
  readonly attr: object;
  readonly example: Record<string, unknown>;
  readonly out: { _prompt: object[]; _response: object[]; _system: string; _tools: string };
}

const GOLDEN = new URL('../../../test/golden/data/convert.json', import.meta.url);

function check(attr: object, row: Record<string, unknown>, expected: object | RegExp): void {
  const entry = parseDatasetEntry('case', { file_name: 'x.json', ...attr }, '.', 'dataset_info.json');
  const convert = () => convertRow(row, entry);
  if (expected instanceof RegExp) expect(convert).toThrow(expected);
  else expect(convert()).toEqual({ system: '', tools: '', ...expected });
}

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

test.each(JSON.parse(readFileSync(GOLDEN, 'utf8')) as GoldenCase[])(
  'golden: $attr',
  ({ attr, example, out }) => {
    check(attr, example, {
      prompt: out._prompt,
      response: out._response,
      system: out._system,
      tools: out._tools,
    });
  },
);

test('alpaca', () => {
  const all = { prompt: 'p', query: 'q', response: 'r', history: 'h', system: 's', tools: 't', kto_tag: 'k' };
  check(
    {},
    { instruction: 'I', input: 'N', output: 'O' },
    { prompt: [user('I\nN')], response: [assistant('O')] },
  );
  check(
    {},
    { instruction: '', input: 'N', output: 'O' },
    { prompt: [user('N')], response: [assistant('O')] },
  );
  check(
    {},
    { instruction: 'I', output: 'O', system: 'off' },
    { prompt: [user('I')], response: [assistant('O')] },
  );
  check({}, { instruction: 'I', output: null }, { prompt: [user('I')], response: [] });
  check(
    { columns: all },
    { p: 'P', r: 'R', h: null, s: null, k: null },
    { prompt: [user('P')], response: [assistant('R')] },
  );
  check(
    { columns: all },
    { p: 'P', r: 'R', h: [], s: 'S', t: '[]', k: true },
    {
      prompt: [user('P')],
      response: [assistant('R'), assistant('')],
      system: 'S',
      tools: '[]',
    },
  );
  check(
    { columns: all },
    { p: 'P', r: 'R', t: [{ name: 'f', n: [1, 2] }] },
    {
      prompt: [user('P')],
      response: [assistant('R')],
      tools: '[{"name": "f", "n": [1, 2]}]',
    },
  );
  check({}, { instruction: 'I', output: 3 }, /"output" is the number 3, not text/);
  check({}, { instruction: ['I'], output: 'O' }, /"instruction" is a list of 1, not text/);
  check({ columns: all }, { p: 'P', r: 'R', h: 'x' }, /"h" is the text "x", not a list of pairs/);
  check({ columns: all }, { p: 'P', r: 'R', h: [['a', 'b'], ['a']] }, /"h" entry 2 is not a pair of texts/);
});

test('sharegpt', () => {
  const says = (from: string, value: unknown) => ({ from, value });
  const sharegpt = { formatting: 'sharegpt' };
  const pair = [says('human', 'h'), says('gpt', 'g')];
  check(sharegpt, { conversations: pair }, { prompt: [user('h')], response: [assistant('g')] });
  check(
    sharegpt,
    { conversations: [says('system', 'S'), ...pair] },
    {
      prompt: [user('h')],
      response: [assistant('g')],
      system: 'S',
    },
  );
  check(
    { ...sharegpt, columns: { messages: 'm', system: 's', tools: 't' } },
    { m: [...pair, says('observation', 'o'), says('function_call', 'f')], s: 'S', t: 'T' },
    {
      prompt: [user('h'), assistant('g'), { role: 'observation', content: 'o' }],
      response: [{ role: 'function', content: 'f' }],
      system: 'S',
      tools: 'T',
    },
  );
  const ranked = { ...sharegpt, ranking: true, columns: { messages: 'm', chosen: 'c', rejected: 'r' } };
  check(
    ranked,
    { m: [says('human', 'h')], c: says('gpt', 'good'), r: says('gpt', 'bad') },
    {
      prompt: [user('h')],
      response: [assistant('good'), assistant('bad')],
    },
  );
  check(ranked, { m: [says('human', 'h')], c: says('human', 'x'), r: says('gpt', 'y') }, /turn 2 is of user/);
  check(ranked, { m: pair, c: says('gpt', 'x'), r: says('gpt', 'y') }, /2 turns; the last one has to ask/);
  check(
    { ...sharegpt, columns: { messages: 'm', kto_tag: 'k' } },
    { m: pair, k: false },
    {
      prompt: [user('h')],
      response: [assistant(''), assistant('g')],
    },
  );
  check(
    sharegpt,
    { conversations: [says('gpt', 'g'), says('human', 'h')] },
    /turn 1 is of assistant where user or/,
  );
  check(sharegpt, { conversations: [...pair, says('human', 'h')] }, /3 turns; the last one has no answer/);
  check(
    sharegpt,
    { conversations: [...pair, says('system', 'S'), says('gpt', 'g')] },
    /turn 3 is of system where/,
  );
  check(sharegpt, { conversations: [says('bot', 'x')] }, /"bot" is none of the roles/);
  check(sharegpt, { conversations: [{ role: 'user', content: 'h' }] }, /a message has no "from"/);
  check(sharegpt, { conversations: [says('human', 5), says('gpt', 'g')] }, /"value" is the number 5/);
  check(sharegpt, { conversations: [says('system', 'S')] }, /nothing but a system message/);
  check(sharegpt, { conversations: [] }, /"conversations" is an empty list/);
  check(sharegpt, { conversations: 'x' }, /not a list of messages/);
  check(sharegpt, { conversations: ['x', 'y'] }, /message 1 is the text "x", not an object/);
  check(
    { ...sharegpt, tags: { role_tag: 'from', content_tag: 'value', user_tag: 'human' } },
    { conversations: pair },
    /"gpt" is none/,
  );
});

test('openai', () => {
  const openai = {
    formatting: 'openai',
    columns: { messages: 'm', system: 's', tools: 't' },
    tags: {
      ...{ role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant' },
      ...{ observation_tag: 'tool', function_tag: 'function_call', system_tag: 'system' },
    },
  };
  const pair = [user('h'), assistant('g')];
  const turns = { prompt: [user('h')], response: [assistant('g')] };
  check(openai, { m: pair, t: [{ name: 'f' }] }, { ...turns, tools: '[{"name": "f"}]' });
  check(openai, { m: pair, s: 'S', t: '[]' }, { ...turns, system: 'S\n', tools: '[]' });
  check(openai, { m: pair, s: 'detailed thinking on' }, { ...turns, system: 'detailed thinking on' });
  check(
    openai,
    { m: [...pair, { role: 'tool', content: 'r' }] },
    {
      ...turns,
      system: 'detailed thinking off',
      leftOut: { en: 'the last tool message, which nothing answers', zh: '最后一条没有回应的工具消息' },
    },
  );
  check(
    openai,
    { m: [user('h'), { role: 'assistant', content: 'g', tool_calls: [] }] },
    {
      ...turns,
      system: 'detailed thinking off',
    },
  );
  check(openai, { m: [user('a'), user('b')] }, /turn 2 is of user where assistant or function is due/);
});
