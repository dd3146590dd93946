import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../../core/index.ts';
import { loadDatasets } from '../load-datasets.ts';
import { readRows } from '../read-rows.ts';
import { exportDataset } from './export-dataset.ts';
import type { ExportFormat } from './formats.ts';

const datasetDir = mkdtempSync(join(tmpdir(), 'tunesmith-export-'));
afterAll(() => rmSync(datasetDir, { recursive: true }));

interface Entry {
  readonly columns: Readonly<Record<string, string>>;
}

const ALPACA = {
  columns: {
    prompt: 'instruction',
    query: 'input',
    response: 'output',
    system: 'system',
    history: 'history',
  },
};
const SHAREGPT = {
  formatting: 'sharegpt',
  columns: { messages: 'conversations', system: 'system', tools: 'tools' },
};
const ROLES = {
  role_tag: 'role',
  content_tag: 'content',
  user_tag: 'user',
  assistant_tag: 'assistant',
  system_tag: 'system',
};
const OPENAI = {
  formatting: 'openai',
  columns: { messages: 'messages', tools: 'tools' },
  tags: { ...ROLES, observation_tag: 'tool', function_tag: 'function_call' },
};

async function exported(
  rows: readonly object[],
  entry: Entry,
  format: ExportFormat,
  extension = 'jsonl',
): Promise<string> {
  mkdirSync(datasetDir, { recursive: true });
  writeFileSync(join(datasetDir, 'rows.json'), JSON.stringify(rows));
  entry = withPresent(entry, rows);
  writeFileSync(
    join(datasetDir, 'dataset_info.json'),
    JSON.stringify({ rows: { file_name: 'rows.json', ...entry } }),
  );
  const path = join(datasetDir, `out.${extension}`);
  rmSync(path, { force: true });
  await exportDataset('rows', { datasetDir, format, path, model: 'teacher', seed: 1 });
  return readFileSync(path, 'utf8');
}

/** Without columns that no row has, which would be a mistake in an entry. */
function withPresent(entry: Entry, rows: readonly object[]): Entry {
  const columns = Object.entries(entry.columns).filter(([, column]) => rows.some((row) => column in row));
  return { ...entry, columns: Object.fromEntries(columns) };
}

/** One row in, one row out; or the message of the DataError, with nothing written. */
async function check(
  row: object,
  entry: Entry,
  format: ExportFormat,
  expected: object | RegExp,
): Promise<void> {
  if (expected instanceof RegExp) {
    const error = await exported([row], entry, format).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(expected);
    expect(existsSync(join(datasetDir, 'out.jsonl'))).toBe(false);
  } else {
    expect(JSON.parse(await exported([row], entry, format))).toEqual(expected);
  }
}

const turns = [
  { from: 'human', value: 'a' },
  { from: 'gpt', value: 'b' },
  { from: 'human', value: 'c' },
  { from: 'gpt', value: 'd' },
];
const called = [
  { from: 'human', value: 'weather?' },
  { from: 'function_call', value: '{"name": "weather", "arguments": {"city": "北京"}}' },
  { from: 'observation', value: 'rain' },
  { from: 'gpt', value: 'It rains.' },
];
const weather = { name: 'weather', parameters: {} };

test('alpaca and sharegpt', async () => {
  const expected = { instruction: 'c', input: '', output: 'd', system: 'S', history: [['a', 'b']] };
  await check({ conversations: turns, system: 'S' }, SHAREGPT, 'alpaca', expected);
  await check({ instruction: 'I', input: 'N', output: 'O' }, ALPACA, 'alpaca', {
    instruction: 'I\nN',
    input: '',
    output: 'O',
  });
  await check(expected, ALPACA, 'sharegpt', { conversations: turns, system: 'S' });
  const tools = JSON.stringify([weather]);
  await check({ conversations: called, tools }, SHAREGPT, 'sharegpt', { conversations: called, tools });
  await check(
    { conversations: called },
    SHAREGPT,
    'alpaca',
    /rows\.json row 1: alpaca cannot hold it, since it has a turn of function; export as sharegpt/,
  );
  await check({ conversations: turns, tools }, SHAREGPT, 'csv', /csv cannot hold it, since it has tools/);
});

