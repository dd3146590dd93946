/** One pile becomes two training sets, plain and with a teacher's reasoning, and an experiment compares what is learnt. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExperimentRecord } from '../../src/experiment/index.ts';
import { createCache, tunesmith } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'two-training-sets');
const TICKETS = join(ROOT, 'examples', 'support-tickets');

let folder: string;
let cache: string;
let teacher: Server;
/** What the teacher adds to its analysis of a ticket. */
let giveAway: (ticket: string) => string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'two-sets-'));
  cache = createCache(folder);
  teacher = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    // It is asked for its name first, and has none.
    if (request.method === 'GET') return void response.writeHead(404).end();
    const { messages } = JSON.parse(body) as { messages: { content: string }[] };
    const asked = messages.at(-1)!.content;
    const content = `The writer tells of ${asked.length % 7} things and wants them seen to.${giveAway(asked)}`;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ choices: [{ message: { content } }] }));
  });
  await new Promise<void>((resolve) => teacher.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => teacher.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const data = async (...words: string[]) => {
  const { code, stdout, stderr } = await tunesmith(
    ['data', ...words, '--dataset-dir', join(folder, 'data')],
    { cache },
  );
  expect(code, stderr).toBe(0);
  return stdout;
};
const rowsOf = (name: string) =>
  readFileSync(join(folder, 'data', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);

it('are made, checked and registered by two commands, and compared', { timeout: 600_000 }, async () => {
  const enrich = (name: string, as: string) => {
    const { port } = teacher.address() as AddressInfo;
    return data(
      ...['enrich', name, '--task', 'system', '--as', as, '--replace'],
      ...['--teacher', `http://127.0.0.1:${port}/v1`, '--max-samples', '28'],
    );
  };
  for (const [file, name] of [
    ['train', 'tickets'],
    ['test', 'tickets_test'],
  ] as const) {
    expect(await data('add', join(TICKETS, `${file}.json`), '--name', name)).toContain(name);
  }
  const answers = new Map(rowsOf('tickets').map(({ input = '', output = '' }) => [input, output]));
  const answerOf = (asked: string) => [...answers].find(([input]) => asked.includes(input))?.[1] ?? '';
  giveAway = (asked) => ` This is about ${answerOf(asked)}.`;
  expect(await enrich('tickets', 'tickets_reasoned')).toMatch(
    /WARNING: the system prompt of \d+ rows \(.* %\) names the row's own answer/,
  );
  expect(await data('check', 'tickets_reasoned')).toContain("names the row's own answer");

  // Another teacher, which keeps it to itself.
  giveAway = () => '';
  await new Promise((resolve) => teacher.close(resolve));
  await new Promise<void>((resolve) => teacher.listen(0, '127.0.0.1', resolve));
  expect(await enrich('tickets', 'tickets_reasoned')).not.toContain('WARNING');
  await enrich('tickets_test', 'tickets_test_reasoned');
  const [plain, reasoned] = [rowsOf('tickets')[3]!, rowsOf('tickets_reasoned')[3]!];
  // What is asked stands in one column then.
  const instruction = `${plain['instruction']}\n${plain['input']}`;
  expect(reasoned).toMatchObject({ instruction, output: plain['output'] });
  expect(reasoned['system']).toMatch(new RegExp(`^${plain['system']}\\nThe writer tells of`));

  const ended = await tunesmith(
    [
      'experiment',
      join(EXAMPLE, 'experiment.yaml'),
      ...[`model_name_or_path=${join(GOLDEN, 'models', 'llama')}`, `dataset_dir=${join(folder, 'data')}`],
      ...['max_samples=28', 'num_train_epochs=1', 'num_threads=1', 'bf16=false'],
      `output_dir=${join(folder, 'out')}`,
    ],
    { cache },
  );
  // A random model of a few thousand weights learns nothing: what is tested is that both are asked in their own words.
  expect(ended.stderr).not.toMatch(/^error/m);
  expect([2, 3], ended.stderr).toContain(ended.code);
  expect(ended.stdout).toMatch(/macro F1 differs from plain's by/);
  const record = JSON.parse(readFileSync(join(folder, 'out', 'experiment.json'), 'utf8')) as ExperimentRecord;
  expect(record.state).toBe('finished');
  const stages = record.stages.map(({ id }) => id);
  expect(stages).toEqual(
    expect.arrayContaining(['train/plain', 'train/reasoned', 'judge/plain', 'judge/reasoned']),
  );
});
