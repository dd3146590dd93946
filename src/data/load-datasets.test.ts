import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataError } from '../core/index.ts';
import { loadDatasets } from './load-datasets.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-datasets-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Each data set: what its entry says besides file_name, and its rows. */
type Sets = Readonly<Record<string, { entry?: object; rows: unknown[] }>>;

interface Expected {
  /** Each sample as `user|assistant|…`, `system>` before it where there is one. */
  readonly samples: string[];
  /** Each finding as `row kind reason`. */
  readonly findings?: string[];
}

function load(sets: Sets, maxSamples?: number, seed = 1) {
  const info: Record<string, object> = {};
  for (const [name, { entry, rows }] of Object.entries(sets)) {
    info[name] = { file_name: `${name}.json`, ...entry };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(rows));
  }
  writeFileSync(join(folder, 'dataset_info.json'), JSON.stringify(info));
  return loadDatasets(Object.keys(sets), { datasetDir: folder, maxSamples, seed });
}

function shown({ samples }: Awaited<ReturnType<typeof load>>): string[] {
  return samples.map(({ conversation: { system, messages } }) => {
    const turns = messages.map(({ content }) => content).join('|');
    return system === undefined ? turns : `${system}>${turns}`;
  });
}

async function check(sets: Sets, expected: Expected | RegExp, maxSamples?: number): Promise<void> {
  if (expected instanceof RegExp) {
    const error = await load(sets, maxSamples).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(expected);
    return;
  }
  const loaded = await load(sets, maxSamples);
  expect(shown(loaded)).toEqual(expected.samples);
  expect(loaded.findings.map(({ row, kind, reason }) => `${row} ${kind} ${reason}`)).toEqual(
    expected.findings ?? [],
  );
}

const row = (instruction: unknown, output: unknown) => ({ instruction, input: '', output });

test('joins data sets in order, each up to max_samples', async () => {
  const sets: Sets = {
    a: { rows: [row('1', 'x'), row('2', 'x'), row('3', 'x')] },
    b: {
      entry: { columns: { prompt: 'q', response: 'a', system: 's' } },
      rows: [{ q: '4', a: 'y', s: 'S' }],
    },
  };
  await check(sets, { samples: ['1|x', '2|x', '3|x', 'S>4|y'] });
  await check(sets, { samples: ['1|x', '2|x', 'S>4|y'] }, 2);
  const { samples } = await load(sets);
  expect(samples[2]!.origin).toEqual({ file: join(folder, 'a.json'), row: 3 });
  expect(samples[2]!.conversation).toEqual({
    messages: [
      { role: 'user', content: '3' },
      { role: 'assistant', content: 'x' },
    ],
  });
});

test('names every row that it leaves out', async () => {
  await check(
    { a: { rows: [row('1', ''), row('', 'x'), row('3', 7), row('4', null), row('5', 'x')] } },
    {
      samples: ['5|x'],
      findings: [
        '1 dropped the answer is empty',
        '2 dropped the prompt is empty',
        '3 dropped "output" is the number 7, not text',
        '4 dropped the answer is empty',
      ],
    },
  );
  await check(
    {
      a: {
        entry: { columns: { prompt: 'q', response: 'a', system: 's' } },
        rows: [{ q: '', a: 'x', s: 'S' }],
      },
    },
    { samples: ['S>|x'] },
  );
  await check(
    {
      a: {
        entry: { columns: { prompt: 'q', response: 'a', kto_tag: 'k' } },
        rows: [
          { q: 'q', a: 'x', k: true },
          { q: 'q', a: 'y' },
        ],
      },
    },
    { samples: ['q|y'], findings: ['1 dropped it holds two answers to compare, where one is due'] },
  );
  await check(
    { a: { rows: [row('1', ''), row('2', '')] } },
    /"a": none of its 2 rows can be used; the first, .*a\.json row 1: the answer is empty/,
  );
});

test('mistakes that concern the whole data set', async () => {
  const rows = [{ question: 'q', anwser: 'a' }];
  const columns = { prompt: 'question', response: 'answer' };
  await check(
    { a: { entry: { columns }, rows } },
    /no row has the column "answer", .* its response; the rows have question, anwser; did you mean "anwser"\?/,
  );
  await check({ a: { rows } }, /no row has the column "instruction", .* name the right one under columns/);
  await check(
    { a: { entry: { columns: { prompt: 'question' } }, rows } },
    /do not list response, .* one of question, anwser/,
  );
  await check({ a: { entry: { formatting: 'sharegpt' }, rows } }, /no row has the column "conversations"/);
  await check({ a: { entry: { ranking: true }, rows } }, /ranking is true/);
  const pictures = { entry: { columns: { prompt: 'q', response: 'a', images: 'i' } } };
  await check(
    { a: { ...pictures, rows: [{ q: 'q', a: 'a', i: ['x.png'] }] } },
    /a\.json row 1: "i" holds media/,
  );
  await check({ a: { ...pictures, rows: [{ q: 'q', a: 'a', i: [] }] } }, { samples: ['q|a'] });
});

test('num_samples: drawn by the seed, with repeats where it is more than there are', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => row(`q${i}`, 'a'));
  const draw = async (count: number, seed: number) =>
    shown(await load({ a: { entry: { num_samples: count }, rows } }, undefined, seed));
  expect(await draw(8, 1)).toHaveLength(8);
  expect(new Set(await draw(8, 1)).size).toBe(8);
  expect(await draw(8, 1)).toEqual(await draw(8, 1));
  expect(await draw(8, 1)).not.toEqual(await draw(8, 2));
  expect(await draw(50, 1)).toHaveLength(50);
  expect(new Set(await draw(50, 1)).size).toBe(20);
});
