import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../core/index.ts';
import type { Sample } from '../data/index.ts';
import { EndpointError } from './endpoint-client.ts';
import { type EndpointSettings, judgeEndpoint } from './judge-endpoint.ts';

const LABELS = ['billing', '退款'];
const SECRET = 'sk-Secret"1234';

const samplesOf = (count: number): Sample[] =>
  Array.from({ length: count }, (_, index) => ({
    conversation: {
      messages: [
        { role: 'user', content: `question ${index + 1}` },
        { role: 'assistant', content: LABELS[index % 2]! },
      ],
    },
    origin: { file: 'data/test.jsonl', row: index + 1 },
  }));

interface Request {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

type Answer = (request: Request, response: ServerResponse, count: number) => void;

let server: Server | undefined;
const waits: number[] = [];
const tools = {
  sleep: async (ms: number) => {
    waits.push(ms);
  },
  random: () => 1,
};

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  waits.length = 0;
});

/** A server on a free port. @returns its address and what it was asked */
async function serve(answer: Answer): Promise<{ url: string; requests: Request[] }> {
  const requests: Request[] = [];
  server = createServer(async (incoming, response) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const request = { path: incoming.url!, headers: incoming.headers, body: JSON.parse(text) };
    requests.push(request);
    answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const reply = (response: ServerResponse, body: unknown, status = 200, headers = {}) => {
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
};
const chat = (content: string | null) => ({ choices: [{ message: { role: 'assistant', content } }] });
const judge = (settings: Partial<EndpointSettings> & { url: string }, rows = 4) =>
  judgeEndpoint({ name: 'online', ...settings }, samplesOf(rows), { labels: LABELS, tools });

/** What an endpoint was refused with; fails when it was not. */
async function refusal(settings: Partial<EndpointSettings> & { url: string }, rows = 4): Promise<Error> {
  const error = await judge(settings, rows).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('was not refused');
  return error;
}

describe('judgeEndpoint', () => {
  it('asks an OpenAI-style chat and judges its answers', async () => {
    const { url, requests } = await serve((request, response) => {
      const [message] = request.body['messages'] as { content: string }[];
      const number = Number(message!.content.split(' ')[1]);
      reply(
        response,
        chat(number === 3 ? 'I do not know' : number === 4 ? null : ` ${LABELS[(number - 1) % 2]}\n`),
      );
    });
    const { evaluation, rows, findings } = await judge({ url, model: 'gpt', apiKey: SECRET });
    expect(rows.map(({ row, prediction, answer }) => [row, prediction, answer])).toEqual([
      [1, 'billing', ' billing\n'],
      [2, '退款', ' 退款\n'],
      [3, undefined, 'I do not know'],
      [4, undefined, ''],
    ]);
    expect(evaluation).toMatchObject({ model: 'online', judgedBy: 'answer', report: { accuracy: 0.5 } });
    expect(findings).toEqual([]);
    expect(requests[0]!.path).toBe('/v1/chat/completions');
    expect(requests[0]!.headers).toMatchObject({
      authorization: `Bearer ${SECRET}`,
      'content-type': 'application/json',
    });
    expect(requests[0]!.body).toMatchObject({ model: 'gpt', temperature: 0, stream: false });
  });

  it('asks any JSON API by a mapping', async () => {
    const { url, requests } = await serve((_, response) => {
      reply(response, { data: { label: 'billing', score: [0.75] } });
    });
    const { rows } = await judge({
      url: `${url}/classify`,
      body: { query: { text: '{input}' }, top: 1 },
      answerPath: 'data.label',
      probabilityPath: 'data.score.0',
      headers: { 'X-Token': SECRET },
    });
    expect(requests.map(({ body }) => body)).toContainEqual({ query: { text: 'question 2' }, top: 1 });
    expect(requests[0]!.headers['x-token']).toBe(SECRET);
    expect(rows[1]).toMatchObject({ row: 2, truth: '退款', prediction: 'billing', probability: 0.75 });
  });

  it('asks no more rows at once than it may', async () => {
    let open = 0;
    let most = 0;
    const { url } = await serve((_, response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        reply(response, chat('billing'));
      });
    });
    await judge({ url, concurrency: 3 }, 40);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('tries again, later each time and not before it is told', async () => {
    const { url } = await serve((_, response, count) => {
      if (count === 1) reply(response, 'busy', 503);
      else if (count === 2) reply(response, 'slow down', 429, { 'Retry-After': '7' });
      else if (count === 3) response.destroy();
      else reply(response, chat('billing'));
    });
    const { rows } = await judge({ url, concurrency: 1 }, 1);
    expect(rows[0]!.prediction).toBe('billing');
    expect(waits).toEqual([500, 7000, 2000]);
  });

  it('gives up a request after its time', async () => {
    const { url, requests } = await serve((_, response, count) => {
      if (count > 2) reply(response, chat('billing'));
    });
    const { rows, findings } = await judge({ url, concurrency: 1, timeoutMs: 100, retries: 1 }, 2);
    expect(requests).toHaveLength(3);
    expect(rows.map(({ row }) => row)).toEqual([2]);
    expect(findings).toEqual([
      {
        file: 'data/test.jsonl',
        row: 1,
        kind: 'dropped',
        reason: `endpoint ${url}/v1/chat/completions: no answer within 100 ms (2 tries)`,
        zh: `接口 ${url}/v1/chat/completions：100 毫秒内没有回答（尝试了 2 次）`,
      },
    ]);
  });

  it('leaves out and names rows that get no usable answer, in their order', async () => {
    const { url } = await serve((_, response, count) => {
      if (count === 2) reply(response, { error: { message: 'too long' } }, 400);
      else if (count === 3) reply(response, '<html>');
      else if (count === 4) reply(response, { choices: [] });
      else reply(response, chat('billing'));
    });
    const { rows, findings } = await judge({ url, concurrency: 1 }, 5);
    expect(rows.map(({ row }) => row)).toEqual([1, 5]);
    const place = `endpoint ${url}/v1/chat/completions: `;
    expect(findings.map(({ row, reason }) => [row, reason.replace(place, '')])).toEqual([
      [2, 'HTTP 400: {"error":{"message":"too long"}}'],
      [3, 'answers no JSON: <html>'],
      [4, 'no answer at choices.0.message.content in {"choices":[]}'],
    ]);
    expect(waits).toEqual([]);
  });

  it('stops at once when the first rows are refused for good', async () => {
    const { url, requests } = await serve((_, response) => reply(response, 'who are you?', 401));
    expect(await refusal({ url, concurrency: 1 }, 50)).toBeInstanceOf(EndpointError);
    expect(requests).toHaveLength(1);
  });

  it('stops when nobody is there any more', async () => {
    const { url, requests } = await serve((_, response, count) => {
      reply(response, chat('billing'), count <= 5 ? 200 : 400);
    });
    expect((await refusal({ url, concurrency: 1 }, 100)).message).toContain('HTTP 400');
    expect(requests).toHaveLength(25);
  });

  it('stops when nobody is there at all', async () => {
    const { url } = await serve((_, response) => reply(response, ''));
    server!.close();
    expect((await refusal({ url, retries: 1 })).message).toMatch(
      /cannot be reached: ECONNREFUSED \(2 tries\)$/,
    );
  });

  it('follows no redirect', async () => {
    const { url, requests } = await serve((_, response) =>
      reply(response, '', 307, { location: '/elsewhere' }),
    );
    expect((await refusal({ url, concurrency: 1 })).message).toMatch(/HTTP 307, it points elsewhere/);
    expect(requests).toHaveLength(1);
  });

  it('takes no answer without end', async () => {
    const { url } = await serve((_, response) => reply(response, ' '.repeat(5 * 2 ** 20)));
    expect((await refusal({ url }, 1)).message).toMatch(/answers more than 4194304 bytes/);
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const { url } = await serve(() => stop.abort());
    const judging = judgeEndpoint({ name: 'online', url }, samplesOf(3), {
      labels: LABELS,
      signal: stop.signal,
      tools,
    });
    await expect(judging).rejects.toThrow(/abort/i);
  });

  it('tells how far it is', async () => {
    const { url } = await serve((_, response) => reply(response, chat('billing')));
    const done: number[] = [];
    await judgeEndpoint({ name: 'online', url }, samplesOf(3), {
      labels: LABELS,
      onProgress: (p) => done.push(p.done),
    });
    expect(done).toEqual([1, 2, 3]);
  });
});

describe('secrets stay out of messages', () => {
  it('that a server repeats: of headers, key, password and query', async () => {
    const { url } = await serve((request, response) => {
      const login = Buffer.from(String(request.headers['x-login']).slice(6), 'base64').toString();
      reply(response, { said: request.headers, path: request.path, login }, 400);
    });
    const { message } = await refusal({
      url: `${url.replace('http://', 'http://me:pass%20word@')}/own?token=query-secret%2F1&v=1`,
      headers: { 'X-Token': SECRET, Cookie: `session=${SECRET}x; other=cookie-secret` },
      body: { text: '{input}' },
    });
    expect(message).toMatch(/^endpoint http:\/\/127\.0\.0\.1:\d+\/own: HTTP 400: /);
    for (const secret of ['Secret', '1234', 'pass', 'query-secret', 'cookie-secret', 'bWU6']) {
      expect(message).not.toContain(secret);
    }
  });

  it('not even by halves, where a message is cut', async () => {
    for (let length = 180; length < 200; length++) {
      const { url } = await serve((_, response) => reply(response, `${'x'.repeat(length)}${SECRET}`, 401));
      expect((await refusal({ url, apiKey: SECRET }, 1)).message).not.toContain('sk-');
      server!.close();
    }
  });

  const settings: readonly (readonly [string, Partial<EndpointSettings> & { url: string }, RegExp])[] = [
    ['an address without a scheme', { url: 'host/Secret' }, /its URL cannot be read; write http/],
    ['an address of another kind', { url: 'file:///Secret' }, /its URL cannot be read/],
    [
      'a header that cannot be sent',
      { url: 'http://h', headers: { 'X-Key': 'Secret\n1' } },
      /header "X-Key" cannot/,
    ],
    ['a key that cannot be sent', { url: 'http://h', apiKey: 'Secret\nx' }, /header "authorization" cannot/],
    [
      'a body without a place',
      { url: 'http://h', body: { key: 'Secret' } },
      /no place for the row; write \{input\}/,
    ],
  ];
  it.each(settings)('of settings that cannot be used: %s', async (_, given, expected) => {
    const error = await refusal(given);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(expected);
    expect(`${error.message}${error.cause ?? ''}`).not.toContain('Secret');
  });
});
