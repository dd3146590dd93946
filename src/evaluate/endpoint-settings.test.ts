import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/index.ts';
import { parseEndpoint } from './endpoint-settings.ts';

/** `${NAME}` */
const variable = (name: string) => `$\{${name}}`;

const parse = (raw: unknown) => parseEndpoint(raw, 'online.yaml', { KEY: 'secret', EMPTY: '' });

describe('parseEndpoint', () => {
  it('takes a chat with nothing but its address', () => {
    expect(parse({ url: 'http://h/v1' })).toMatchObject({
      name: 'endpoint',
      url: 'http://h/v1',
      headers: {},
    });
  });

  it('takes any API, its secrets from the environment', () => {
    expect(
      parse({
        name: 'online',
        url: 'http://h',
        headers: { 'X-Token': `t-${variable('KEY')}${variable('EMPTY')}` },
        api_key: variable('KEY'),
        body: { text: '{input}', n: [1, null] },
        answer_path: 'data.label',
        timeout_seconds: 2.5,
        retries: 0,
        concurrency: 8,
      }),
    ).toEqual({
      name: 'online',
      url: 'http://h',
      headers: { 'X-Token': 't-secret' },
      apiKey: 'secret',
      body: { text: '{input}', n: [1, null] },
      answerPath: 'data.label',
      timeoutMs: 2500,
      retries: 0,
      concurrency: 8,
    });
  });

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ['nothing', null, /^online.yaml: all: /],
    ['everything wrong at once', { uri: 'x', retries: -1 }, /url: .*retries: .*"uri"/],
    ['a body without a path', { url: 'x', body: {} }, /body is set and answer_path is not/],
    [
      'a variable that is not set',
      { url: 'x', api_key: variable('NONE') },
      /api_key needs the environment variable NONE/,
    ],
    ['a secret of a wrong type', { url: 'x', headers: { a: ['secret'] } }, /^((?!secret).)*$/],
  ];
  it.each(refused)('refuses %s', (_, raw, message) => {
    expect(() => parse(raw)).toThrow(ConfigError);
    expect(() => parse(raw)).toThrow(message);
  });
});
