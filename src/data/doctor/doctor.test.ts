import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { examineDataset } from './check-dataset.ts';
import type { CheckName } from './diagnosis.ts';
import { fixDataset } from './fix-dataset.ts';

interface AlpacaRow {
  readonly input: string;
  readonly output: string;
  readonly system?: string;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderWith(datasets: Readonly<Record<string, readonly AlpacaRow[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  folders.push(folder);
  const columns = { prompt: 'instruction', query: 'input', response: 'output', system: 'system' };
  const entries = Object.keys(datasets).map((name) => [name, { file_name: `${name}.json`, columns }]);
  writeFileSync(join(folder, 'dataset_info.json'), JSON.stringify(Object.fromEntries(entries)));
  for (const [name, rows] of Object.entries(datasets)) {
    const whole = rows.map((row) => ({
      instruction: 'Which queue does this ticket belong to?',
      system: '',
      ...row,
    }));
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(whole));
  }
  return folder;
}

function examine(datasetDir: string, heldOut: readonly string[] = [], cutoffLen = 2048) {
  const settings = {
    ...{ cutoffLen, trainOnPrompt: false, maskHistory: false },
    ...{ enableThinking: true, truncation: 'keep' as const },
  };
  const open = () => Promise.reject(new Error('no row is long enough to need a tokenizer'));
  return examineDataset('train', { datasetDir, heldOut, encoding: { settings, open }, seed: 1 });
}

const QUEUES = ['Billing', 'Delivery', 'Refund'] as const;
const NOUNS = ['invoice', 'parcel', 'card', 'courier', 'receipt', 'address', 'voucher', 'statement'];
const VERBS = ['vanished after', 'arrived without', 'shows twice the sum of', 'was sent back with'];
/** Forty-eight tickets that nothing is the matter with. */
const SOUND: readonly AlpacaRow[] = Array.from({ length: 48 }, (_, i) => ({
  input: `${NOUNS[i % 8]} number ${i * 7919} ${VERBS[Math.floor(i / 8) % 4]} my ${NOUNS[(i * 3 + Math.floor(i / 8)) % 8]}`,
  output: QUEUES[i % 3]!,
}));

it('finds nothing in sound rows', async () => {
  expect((await examine(folderWith({ train: SOUND }))).diagnoses).toEqual([]);
});

describe('finds, names the rows, and repairs a copy', () => {
  const odd = (row: Partial<AlpacaRow>): AlpacaRow => ({
    ...SOUND[0]!,
    input: 'something else entirely happened',
    ...row,
  });
  const cases: readonly {
    readonly check: CheckName;
    readonly rows: readonly AlpacaRow[];
    /** 1-based, all rows of the finding. */
    readonly found: readonly number[];
    /** What becomes of the last row; undefined where it goes. */
    readonly last: Partial<AlpacaRow> | undefined;
  }[] = [
    { check: 'unusable', rows: [...SOUND, odd({ output: '' })], found: [49], last: undefined },
    { check: 'duplicate', rows: [...SOUND, { ...SOUND[4]! }], found: [49], last: undefined },
    {
      check: 'near_duplicate',
      rows: [...SOUND, odd({ input: `${SOUND[9]!.input}!`, output: SOUND[9]!.output })],
      found: [49],
      last: undefined,
    },
    {
      check: 'conflict',
      rows: [...SOUND, { ...SOUND[1]!, output: 'Refund' }],
      found: [2, 49],
      last: undefined,
    },
    {
      check: 'label_variant',
      rows: [...SOUND, odd({ output: ' billing.' })],
      found: [49],
      last: { output: 'Billing' },
    },
    {
      check: 'personal_data',
      rows: [...SOUND, odd({ input: 'call 13812345678 or li.lei@example.com, id 11010519491231002X' })],
      found: [49],
      last: { input: 'call <PHONE> or <EMAIL>, id <ID_NUMBER>' },
    },
    {
      check: 'secret',
      rows: [...SOUND, odd({ input: 'it says password: hunter2hunter2 is wrong' })],
      found: [49],
      last: { input: 'it says password: <PASSWORD> is wrong' },
    },
  ];
  it.each(cases)('$check', async ({ check, rows, found, last }) => {
    const datasetDir = folderWith({ train: rows });
    const examined = await examine(datasetDir);
    const diagnosis = examined.diagnoses.find((one) => one.check === check);
    expect(diagnosis?.rows.map(({ row }) => row)).toEqual(found);
    const { file, log } = await fixDataset(examined, { datasetDir, as: 'mended', isReplaced: false });
    const mended = readFileSync(join(datasetDir, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    if (last) expect(mended.at(-1)).toMatchObject(last);
    else expect(mended).toHaveLength(check === 'conflict' ? 47 : 48);
    const changes = readFileSync(join(datasetDir, log), 'utf8');
    expect(changes).toContain(check);
    expect(changes).not.toMatch(/hunter2|13812345678|li\.lei/);
  });
});

it('lets a question have two answers in free text', async () => {
  const free = SOUND.map((row, i) => ({ ...row, output: `We looked into case ${i} and found it.` }));
  const rows = [...free, { ...free[0]!, output: 'Thank you, it is on its way.' }];
  const { diagnoses } = await examine(folderWith({ train: rows }));
  expect(diagnoses).toMatchObject([{ check: 'conflict', severity: 'note', isFixable: false }]);
});

it('leaves numbers alone that only look like personal data', async () => {
  const rows = [
    ...SOUND,
    { input: 'order 110105194912310021 of 4111111111111112, built 2024-10-11', output: 'Refund' },
  ];
  expect((await examine(folderWith({ train: rows }))).diagnoses).toEqual([]);
});

it('names rare classes', async () => {
  const rows = [...SOUND, { input: 'the door of your shop was locked at noon', output: 'Complaint' }];
  const [diagnosis] = (await examine(folderWith({ train: rows }))).diagnoses;
  expect(diagnosis).toMatchObject({ check: 'imbalance', isFixable: false, rows: [{ row: 49 }] });
});

it('finds held-out questions among the training rows, reworded ones too', async () => {
  const test = [
    SOUND[3]!,
    { ...SOUND[8]!, input: `${SOUND[8]!.input} again` },
    { input: 'nobody asked this so far', output: 'Refund' },
  ];
  const { diagnoses } = await examine(folderWith({ train: SOUND, test }), ['test']);
  expect(diagnoses).toMatchObject([{ check: 'leakage', severity: 'error', rows: [{ row: 4 }, { row: 9 }] }]);
});

describe('the answer in the prompt', () => {
  const leaking = SOUND.map((row) => ({
    ...row,
    system: `The customer lost something. So this is a ${row.output} ticket. Answer briefly.`,
  }));
  it('is found where a system prompt was written from the label, and taken out', async () => {
    const datasetDir = folderWith({ train: leaking });
    const examined = await examine(datasetDir);
    expect(examined.diagnoses).toMatchObject([{ check: 'answer_in_prompt', severity: 'error' }]);
    expect(examined.diagnoses[0]!.rows).toHaveLength(48);
    await fixDataset(examined, { datasetDir, as: 'mended', isReplaced: false });
    const [first] = readFileSync(join(datasetDir, 'mended.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(first!).system).toBe('The customer lost something. Answer briefly.');
  });
  it('is not taken for a leak where the prompt lists all labels', async () => {
    const listing = SOUND.map((row) => ({ ...row, system: `Choose among ${QUEUES.join(', ')}.` }));
    expect((await examine(folderWith({ train: listing }))).diagnoses).toEqual([]);
  });
});

it('asks for a tokenizer only where a row may be too long', async () => {
  const datasetDir = folderWith({ train: SOUND });
  await expect(examine(datasetDir, [], 100)).rejects.toThrow('no row is long enough');
});

it('refuses to write where nothing is to be repaired, or over another data set', async () => {
  const datasetDir = folderWith({ train: SOUND, other: SOUND });
  const examined = await examine(datasetDir);
  await expect(fixDataset(examined, { datasetDir, as: 'mended', isReplaced: false })).rejects.toThrow(
    'nothing in it is to be repaired',
  );
  await expect(fixDataset(examined, { datasetDir, as: 'other', isReplaced: false })).rejects.toThrow(
    '"other" is there already',
  );
});
