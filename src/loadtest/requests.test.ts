/** What is asked of which path, how answers are read, and what a server tells of itself. */
import { describe, expect, it } from 'vitest';
import type { Sample } from '../data/index.ts';
import { footprintOf, parseMetrics } from './footprint.ts';
import { readAnswer } from './judge-answer.ts';
import { answerFormatOf, rowRequests } from './row-requests.ts';

const sample = (question: string, answer: string, system?: string): Sample => ({
  conversation: {
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
    system,
  },
  origin: { file: 'rows.json', row: 1 },
});
const ROWS = [sample('a goal', 'sports', 'Sort.'), sample('a share', 'money')];
const parsed = (requests: readonly { readonly body?: string | undefined }[]) =>
  requests.map(({ body }) => JSON.parse(body!) as unknown);

describe('rows as requests', () => {
  it('of chat completions, with further fields', () => {
    const requests = rowRequests(ROWS, { format: 'chat', model: 'tuned', fields: { max_tokens: 4 } });
    expect(requests.map(({ expected }) => expected)).toEqual(['sports', 'money']);
    expect(parsed(requests)).toEqual([
      {
        model: 'tuned',
        temperature: 0,
        max_tokens: 4,
        messages: [
          { role: 'system', content: 'Sort.' },
          { role: 'user', content: 'a goal' },
        ],
      },
      { model: 'tuned', temperature: 0, max_tokens: 4, messages: [{ role: 'user', content: 'a share' }] },
    ]);
  });

  it('of classify, among the labels of all rows', () => {
    const [first] = parsed(rowRequests(ROWS, { format: 'classify' }));
    expect(first).toMatchObject({
      labels: ['sports', 'money'],
      messages: [{ role: 'system' }, { role: 'user' }],
    });
    expect(() => rowRequests(ROWS.slice(1), { format: 'classify' })).toThrow(/at least two labels/);
    expect(() => rowRequests([], { format: 'chat' })).toThrow(/no rows/);
  });
});

it.each([
  ['http://h/v1/chat/completions', 'chat'],
  ['http://h/v1/classify?x=1', 'classify'],
  ['http://h/v1/completions', undefined],
])('%s takes %s', (url, format) => {
  expect(answerFormatOf(url)).toBe(format);
});

it.each([
  ['chat', '{"choices":[{"message":{"content":"<think>\\nwell\\n</think>\\n\\n 体育 "}}]}', '体育'],
  ['chat', '{"choices":[{"message":{"content":null}}]}', undefined],
  ['chat', '{"choices":[]}', undefined],
  ['chat', '{"choices', undefined],
  ['classify', '{"data":[{"label":"体育","probability":0.9}]}', '体育'],
  ['classify', '{"data":[]}', undefined],
  ['classify', '"text"', undefined],
] as const)('the answer of %s %s', (format, body, expected) => {
  expect(readAnswer(Buffer.from(body), format)).toBe(expected);
});

it('reads the footprint of all processes of a server', () => {
  const metrics = (cpu: number, bytes: number) =>
    `# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total{replica="0"} ${cpu}\nprocess_cpu_seconds_total{replica="1"} 1\nprocess_resident_memory_bytes{replica="0"} ${bytes}\nprocess_resident_memory_bytes{replica="1"} 1e6\n`;
  const readings = [
    parseMetrics(metrics(1, 5e6), 1000)!,
    parseMetrics(metrics(2, 9e6), 2000)!,
    parseMetrics(metrics(4, 2e6), 3000)!,
  ];
  expect(footprintOf(readings)).toEqual({ residentBytes: 10e6, cores: 1.5 });
  expect(parseMetrics('http_requests_total 3\n', 0)).toBeUndefined();
  expect(footprintOf(readings.slice(1, 2))).toBeUndefined();
});
