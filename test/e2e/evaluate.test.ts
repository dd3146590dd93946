/** `tunesmith evaluate` with a tiny model, a file of predictions and an endpoint side by side. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Evaluation } from '../../src/evaluate/index.ts';
import { createCache, tunesmith } from '../support/command-line.ts';
import { tinySettings } from '../support/tiny-run.ts';

const TOKEN = 'secret-token';

let folder: string;
let cache: string;
let runFile: string;
let server: Server;
let endpoint: string;

/** What stands in for the online model: a classifier of its own shape that wants a token. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-evaluate-'));
  cache = createCache(folder);
  runFile = join(folder, 'run.yaml');
  writeFileSync(runFile, stringify({ ...tinySettings(folder), do_train: false }));
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { question } = JSON.parse(text) as { question: string };
    if (request.headers['x-token'] !== TOKEN) response.writeHead(401).end(`no ${request.headers['x-token']}`);
    else
      response.end(
        JSON.stringify({
          data: { label: /charged|invoice|price|refund/.test(question) ? 'billing' : 'login' },
        }),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = join(folder, 'online.yaml');
  writeFileSync(
    endpoint,
    stringify({
      name: 'online',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/classify`,
      headers: { 'X-Token': TOKEN },
      body: { question: '{input}' },
      answer_path: 'data.label',
    }),
  );
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const evaluate = (language: 'en' | 'zh', ...words: string[]) =>
  tunesmith(['evaluate', runFile, 'eval_dataset=held_out', '--no-free', ...words], { cache, language });

describe('tunesmith evaluate', () => {
  it('compares a model with a file of predictions and an endpoint, and writes it all as JSON', async () => {
    // Of seven rows one has no prediction, and one prediction has no row.
    const predictions = join(folder, 'last-year.csv');
    writeFileSync(
      predictions,
      'row,prediction\n1,login\n2,billing\n3,shipping\n4,login\n5,billing\n6,shipping\n99,login\n',
    );
    const json = join(folder, 'evaluation.json');
    const { code, stdout, stderr } = await evaluate(
      'en',
      ...['--predictions', predictions, '--endpoint', endpoint, '--incumbent', 'online', '--json', json],
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/\nlast-year +1\.000 \[0\.541, 1\.000\] /);
    expect(stdout).toMatch(/\nonline +0\.667 \[0\.\d+, 1\.000\] /);
    expect(stdout).toContain('\nlast-year against online\n');
    expect(stdout).toMatch(/right alone: 2 against 0 rows, McNemar p = [01]\.\d{3}\n/);
    expect(stdout).toMatch(/1 rows are not compared.* 7: no answer of last-year/);
    expect(stdout).toMatch(/the first: .*last-year\.csv 8: the data set has no row 99/);
    expect(stdout + stderr).not.toContain(TOKEN);
    const text = readFileSync(json, 'utf8');
    expect(text).not.toContain(TOKEN);
    const { models, comparison } = JSON.parse(text) as Evaluation;
    expect(models.map(({ model }) => model)).toEqual(['base', 'last-year', 'online']);
    expect(comparison).toMatchObject({ rows: 6, incumbent: 'online', leftOut: [{ row: 7 }] });
    expect(comparison!.models.map(({ name }) => name)).toEqual(['base', 'last-year', 'online']);
    expect(
      comparison!.pairs.every(({ against, model }) => against === 'online' || model === 'last-year'),
    ).toBe(true);
  });

  it('says in Chinese what an endpoint refuses, without the token, before any model is judged', async () => {
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(wrong, readFileSync(endpoint, 'utf8').replace(TOKEN, 'other-secret'));
    const { code, stdout, stderr } = await evaluate('zh', '--endpoint', wrong);
    expect(code).toBe(1);
    expect(stderr).toMatch(/接口 http:\/\/127\.0\.0\.1:\d+\/classify：HTTP 401: no \*\*\*/);
    expect(stdout + stderr).not.toContain('other-secret');
    expect(stdout).not.toContain('base');
  });

  it('names a wrong incumbent before any model is judged', async () => {
    const { code, stdout, stderr } = await evaluate('en', '--incumbent', 'onlin');
    expect(code).toBe(1);
    expect(stderr).toContain('the incumbent "onlin" is none of the models (base); name one of them');
    expect(stdout).toBe('');
  });
});
