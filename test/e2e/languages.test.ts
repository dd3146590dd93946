/** What goes wrong is said in the language of the terminal, and to the page in both. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startStudio } from '../../src/studio/index.ts';
import { createCache } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = join(ROOT, 'src', 'cli', 'main.ts');
const home = mkdtempSync(join(tmpdir(), 'e2e-languages-'));
const cache = createCache(home);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** As a terminal of this locale shows it; nothing of ours asks for a language. */
function errorsOf(words: readonly string[], locale: string): Promise<string> {
  const { TUNESMITH_LANG: _, LC_ALL: __, LC_MESSAGES: ___, ...environment } = process.env;
  const env = { ...environment, TUNESMITH_CACHE: cache, LANG: locale };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', MAIN, ...words], { env }, (_error, _out, stderr) =>
      resolve(stderr),
    );
  });
}

const model = join(GOLDEN, 'models', 'llama');
const data = join(home, 'data');
mkdirSync(data);
writeFileSync(join(data, 'dataset_info.json'), '{"tickets": {"file_name": "tickets.json"}}');
const runFile = join(home, 'run.yaml');
writeFileSync(runFile, `model_name_or_path: ${model}\nlora_rank: 0\nlerning_rate: 1\n`);
const training = [
  `model_name_or_path=${model}`,
  `dataset_dir=${data}`,
  'do_train=true',
  'dataset=ticket',
  `output_dir=${join(home, 'run')}`,
  'template=chatml',
];

it.each<[what: string, words: readonly string[], zh: RegExp, en: RegExp]>([
  [
    'settings of a run file',
    ['train', runFile],
    /^error: 配置：\d 处有误；请逐一改正：\n(.*\n)*.*第 2 行：lora_rank 0 超出范围；请填不小于 1 的整数\n/,
    /^error: config: \d problems; correct each:\n(.*\n)*.* line 2: lora_rank 0 is out of range; give a whole number at least 1\n/,
  ],
  [
    "an error of the job's own process",
    ['train', ...training],
    /error: .*dataset_info\.json：没有名为 "ticket" 的数据集；是否想写 "tickets"？\n$/,
    /error: .*dataset_info\.json: no data set is called "ticket"; did you mean "tickets"\?\n$/,
  ],
  [
    'a command line',
    ['data', 'split'],
    /^error: 缺少参数 name；用 --help 查看用法\n/,
    /^error: missing required argument 'name'\n/,
  ],
])('%s', { timeout: 120_000 }, async (_, words, zh, en) => {
  expect(await errorsOf(words, 'zh_CN.UTF-8')).toMatch(zh);
  expect(await errorsOf(words, 'en_US.UTF-8')).toMatch(en);
});

it('the studio answers in both, so that the page chooses', async () => {
  const page = join(home, 'page');
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>');
  const studio = await startStudio({
    ...{ host: '127.0.0.1', port: 0, version: 'test', rooms: [], page },
    workspace: join(home, 'workspace'),
    program: ['--import', 'tsx', MAIN],
    examples: join(ROOT, 'examples'),
  });
  try {
    const ask = async (path: string) => (await fetch(`${studio.url}api/${path}`)).json();
    expect(await ask('runs/none')).toEqual({
      error: {
        code: 'missing',
        message: 'run none: there is no such run; look at the list of runs',
        zh: '运行 none：没有这次运行；请查看运行列表',
      },
    });
    expect(await ask('nowhere')).toMatchObject({ error: { zh: '/api/nowhere：没有这个地址' } });
  } finally {
    await studio.close();
  }
});

it('the log of a run keeps English, with Chinese beside it', async () => {
  const rows = Array.from({ length: 2 }, (_, row) => ({ instruction: `row ${row}`, output: 'yes' }));
  writeFileSync(join(data, 'tickets.json'), JSON.stringify(rows));
  const words = training.map((word) => word.replace('dataset=ticket', 'dataset=tickets'));
  const folder = join(home, 'run');
  const shown = await errorsOf(['train', ...words, 'max_steps=1', 'num_threads=1'], 'zh_CN.UTF-8');
  expect(shown).toMatch(/^设备：CPU（.*），1 个线程，f32 权重/m);
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n');
  const device = lines.find((line) => line.includes('"device: '));
  expect(JSON.parse(device!)).toMatchObject({
    type: 'log',
    message: expect.stringMatching(/^device: CPU \(/),
    zh: expect.stringMatching(/^设备：CPU（/),
  });
}, 120_000);
