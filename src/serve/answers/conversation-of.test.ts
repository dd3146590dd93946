import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../wire/messages.ts';
import { conversationOf } from './conversation-of.ts';

const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
const tool = (content: string): ChatMessage => ({ role: 'tool', content, tool_call_id: '1' });
const calling = (json: string): ChatMessage => ({
  role: 'assistant',
  tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: json } }],
});

describe('a conversation out of messages', () => {
  it('has the system texts apart, and the turns by turns', () => {
    const messages: ChatMessage[] = [
      { role: 'system', content: 'a' },
      { role: 'developer', content: [{ type: 'text', text: 'b' }] },
      user('one'),
      user('two'),
      assistant('yes'),
      user('three'),
    ];
    expect(conversationOf(messages)).toEqual({
      system: 'a\n\nb',
      messages: [
        { role: 'user', content: 'one\n\ntwo' },
        { role: 'assistant', content: 'yes' },
        { role: 'user', content: 'three' },
      ],
    });
  });

  it('has calls as a function turn with their JSON untouched, and their results as one turn', () => {
    const json = '{"b": 1.0, "a": 2}';
    const { messages } = conversationOf([user('q'), calling(json), tool('x'), tool('y')]);
    expect(messages.slice(1)).toEqual([
      { role: 'function', content: `[{"name": "f", "arguments": ${json}}]` },
      { role: 'observation', content: 'x\n</tool_response>\n<tool_response>\ny' },
    ]);
  });

  it('tells tools in full, whatever of them was left out', () => {
    const { tools } = conversationOf([user('q')], [{ type: 'function', function: { name: 'f' } }]);
    expect(JSON.parse(tools!)).toEqual([
      {
        type: 'function',
        function: { name: 'f', description: '', parameters: { type: 'object', properties: {} } },
      },
    ]);
  });

  it.each<[string, ChatMessage[]]>([
    ['has to begin with a message of user', [{ role: 'system', content: 'a' }]],
    ['has to begin with a message of user', [assistant('a'), user('b')]],
    ['ends with an answer already', [user('a'), assistant('b')]],
    ['a message of tool follows one of user', [user('a'), tool('b')]],
    [
      'a message of assistant follows one of assistant with tool_calls',
      [user('a'), calling('{}'), assistant('b'), user('c')],
    ],
  ])('is refused where it %s', (reason, messages) => {
    expect(() => conversationOf(messages)).toThrow(reason);
  });
});
