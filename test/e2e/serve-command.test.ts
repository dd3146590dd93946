/** `tunesmith api` as a person runs it, with a tiny model: adapters, batches, replicas that die, the end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createCache, type RunningCommand, startTunesmith, tunesmith } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';

const MODEL = `model_name_or_path=${join(GOLDEN, 'models', 'llama')}`;
const ADAPTERS = ['lora', 'rslora'].map((name) => join(GOLDEN, 'adapters', name));
const SETTINGS = [
  MODEL,
  `adapter_name_or_path=${ADAPTERS.join(',')}`,
  'template=chatml',
  'num_threads=1',
  'port=0',
];
/** Each test starts several processes, which takes long where others compute. */
const TIMEOUT_MS = 240_000;
vi.setConfig({ testTimeout: TIMEOUT_MS });
/** Where the two best tokens lie this close, rounding may decide between them, and sums round by batch. */
const TIE = 1e-3;

let folder: string;
let cache: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-serve-'));
  cache = createCache(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function serve(...words: string[]): Promise<{ command: RunningCommand; url: string; client: OpenAI }> {
  const command = startTunesmith(['api', ...SETTINGS, ...words], { cache });
  const [, url] = await command.says(/Listening on (http:\/\/[\d.]+:\d+) /);
  return { command, url: url!, client: new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 }) };
}

async function end({ child, ended }: RunningCommand): Promise<void> {
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
}

interface Drawn {
  readonly token: string;
  /** How much likelier the best token was than the second one, as a difference of logarithms. */
  readonly lead: number;
}

describe('answers', () => {
  it('in a full batch, of several adapters, equal those alone', async () => {
    const { command, client } = await serve('max_model_len=128');
    const questions = Array.from({ length: 18 }, (_, index) => ({
      model: ['lora', 'rslora', 'llama'][index % 3]!,
      content: `question ${'again '.repeat(index)}${index}?`,
    }));
    const ask = async ({ model, content }: (typeof questions)[number]): Promise<Drawn[]> => {
      const { choices } = await client.chat.completions.create({
        model,
        messages: [{ role: 'user', content }],
        temperature: 0,
        max_tokens: 12,
        logprobs: true,
        top_logprobs: 2,
      });
      return choices[0]!.logprobs!.content!.map(({ token, top_logprobs: [first, second] }) => ({
        token,
        lead: first!.logprob - second!.logprob,
      }));
    };
    const alone: Drawn[][] = [];
    for (const question of questions) alone.push(await ask(question));
    const together = await Promise.all(questions.map(ask));
    expect(new Set(alone.map((drawn) => drawn.map(({ token }) => token).join(''))).size).toBeGreaterThan(3);
    let compared = 0;
    for (const [index, drawn] of alone.entries()) {
      const tie = drawn.findIndex(({ lead }) => lead < TIE);
      const sure = drawn.slice(0, tie < 0 ? undefined : tie).map(({ token }) => token);
      compared += sure.length;
      expect(
        together[index]!.slice(0, sure.length).map(({ token }) => token),
        questions[index]!.content,
      ).toEqual(sure);
    }
    expect(compared).toBeGreaterThan(100);
    await end(command);
  });
});

