import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GOLDEN } from '../../../test/support/golden.ts';
import type { Progress } from '../../core/index.ts';
import { getTemplate, loadTokenizer } from '../../text/index.ts';
import { encodeSamples } from '../encode.ts';
import type { EncodedRows } from '../encoded-rows.ts';
import { loadDatasets } from '../load-datasets.ts';
import { trainableRows } from './choose-rows.ts';
import { type EncodeDatasetsOptions, encodeDatasets } from './encode-datasets.ts';
import { openTokenized, saveTokenized } from './tokenized-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-encoded-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = { kind: 'folder', path: join(GOLDEN, 'models', 'llama') } as const;
const tokenizer = await loadTokenizer(MODEL);
const template = getTemplate('chatml', tokenizer);
const SETTINGS = {
  cutoffLen: 48,
  trainOnPrompt: false,
  maskHistory: false,
  enableThinking: true,
  truncation: 'keep',
} as const;

/** Rows of several lengths, of which some cannot be used, some are cut, and some fit. */
function write(name: string, count: number, more: object = {}): void {
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: count }, (_, index) => ({
    instruction: `Which queue? ${'please '.repeat(index % 23)}`,
    input: `Order ${index}`,
    output: index % 10 === 3 ? '' : ['billing', 'shipping', 'login'][index % 3],
  }));
  writeFileSync(join(folder, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const info = { [name]: { file_name: `${name}.jsonl`, ...more } };
  writeFileSync(join(folder, 'dataset_info.json'), JSON.stringify(info));
}

function optionsOf(change: Partial<EncodeDatasetsOptions> = {}): EncodeDatasetsOptions {
  return {
    plan: { model: MODEL, templateName: 'chatml', settings: SETTINGS },
    text: { tokenizer, template },
    datasetDir: folder,
    cacheFolder: join(folder, 'cache'),
    maxSamples: undefined,
    seed: 1,
    mix: { strategy: 'concat', seed: 1 },
    overwrite: false,
    threads: 1,
    onProgress: undefined,
    signal: undefined,
    ...change,
  };
}

const contents = (rows: EncodedRows) =>
  Array.from({ length: rows.length }, (_, position) => rows.at(position));

/** Expects the same rows and findings as when everything is in memory. */
async function check(name: string, change: Partial<EncodeDatasetsOptions> = {}): Promise<void> {
  const options = optionsOf(change);
  const { maxSamples, seed, plan } = options;
  const loaded = await loadDatasets([name], { datasetDir: folder, maxSamples, seed });
  const { encoded, findings } = encodeSamples(loaded.samples, template, tokenizer, plan.settings);
  using set = await encodeDatasets([name], options);
  const rows = trainableRows(set.samples);
  expect(contents(rows)).toEqual(encoded);
  expect(set.samples.length).toBe(loaded.samples.length);
  const inOrder = (list: Iterable<object>) => [...list].map((finding) => JSON.stringify(finding)).sort();
  expect(new Set(inOrder(set.findings))).toEqual(new Set(inOrder([...loaded.findings, ...findings])));
  for (const [position, { inputIds, labels }] of encoded.entries()) {
    expect(rows.tokenCount(position)).toBe(inputIds.length);
    expect(rows.labelCount(position)).toBe(labels.filter((label) => label >= 0).length);
  }
}

test('rows on disk are those in memory, in the same order, whatever is chosen of them', async () => {
  write('a', 60);
  await check('a');
  await check('a', { maxSamples: 17 });
  for (const truncation of ['drop', 'left'] as const) {
    await check('a', { plan: { ...optionsOf().plan, settings: { ...SETTINGS, truncation } } });
  }
  write('b', 60, { split: 'train[10:40]' });
  await check('b', { maxSamples: 12 });
  write('c', 60, { split: 'train[-50%:]' });
  await check('c');
  write('d', 60, { num_samples: 25 });
  await check('d');
  await check('d', { seed: 2, maxSamples: 9 });
  write('e', 30, { num_samples: 70, split: 'train[5:]' });
  await check('e');
});

/** More than is encoded in this process. */
const MANY = 9000;

test('the same rows by threads of another process, and the same complaints', {
  timeout: 120_000,
}, async () => {
  write('many', MANY);
  const cacheFolder = join(folder, 'threads');
  await check('many', { threads: 2, cacheFolder });
  write('many', MANY, { num_samples: 2500 });
  await check('many', { threads: 1, cacheFolder });
  expect(readdirSync(join(cacheFolder, 'tokenized'))).toHaveLength(2);
  appendFileSync(join(folder, 'many.jsonl'), '{"instruction": ');
  await expect(encodeDatasets(['many'], optionsOf({ cacheFolder }))).rejects.toThrow(/many\.jsonl line 9001/);
  write('many', MANY);
  const stop = new AbortController();
  const onProgress = ({ done }: Progress) => done >= 1000 && stop.abort();
  await expect(
    encodeDatasets(
      ['many'],
      optionsOf({ cacheFolder, seed: 1, overwrite: true, onProgress, signal: stop.signal }),
    ),
  ).rejects.toThrow(/tokenizing was stopped; run again/);
  expect(readdirSync(join(cacheFolder, 'tokenized'))).toHaveLength(2);
});

test('what was encoded is found again, unless anything about it changed', async () => {
  write('kept', 40);
  const cacheFolder = join(folder, 'kept-cache');
  const isKept = async (change: Partial<EncodeDatasetsOptions> = {}) => {
    using set = await encodeDatasets(['kept'], optionsOf({ cacheFolder, ...change }));
    return set.kept.names.length === 1 && set.kept.samples === set.samples.length;
  };
  expect(await isKept()).toBe(false);
  expect(await isKept()).toBe(true);
  expect(await isKept({ overwrite: true })).toBe(false);
  expect(await isKept({ maxSamples: 9 })).toBe(false);
  expect(await isKept({ plan: { ...optionsOf().plan, settings: { ...SETTINGS, cutoffLen: 40 } } })).toBe(
    false,
  );
  const empty = getTemplate('empty', tokenizer);
  expect(await isKept({ text: { tokenizer, template: empty } })).toBe(false);
  // Only num_samples draws, so the seed makes no difference here.
  expect(await isKept({ seed: 5 })).toBe(true);
  appendFileSync(join(folder, 'kept.jsonl'), '{"instruction":"x","output":"y"}\n');
  expect(await isKept()).toBe(false);
});

test('an encoding that ends early leaves nothing, and what a killed one left is removed', async () => {
  write('torn', 3000);
  const cacheFolder = join(folder, 'torn-cache');
  const left = join(cacheFolder, 'tokenized', '.0123.99999999.part');
  mkdirSync(left, { recursive: true });
  const stop = new AbortController();
  const onProgress = ({ done }: Progress) => done >= 1000 && stop.abort();
  await expect(
    encodeDatasets(['torn'], optionsOf({ cacheFolder, onProgress, signal: stop.signal })),
  ).rejects.toThrow(/tokenizing was stopped; run again/);
  expect(readdirSync(join(cacheFolder, 'tokenized'))).toEqual([]);
  expect(existsSync(left)).toBe(false);
  appendFileSync(join(folder, 'torn.jsonl'), '{"instruction": ');
  await expect(encodeDatasets(['torn'], optionsOf({ cacheFolder }))).rejects.toThrow(/torn\.jsonl line 3001/);
  expect(readdirSync(join(cacheFolder, 'tokenized'))).toEqual([]);
});

test('rows that cannot be trained, and columns that are not there, end it', async () => {
  write('short', 5);
  const settings = { ...SETTINGS, cutoffLen: 1, truncation: 'left' } as const;
  await expect(
    encodeDatasets(['short'], optionsOf({ plan: { ...optionsOf().plan, settings } })),
  ).rejects.toThrow(
    /none of the 5 rows can be trained; the first, .*short\.jsonl row 1: the answer and its header/,
  );
  write('wrong', 5, { columns: { prompt: 'instruction', response: 'answer' } });
  await expect(encodeDatasets(['wrong'], optionsOf())).rejects.toThrow(/no row has the column "answer"/);
});

test('tokenized_path: saved rows come back, and are refused where they do not belong', async () => {
  write('saved', 40);
  using set = await encodeDatasets(['saved'], optionsOf());
  const rows = trainableRows(set.samples);
  const path = join(folder, 'saved-rows');
  expect(openTokenized(path, 'k')).toBeUndefined();
  await saveTokenized(path, { train: rows, evaluation: trainableRows(rows, Uint32Array.of(3, 1)) }, 'k');
  using back = openTokenized(path, 'k')!;
  expect(contents(back.train)).toEqual(contents(rows));
  expect(contents(back.evaluation)).toEqual([rows.at(3), rows.at(1)]);
  expect(() => openTokenized(path, 'other')).toThrow(/were tokenized for another model or template/);
  mkdirSync(join(folder, 'other'));
  writeFileSync(join(folder, 'other', 'dataset_dict.json'), '{}');
  expect(() => openTokenized(join(folder, 'other'), 'k')).toThrow(/rows that LLaMA-Factory tokenized/);
});
