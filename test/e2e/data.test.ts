/** `tunesmith data` as a person uses it: from a spreadsheet to rows that a tiny model trains on. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDatasets } from '../../src/data/index.ts';
import { createCache, type Ended, tunesmith } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';
import { tinySettings } from '../support/tiny-run.ts';

const MODEL = join(GOLDEN, 'models', 'qwen3');
const WORKBOOK = join(GOLDEN, 'data', 'tables', 'book.xlsx');

let folder: string;
let cache: string;
let datasetDir: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-data-'));
  cache = createCache(folder);
  datasetDir = join(folder, 'data');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = (words: readonly string[], language: 'en' | 'zh' = 'en') =>
  tunesmith(['data', ...words, '--dataset-dir', datasetDir], { cache, language });

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function succeeded({ code, stdout, stderr }: Ended): string {
  expect(code, stderr).toBe(0);
  return stdout;
}

function refused({ code, stdout, stderr }: Ended): string {
  expect(code, stdout).toBe(1);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr;
}

const info = () =>
  JSON.parse(readFileSync(join(datasetDir, 'dataset_info.json'), 'utf8')) as Record<string, object>;

const TICKETS = ['My invoice is wrong', 'Where is the parcel', 'I cannot sign in'];
const QUEUES = ['billing', 'shipping', 'login'];

/** 60 tickets of three queues, as a Chinese Windows saves them; two of them are broken. */
function ticketsFile(): string {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `"${TICKETS[i % 3]}, order ${7 * i}","${QUEUES[i % 3]}",c${i % 20}`,
  );
  rows[10] = 'only one field';
  rows[20] = '"no label",,c';
  return put('tickets.csv', iconv.encode(['工单,标签,客户', ...rows].join('\r\n'), 'gb18030'));
}

describe('tunesmith data', () => {
  it('adds a spreadsheet that came out of Excel, shows, splits and exports it, and a model trains on it', async () => {
    const file = ticketsFile();
    const template = 'Which queue? {工单}';
    const added = succeeded(
      await data(['add', file, '--template', template, '--label', '标签', '--system', 'You sort.']),
    );
    expect(added).toContain('59 rows, GB18030, comma');
    expect(added).toMatch(/roles: instruction = Which queue\? \{工单\}; output = 标签; system = You sort\./);
    expect(added).toMatch(/labels: (\w+ \d+, ){2}\w+ \d+\n/);
    expect(added).toMatch(
      /row 2\n {2}system {6}You sort\.\n {2}user {8}Which queue\? My invoice is wrong, order 0\n {2}assistant {3}billing/,
    );
    expect(added).toMatch(
      /left out: 2\n.*tickets\.csv 12: has 1 field where the header has 3; .*\n.*tickets\.csv 22: the answer is empty/,
    );
    expect(added).toContain('added tickets (58 rows)');
    expect(info()).toEqual({
      tickets: {
        file_name: 'tickets.jsonl',
        columns: { prompt: 'instruction', response: 'output', system: 'system' },
      },
    });

    const shown = succeeded(
      await data(['show', 'tickets', '--row', '3', '--model', MODEL, '--template', 'qwen3', '--json']),
    );
    const row = JSON.parse(shown) as {
      row: number;
      counts: object;
      tokens: { text: string; trained: boolean; cut: boolean }[];
    };
    expect(row.row).toBe(3);
    const text = (of: (token: { trained: boolean }) => boolean) =>
      row.tokens
        .filter(of)
        .map(({ text }) => text)
        .join('');
    expect(text(({ trained }) => !trained)).toBe(
      '<|im_start|>system\nYou sort.<|im_end|>\n<|im_start|>user\nWhich queue? I cannot sign in, order 14<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(text(({ trained }) => trained)).toBe('<think>\n\n</think>\n\nlogin<|im_end|>\n');
    const cut = succeeded(
      await data(['show', 'tickets', '--model', MODEL, '--template', 'qwen3', 'cutoff_len=30']),
    );
    expect(cut).toMatch(/ 30 cut|this row loses something: cutoff_len 30 cuts/);
    expect(cut).toMatch(/^cut\t\d+\t".*"$/m);

    const split = succeeded(
      await data(['split', 'tickets', '--val', '0.1', '--test', '0.2', '--group', '客户']),
    );
    expect(split).toMatch(/tickets_train: 4\d\ntickets_val: \d\ntickets_test: 1\d\nby answer\n/);
    expect(Object.keys(info())).toEqual(['tickets', 'tickets_train', 'tickets_val', 'tickets_test']);
    const { samples } = await loadDatasets(['tickets_train', 'tickets_val', 'tickets_test'], {
      datasetDir,
      seed: 1,
    });
    expect(samples).toHaveLength(58);

    const out = join(folder, 'batch.jsonl');
    succeeded(await data(['export', 'tickets_val', '--format', 'openai-batch', out, '--model', 'teacher']));
    expect(readFileSync(out, 'utf8')).toContain('"custom_id":"row-1"');

    const settings = {
      ...tinySettings(join(folder, 'tiny'), 'qwen3'),
      dataset: 'tickets_train',
      dataset_dir: datasetDir,
      template: 'qwen3',
    };
    const words = Object.entries({ ...settings, max_steps: 2 }).map(([key, value]) => `${key}=${value}`);
    succeeded(await tunesmith(['train', ...words], { cache }));
  });

  it('speaks Chinese', async () => {
    const added = succeeded(await data(['add', WORKBOOK, '--name', '表格', '--sheet', '数据'], 'zh'));
    expect(added).toMatch(/book\.xlsx: 2 行/);
    expect(added).toContain('角色：instruction = 标题; output = 标签');
    expect(added).toMatch(/已将 表格（2 行）添加到/);
    expect(succeeded(await data(['show', '表格', '--model', MODEL, '--template', 'qwen3'], 'zh'))).toMatch(
      /^训练\t\d+\t/m,
    );
    expect(refused(await data(['split', '表格', '--val', '一成'], 'zh'))).toMatch(/--val 一成 不是数/);
    const help = await tunesmith(['data', '--help'], { cache, language: 'zh' });
    expect(help.stdout).toMatch(/划分为训练、验证、测试/);
  });

  it('refuses with file, row and remedy, and writes nothing', async () => {
    const before = JSON.stringify(info());
    const nameless = put('nameless.csv', 'x,y\n1,2\n3,4\n');
    expect(refused(await data(['add', nameless]))).toMatch(
      /not certain what to take as instruction, output; .*--instruction, --output.*the columns are x, y/,
    );
    const broken = put(
      'broken.parquet',
      readFileSync(join(GOLDEN, 'data', 'tables', 'none.parquet')).subarray(0, 3000),
    );
    expect(refused(await data(['add', broken]))).toMatch(/broken\.parquet: cannot be read as parquet/);
    expect(refused(await data(['add', join(folder, 'tickts.csv')]))).toMatch(
      /no such file; did you mean .*tickets\.csv\?/,
    );
    expect(refused(await data(['add', ticketsFile(), '--label', '标签', '--yes']))).toMatch(
      /"tickets" is there already/,
    );
    expect(refused(await data(['show', 'ticket', '--model', MODEL]))).toMatch(
      /no data set is called "ticket"; did you mean "tickets"\?/,
    );
    expect(JSON.stringify(info())).toBe(before);
  });
});