describe('replicas', () => {
  it('share the port and the figures, and one that dies is started again', async () => {
    const { command, url, client } = await serve('replicas=2', 'max_model_len=64');
    const ids = [...(await logged(command, /replica \d+ serves/g, 2))].map((line) =>
      Number(/\d+/.exec(line)![0]),
    );
    expect(new Set(ids).size).toBe(2);
    const answer = () =>
      client.chat.completions.create({
        model: 'lora',
        messages: [{ role: 'user', content: 'hi' }],
        max_tokens: 2,
      });
    for (let count = 0; count < 4; count++) await answer();
    const figures = await (await fetch(`${url}/metrics`)).text();
    expect(figures).toMatch(/requests_total\{endpoint="\/v1\/chat\/completions",status="200"\} 4$/m);

    process.kill(ids[0]!, 'SIGKILL');
    await command.says(new RegExp(`replica ${ids[0]} is gone: it ended with SIGKILL`));
    // The other one serves; a connection that went down with the dead one is another matter.
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await logged(command, /replica \d+ serves/g, 3);
    await Promise.all(Array.from({ length: 8 }, answer));
    await end(command);
  });

  it('that are all gone leave the port open, and whoever asks is told to come again', async () => {
    const { command, url, client } = await serve('max_model_len=64', 'access_log=false');
    const [first] = await logged(command, /replica \d+ serves/g, 1);
    const id = Number(/\d+/.exec(first!)![0]);
    const question = { model: 'lora', messages: [{ role: 'user' as const, content: 'hi' }], max_tokens: 2 };
    const ask = () =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(question),
      });
    process.kill(id, 'SIGKILL');
    await command.says(new RegExp(`replica ${id} is gone: it ended with SIGKILL`));
    let serves = false;
    void logged(command, /replica \d+ serves/g, 2).then(() => {
      serves = true;
    });
    let refused = 0;
    // Nothing here may throw: a connection is always had, and always answered.
    while (!serves) {
      const told = await ask();
      if (told.status === 503) {
        expect(told.headers.get('retry-after')).toBe('1');
        expect(await told.json()).toMatchObject({ error: { type: 'server_error', code: 'loading' } });
        expect((await fetch(`${url}/ready`)).status).toBeOneOf([200, 503]);
        refused++;
      } else expect(told.status).toBe(200);
      expect((await fetch(`${url}/health`)).status).toBe(200);
    }
    expect(refused).toBeGreaterThan(0);
    expect((await client.chat.completions.create(question)).choices).toHaveLength(1);
    await end(command);
  });

  it('answer what they have when they are told to end', async () => {
    const { command, client } = await serve('max_model_len=512', 'do_sample=false');
    const stream = await client.chat.completions.create({
      model: 'llama',
      messages: [{ role: 'user', content: 'go on' }],
      max_tokens: 100,
      stream: true,
    });
    let tokens = 0;
    let reason: string | null = null;
    for await (const { choices } of stream) {
      if (tokens++ === 1) command.child.kill('SIGTERM');
      reason = choices[0]!.finish_reason ?? reason;
    }
    expect(reason).toMatch(/stop|length/);
    expect((await command.ended).code).toBe(0);
  });
});

/** The matches in what the program said, once there are so many. */
async function logged(command: RunningCommand, pattern: RegExp, count: number): Promise<string[]> {
  const [all] = await command.says(new RegExp(`(?:${pattern.source}[\\s\\S]*?){${count}}`));
  return [...all.matchAll(pattern)].map(([match]) => match);
}

describe('the command', () => {
  it('listens beyond this machine with a key, which is kept by hash', async () => {
    const file = join(folder, 'keys');
    const made = await tunesmith(['api', '--new-key', 'alice', `api_key_file=${file}`], { cache });
    const key = made.stdout.trim();
    expect(key).toMatch(/^ts-[\w-]{43}$/);
    expect(readFileSync(file, 'utf8')).toMatch(/^alice sha256:[\da-f]{64}\n$/);

    const command = startTunesmith(['api', ...SETTINGS, 'host=0.0.0.0', `api_key_file=${file}`], { cache });
    const [, port] = await command.says(/Listening on http:\/\/0\.0\.0\.0:(\d+) /);
    const models = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/v1/models`, { headers });
    expect((await models({})).status).toBe(401);
    expect((await models({ Authorization: `Bearer ${key}` })).status).toBe(200);
    await end(command);
    const { stdout, stderr } = await command.ended;
    expect(stdout + stderr).not.toContain(key);
  });

  it('says in Chinese that it is ready, and by which names', async () => {
    const command = startTunesmith(['api', ...SETTINGS, 'served_model_name=工单,b,c', 'access_log=false'], {
      cache,
      language: 'zh',
    });
    await command.says(/服务已就绪：http:\/\/127\.0\.0\.1:\d+（模型：工单, b, c；/);
    await end(command);
  });

  it('ends with a sentence when the port is taken', async () => {
    const { command, url } = await serve();
    const { code, stderr } = await tunesmith(['api', ...SETTINGS, `port=${new URL(url).port}`], { cache });
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*; choose another port/);
    await end(command);
  });
});
