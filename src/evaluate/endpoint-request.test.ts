import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/index.ts';
import type { Conversation } from '../text/index.ts';
import { chatBody, chatUrl, checkBody, fillBody, type Json, valueAt } from './endpoint-request.ts';

const ASKED: Conversation = {
  system: 'Be brief.',
  messages: [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
    { role: 'user', content: 'costs $& {system}?' },
  ],
};

describe('fillBody', () => {
  const cases: readonly (readonly [string, Json, Json])[] = [
    ['a text', { text: '{input}' }, { text: 'costs $& {system}?' }],
    ['a text among others', ['Q: {input}', 1, null], ['Q: costs $& {system}?', 1, null]],
    ['both', { a: { b: '{system}|{input}' } }, { a: { b: 'Be brief.|costs $& {system}?' } }],
    ['what is no place', { text: '{input}', x: '{other}' }, { text: 'costs $& {system}?', x: '{other}' }],
    [
      'a chat',
      chatBody('gpt'),
      {
        model: 'gpt',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello' },
          { role: 'user', content: 'costs $& {system}?' },
        ],
        temperature: 0,
        stream: false,
      },
    ],
  ];
  it.each(cases)('%s', (_, body, expected) => expect(fillBody(body, ASKED)).toEqual(expected));

  it('without a system prompt', () => {
    const asked: Conversation = { messages: [{ role: 'user', content: 'Hi' }] };
    expect(fillBody({ s: '{system}', m: '{messages}' }, asked)).toEqual({
      s: '',
      m: [{ role: 'user', content: 'Hi' }],
    });
  });

  it('refuses a body without a place for the row', () => {
    expect(() => checkBody({ text: 'input' })).toThrow(ConfigError);
    expect(() => checkBody({ text: 'x{input}' })).not.toThrow();
    expect(() => checkBody(chatBody(undefined))).not.toThrow();
  });
});

describe('valueAt', () => {
  const response = { data: { label: 'a', list: [{ x: 1 }] }, empty: null };
  const cases: readonly (readonly [string, unknown])[] = [
    ['data.label', 'a'],
    ['data.list.0.x', 1],
    ['data.list[0].x', 1],
    ['empty', null],
    ['data.none', undefined],
    ['data.label.length', undefined],
    ['empty.x', undefined],
    ['data.constructor', undefined],
    ['', response],
  ];
  it.each(cases)('%s', (path, expected) => expect(valueAt(response, path)).toEqual(expected));
});

describe('chatUrl', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['http://host:8000', 'http://host:8000/v1/chat/completions'],
    ['https://host/v1/', 'https://host/v1/chat/completions'],
    ['https://host/api/v1?key=x', 'https://host/api/v1/chat/completions?key=x'],
    ['https://host/v1/chat/completions', 'https://host/v1/chat/completions'],
    ['https://host/own', 'https://host/own'],
  ];
  it.each(cases)('%s', (url, expected) => expect(chatUrl(new URL(url)).href).toBe(expected));
});
