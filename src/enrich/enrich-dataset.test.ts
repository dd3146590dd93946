import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EnrichOptions, enrichDataset } from './enrich-dataset.ts';

const ROWS = [
  { instruction: 'my parcel is late', output: 'Delivery', system: 'Route the ticket.' },
  { instruction: 'I was charged twice', output: 'Billing', system: 'Route the ticket.' },
  { instruction: 'my card was refused', output: 'Billing', system: 'Route the ticket.' },
];

/** What a teacher is asked: one text a request. */
type Reply = (user: string, count: number) => { status?: number; content?: string };

let folder: string;
let server: Server;
let reply: Reply;
let asked: string[];
const cacheBefore = process.env['TUNESMITH_CACHE'];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'enrich-'));
  process.env['TUNESMITH_CACHE'] = join(folder, 'cache');
  writeFileSync(join(folder, 'tickets.json'), JSON.stringify(ROWS));
  const columns = { prompt: 'instruction', response: 'output', system: 'system' };
  writeFileSync(
    join(folder, 'dataset_info.json'),
    JSON.stringify({ tickets: { file_name: 'tickets.json', columns } }),
  );
  asked = [];
  server = createServer(async (request, response) => {
    const { messages } = JSON.parse(await bodyOf(request)) as { messages: { content: string }[] };
    const user = messages.at(-1)!.content;
    asked.push(user);
    const { status = 200, content = '' } = reply(user, asked.length);
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' });
    const usage = { prompt_tokens: 10, completion_tokens: 5 };
    response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }], usage }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  if (cacheBefore === undefined) delete process.env['TUNESMITH_CACHE'];
  else process.env['TUNESMITH_CACHE'] = cacheBefore;
  rmSync(folder, { recursive: true });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function enrich(change: Partial<EnrichOptions>) {
  const { port } = server.address() as AddressInfo;
  return enrichDataset('tickets', {
    ...{ datasetDir: folder, task: 'answer', as: 'made', isReplaced: true, language: 'en', isTold: false },
    endpoint: { name: 'teacher', url: `http://127.0.0.1:${port}/v1`, concurrency: 1 },
    ...{ count: 2, temperature: 0, maxTokens: 64 },
    ...change,
  });
}

const madeRows = () =>
  readFileSync(join(folder, 'made.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('tasks', () => {
  it('thought: keeps what leads to the answer, and leaves out what leads elsewhere', async () => {
    reply = (user) => ({
      content: user.includes('card')
        ? 'Hm.\nAnswer: Delivery'
        : `It says so.\nAnswer: **${user.includes('parcel') ? 'delivery' : 'Billing.'}**`,
    });
    const { rows, findings } = await enrich({ task: 'thought' });
    expect(rows).toBe(2);
    expect(findings).toMatchObject([{ row: 3, reason: expect.stringContaining('leads to "Delivery"') }]);
    expect(madeRows()[0]).toMatchObject({ output: '<think>\nIt says so.\n</think>\n\nDelivery' });
    expect(asked.join()).not.toMatch(/answer is/i);
  });

  it('system: the analysis follows the system prompt', async () => {
    reply = () => ({ content: 'It is about goods on their way.' });
    await enrich({ task: 'system' });
    expect(madeRows()[1]).toMatchObject({
      system: 'Route the ticket.\nIt is about goods on their way.',
      output: 'Billing',
    });
  });

  it('paraphrase: new rows with the same answer', async () => {
    reply = (user) => ({
      content: `1. ${user.split('\n').at(-1)}, really\n2) I say: ${user.split('\n').at(-1)}\n`,
    });
    expect((await enrich({ task: 'paraphrase' })).rows).toBe(9);
    expect(madeRows()[1]).toMatchObject({ instruction: 'my parcel is late, really', output: 'Delivery' });
  });

  it('label: in columns of its own, with the share that agrees', async () => {
    reply = (user) => ({
      content: `Sure: {"label": "${user.includes('card') ? 'delivery' : user.includes('parcel') ? 'Delivery' : 'Billing'}", "confidence": 0.75}`,
    });
    expect((await enrich({ task: 'label' })).agreement).toBeCloseTo(2 / 3);
    expect(madeRows()[2]).toMatchObject({
      output: 'Billing',
      teacher_label: 'Delivery',
      teacher_confidence: 0.75,
    });
    expect(asked[0]).toContain('Delivery, Billing');
  });

  it('answer: asked as the row asks, thoughts stripped', async () => {
    reply = () => ({ content: '<think>easy</think>\n\nWe are sorry.' });
    const made = await enrich({});
    expect(made).toMatchObject({ asked: 3, kept: 0, promptTokens: 30, completionTokens: 15 });
    expect(madeRows()[0]).toMatchObject({ instruction: 'my parcel is late', output: 'We are sorry.' });
  });
});

describe('what is paid for', () => {
  it('is not asked again', async () => {
    reply = () => ({ content: 'yes' });
    await enrich({});
    expect(await enrich({})).toMatchObject({ asked: 0, kept: 3, promptTokens: 0 });
    expect(asked).toHaveLength(3);
  });

  it('survives a teacher that goes away: only the rest is asked', async () => {
    reply = (_, count) => (count === 3 ? { status: 401 } : { content: 'yes' });
    await expect(enrich({})).rejects.toThrow('HTTP 401');
    reply = () => ({ content: 'yes' });
    expect(await enrich({})).toMatchObject({ asked: 1, kept: 2 });
  });

  it('is asked once more where the teacher is busy', async () => {
    reply = (_, count) => (count === 1 ? { status: 429 } : { content: 'yes' });
    expect(await enrich({})).toMatchObject({ rows: 3, asked: 3 });
    expect(asked).toHaveLength(4);
  });
});

describe('refuses', () => {
  it.each([
    [
      'a prompt that shows the answer unasked',
      { prompt: '{question} is {answer}' },
      'shows the teacher {answer}',
    ],
    ['a prompt without the row', { prompt: 'say something' }, 'has no {question}'],
    ['a name that is taken', { as: 'tickets', isReplaced: false }, '"tickets" is there already'],
  ] as const)('%s', async (_, change, message) => {
    await expect(enrich(change)).rejects.toThrow(message);
    expect(asked).toEqual([]);
  });
});