test('openai: tool calls, their results and the tools', async () => {
  const call = {
    id: 'call_1',
    type: 'function',
    function: { name: 'weather', arguments: '{"city":"北京"}' },
  };
  const messages = [
    { role: 'user', content: 'weather?' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
    { role: 'assistant', content: 'It rains.' },
  ];
  const tools = [{ type: 'function', function: weather }];
  await check({ conversations: called, tools: [weather] }, SHAREGPT, 'openai', { messages, tools });
  const two = { ...call, id: 'call_2' };
  const several = [
    messages[0]!,
    { role: 'assistant', content: null, tool_calls: [call, two] },
    messages[2]!,
    { role: 'tool', tool_call_id: 'call_2', content: 'sun' },
    messages[3]!,
  ].map((message) => ('tool_calls' in message ? { ...message, content: '' } : message));
  const back = several.map((message) => ('tool_calls' in message ? { ...message, content: null } : message));
  await check({ messages: several, tools }, OPENAI, 'openai', { messages: back, tools });
  await check({ messages: [{ role: 'system', content: 'S' }, messages[0], messages[3]] }, OPENAI, 'openai', {
    messages: [{ role: 'system', content: 'S' }, messages[0], messages[3]],
  });
  await check({ messages: [messages[0], messages[3]] }, OPENAI, 'openai', {
    messages: [messages[0], messages[3]],
  });
  const broken = called.map((turn) =>
    turn.from === 'function_call' ? { ...turn, value: 'weather(北京)' } : turn,
  );
  await check({ conversations: broken }, SHAREGPT, 'openai', /since a function turn is no JSON/);
  await check(
    { conversations: called, tools: '{}' },
    SHAREGPT,
    'openai',
    /since tools are an object, not a list/,
  );
});

test('openai-batch: what is asked, without the answer', async () => {
  await check({ instruction: 'I', input: '', output: 'O', system: 'S' }, ALPACA, 'openai-batch', {
    custom_id: 'row-1',
    method: 'POST',
    url: '/v1/chat/completions',
    body: {
      model: 'teacher',
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'I' },
      ],
    },
  });
  const path = join(datasetDir, 'batch.jsonl');
  await expect(exportDataset('rows', { datasetDir, format: 'openai-batch', path, seed: 1 })).rejects.toThrow(
    /names a model in every row/,
  );
});

test('a file that is there stays, unless it is to be replaced', async () => {
  await exported(
    [{ instruction: 'I', output: 'O' }],
    { columns: { prompt: 'instruction', response: 'output' } },
    'csv',
    'csv',
  );
  const path = join(datasetDir, 'out.csv');
  const again = { datasetDir, format: 'csv', path, seed: 1 } as const;
  await expect(exportDataset('rows', again)).rejects.toThrow(
    /out\.csv: is there already; choose another file, or replace it/,
  );
  expect(await exportDataset('rows', { ...again, isReplaced: true })).toEqual({ rows: 1, findings: [] });
});

test('what is exported says the same when it is read again', async () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '好', '"', ',', '\n', '\r', ' ', '{', "'", '\t'),
    minLength: 1,
    maxLength: 12,
  });
  const pair = fc.tuple(text, text);
  const row = fc.record({
    instruction: text,
    output: text,
    system: text,
    history: fc.array(pair, { maxLength: 2 }),
  });
  const formats = [
    ['alpaca', 'json', ALPACA],
    ['alpaca', 'jsonl', ALPACA],
    ['sharegpt', 'json', SHAREGPT],
    ['openai', 'jsonl', { ...OPENAI, formatting: 'sharegpt', columns: { messages: 'messages' } }],
  ] as const;
  const entry = {
    columns: { prompt: 'instruction', response: 'output', system: 'system', history: 'history' },
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...formats),
      async (rows, [format, extension, read]) => {
        await exported(rows, entry, format, extension);
        const { samples } = await loadDatasets(['rows'], { datasetDir, seed: 1 });
        const out = join(datasetDir, `out.${extension}`);
        const written = (await readRows(out)).rows.map(({ values }) => values);
        const entryBack = { ...withPresent(read, written), file_name: `out.${extension}` };
        writeFileSync(join(datasetDir, 'dataset_info.json'), JSON.stringify({ back: entryBack }));
        const back = await loadDatasets(['back'], { datasetDir, seed: 1 });
        expect(back.samples.map(({ conversation }) => conversation)).toEqual(
          samples.map(({ conversation }) => conversation),
        );
      },
    ),
    { numRuns: 60 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 2, maxLength: 4 }),
      fc.constantFrom('csv' as const, 'parquet' as const),
      async (rows, format) => {
        await exported(rows, entry, format, format);
        const { rows: back } = await readRows(join(datasetDir, `out.${format}`));
        const flat = rows.map(({ history, ...rest }) => ({
          ...rest,
          history: history.length > 0 ? JSON.stringify(history) : '',
        }));
        const hasHistory = rows.some(({ history }) => history.length > 0);
        expect(back.map(({ values }) => values)).toEqual(
          hasHistory ? flat : flat.map(({ history: _, ...rest }) => rest),
        );
      },
    ),
    { numRuns: 40 },
  );
});
