/** `tunesmith data enrich` as a process that is killed in the middle: what was answered is not asked for again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createCache, type RunningCommand, startTunesmith, tunesmith } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'enrich-'));
const cache = createCache(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const ROWS = Array.from({ length: 12 }, (_, i) => ({
  instruction: `ticket ${i}: something broke`,
  output: i % 2 === 0 ? 'Repair' : 'Refund',
  system: 'Route it.',
}));
const KILLED_AT = 7;

it('goes on after kill -9, pays for no row twice, and says when the answer is given away', async () => {
  writeFileSync(join(folder, 'rows.json'), JSON.stringify(ROWS));
  const columns = { prompt: 'instruction', response: 'output', system: 'system' };
  writeFileSync(
    join(folder, 'dataset_info.json'),
    JSON.stringify({ rows: { file_name: 'rows.json', columns } }),
  );
  const asked: number[] = [];
  let first: RunningCommand | undefined;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const row = Number(/ticket (\d+)/.exec(text)![1]);
    asked.push(row);
    if (asked.length === KILLED_AT) {
      first!.child.kill('SIGKILL');
      response.destroy();
      return;
    }
    const content = `The customer wants something, hence ${ROWS[row]!.output}.`;
    const usage = { prompt_tokens: 100, completion_tokens: 10 };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ choices: [{ message: { content } }], usage }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const words = ['data', 'enrich', 'rows', '--task', 'system', '--dataset-dir', folder, '--as', 'reasoned'];
  words.push(
    '--teacher',
    `http://127.0.0.1:${port}`,
    '--concurrency',
    '1',
    '--price-in',
    '2',
    '--price-out',
    '10',
    '--json',
    join(folder, 'figures.json'),
  );

  first = startTunesmith(words, { cache });
  await first.ended;
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(() => readFileSync(join(folder, 'reasoned.jsonl'))).toThrow('ENOENT');

  const { code, stdout, stderr } = await tunesmith(words, { cache });
  server.close();
  expect(code, stderr).toBe(0);
  expect(asked.slice(KILLED_AT)).toEqual([6, 7, 8, 9, 10, 11]);
  expect(stdout).toContain('asked 6 times, 6 answers were there from before');
  expect(stdout).toContain('600 prompt tokens, 60 answer tokens, cost 0.0018');
  expect(stdout).toContain("WARNING: the system prompt of 12 rows (100.0 %) names the row's own answer");
  expect(JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8'))).toMatchObject({
    ...{ asked: 6, kept: 6, promptTokens: 600, completionTokens: 60, cost: 0.0018 },
    made: { name: 'reasoned', rows: 12, findingCount: 0, givesAway: [{ what: { en: expect.any(String) } }] },
  });
  const made = readFileSync(join(folder, 'reasoned.jsonl'), 'utf8').trim().split('\n');
  expect(JSON.parse(made[11]!)).toMatchObject({
    system: 'Route it.\nThe customer wants something, hence Refund.',
    output: 'Refund',
  });
});
