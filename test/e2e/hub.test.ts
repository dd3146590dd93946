/** Data sets, models and adapters that lie on a hub, used by the program as a person uses them. The hub stands on loopback. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { readTrainerState } from '../../src/runs/index.ts';
import { createCache, tunesmith } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';
import { type HubFiles, type HubServer, startHubServer } from '../support/hub-server.ts';
import { tinySettings } from '../support/tiny-run.ts';

vi.setConfig({ testTimeout: 180_000 });

const CARD = `---
configs:
- config_name: en
  data_files:
  - {split: train, path: en/rows-*.jsonl}
  - {split: test, path: en/held-out.jsonl}
- config_name: zh
  data_files: zh/*.jsonl
---
`;
const COLUMNS = { prompt: 'instruction', query: 'input', response: 'output', system: 'system' };

let folder: string;
let cache: string;
let settings: Record<string, unknown>;
let server: HubServer | undefined;

const model = (family: string): HubFiles =>
  Object.fromEntries(
    readdirSync(join(GOLDEN, 'models', family))
      .filter((name) => /^(config|tokenizer|model)/.test(name))
      .map((name) => [name, readFileSync(join(GOLDEN, 'models', family, name))]),
  );

async function serve(more: Readonly<Record<string, HubFiles>> = {}): Promise<void> {
  const rows = JSON.parse(readFileSync(join(folder, 'data', 'tickets.json'), 'utf8')) as object[];
  const lines = (from: number, to: number) =>
    Buffer.from(
      rows
        .slice(from, to)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
  server = await startHubServer({
    repositories: {
      'models/org/tiny': model('llama'),
      'models/org/tiny@v2': model('qwen3'),
      'datasets/org/tickets': {
        'README.md': Buffer.from(CARD),
        'en/rows-1.jsonl': lines(0, 8),
        'en/rows-2.jsonl': lines(8, 14),
        'en/held-out.jsonl': lines(14, 18),
        'zh/rows.jsonl': lines(18, 20),
      },
      ...more,
    },
  });
  vi.stubEnv('HF_ENDPOINT', server.url);
  vi.stubEnv('MODELSCOPE_ENDPOINT', server.url);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-hub-'));
  cache = createCache(folder);
  settings = tinySettings(folder);
  const entry = { hf_hub_url: 'org/tickets', subset: 'en', columns: COLUMNS };
  const info = {
    remote: { ...entry, split: 'train[:12]' },
    held_out: { ...entry, ms_hub_url: 'org/tickets', split: 'test' },
    sampled: { ...entry, num_samples: 5 },
    folder: { hf_hub_url: 'org/tickets', folder: 'zh', columns: COLUMNS },
  };
  writeFileSync(join(folder, 'data', 'dataset_info.json'), JSON.stringify(info));
});
beforeEach(() => {
  for (const name of ['XDG_CACHE_HOME', 'HF_HOME', 'HF_HUB_CACHE', 'USE_MODELSCOPE_HUB'])
    vi.stubEnv(name, '');
  vi.stubEnv('HOME', folder);
});
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(command: string, changes: Readonly<Record<string, unknown>>) {
  const path = join(folder, 'run.yaml');
  writeFileSync(path, JSON.stringify({ ...settings, ...changes }));
  return tunesmith([command, path], { cache });
}
const data = (...words: string[]) =>
  tunesmith(['data', ...words, '--dataset-dir', join(folder, 'data')], { cache });
const served = () => new Set(server!.served.map((entry) => entry.split(' ')[0]!));

it('trains a model by name on a data set by name, and then the adapter by name', async () => {
  await serve();
  const out = join(folder, 'first');
  const first = await run('train', {
    ...{ model_name_or_path: 'org/tiny', dataset: 'remote', eval_dataset: 'held_out', do_eval: true },
    output_dir: out,
  });
  expect(first.code, first.stderr).toBe(0);
  // 12 of 14 rows, 4 a batch, twice.
  expect(readTrainerState(out).global_step).toBe(6);
  const rows = ['en/held-out.jsonl', 'en/rows-1.jsonl', 'en/rows-2.jsonl'];
  expect([...served()].filter((path) => path.endsWith('.jsonl')).sort()).toEqual(rows);
  await server![Symbol.asyncDispose]();

  const adapter = Object.fromEntries(
    ['adapter_config.json', 'adapter_model.safetensors'].map((name) => [name, readFileSync(join(out, name))]),
  );
  await serve({ 'models/org/lora': adapter });
  const further = await run('train', {
    ...{ model_name_or_path: 'org/tiny', adapter_name_or_path: 'org/lora', dataset: 'remote' },
    output_dir: join(folder, 'further'),
  });
  expect(further.code, further.stderr).toBe(0);
  // All but the adapter was here.
  expect([...served()].sort()).toEqual(Object.keys(adapter));
  // It went on from where the first ended.
  expect(readTrainerState(join(folder, 'further')).log_history[0]!['loss']).toBeLessThan(
    readTrainerState(out).log_history[0]!['loss'] as number,
  );
});

it('takes the state of a model that model_revision names', async () => {
  await serve();
  const out = join(folder, 'second');
  const changes = { model_name_or_path: 'org/tiny', dataset: 'folder', output_dir: out };
  const { code, stderr } = await run('train', { ...changes, model_revision: 'v2' });
  expect(code, stderr).toBe(0);
  const snapshots = join(folder, '.cache', 'huggingface', 'hub', 'models--org--tiny');
  const commit = readFileSync(join(snapshots, 'refs', 'v2'), 'utf8');
  expect(readFileSync(join(snapshots, 'snapshots', commit, 'config.json'), 'utf8')).toContain('qwen3');
  expect((await run('train', { ...changes, model_revision: 'v3' })).stderr).toMatch(
    /has no model org\/tiny at v3; check the name/,
  );
  const got = await tunesmith(['models', 'get', 'org/tiny', '--revision', 'v2'], { cache });
  expect(got.stdout).toContain(commit);
});

it('shows, checks, splits and exports a data set of a hub, each key as LLaMA-Factory means it', async () => {
  await serve();
  const path = join(folder, 'out.json');
  const { code, stderr } = await data('export', 'sampled', path, '--format', 'alpaca');
  expect(code, stderr).toBe(0);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveLength(5);
  const checked = JSON.parse((await data('check', 'remote', '--json')).stdout) as { rows: number };
  expect(checked.rows).toBe(12);
  expect((await data('split', 'remote', '--val', '0', '--test', '3')).stdout).toMatch(
    /remote_train: 9\nremote_test: 3/,
  );
  const info = JSON.parse(readFileSync(join(folder, 'data', 'dataset_info.json'), 'utf8')) as object;
  expect(info).toMatchObject({ remote_train: { file_name: 'remote_train.jsonl', columns: COLUMNS } });
  expect(existsSync(join(folder, 'data', 'remote_train.jsonl'))).toBe(true);
});
