/** The routes of data sets on small real files: what is read, examined, repaired, split, exported, enriched, and had back. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXPORT_FORMATS } from '../../data/index.ts';
import { ENRICH_TASKS } from '../../enrich/index.ts';
import { createApi } from '../bind-route.ts';
import { Studio } from '../studio.ts';
import { type CheckUp, EnrichTask, ExportFormat } from '../wire/index.ts';
import { doctorRoutes } from './dataset-doctor.ts';
import { datasetPartRoutes } from './dataset-parts.ts';
import { uploadRoutes } from './dataset-uploads.ts';
import { datasetRoutes } from './datasets.ts';
import { enrichmentRoutes } from './enrichments.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const ROOT = join(import.meta.dirname, '..', '..', '..');
const KEY = 'sk-a-secret-of-the-teacher';

let folder: string;
let data: string;
let studio: Studio;
let api: OpenAPIHono;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'studio-data-'));
  vi.stubEnv('TUNESMITH_CACHE', join(folder, 'cache'));
  studio = new Studio({
    workspace: join(folder, 'work'),
    program: ['--import', 'tsx', join(ROOT, 'src', 'cli', 'main.ts')],
    ...{ version: 'test', rooms: [], page: folder, examples: join(ROOT, 'examples') },
  });
  data = studio.workspace.data;
  api = createApi();
  for (const bindAll of [datasetRoutes, uploadRoutes, doctorRoutes, datasetPartRoutes, enrichmentRoutes]) {
    bindAll(api, studio);
  }
});
afterAll(() => {
  studio[Symbol.dispose]();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** 60 tickets of three queues; one asked twice, one label spelt otherwise, one row without an answer. */
beforeEach(() => {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const rows = Array.from({ length: 60 }, (_, index) => ({
    instruction: `ticket number ${index} about thing ${(index * 7919) % 1009}`,
    output: ['billing', 'shipping', 'login'][index % 3]!,
    system: 'Route the ticket.',
    customer: `c${index % 20}`,
  }));
  rows.push({ ...rows[0]! });
  rows[3] = { ...rows[3]!, output: 'Billing' };
  rows.push({ instruction: 'an empty one', output: '', system: '', customer: 'c1' });
  writeFileSync(join(data, 'tickets.json'), JSON.stringify(rows));
  const columns = { prompt: 'instruction', response: 'output', system: 'system' };
  writeInfo({ tickets: { file_name: 'tickets.json', columns } });
});

function writeInfo(info: object): void {
  writeFileSync(join(data, 'dataset_info.json'), JSON.stringify(info));
}
const infoNames = () =>
  Object.keys(JSON.parse(readFileSync(join(data, 'dataset_info.json'), 'utf8')) as object);

async function ask<T>(method: string, path: string, body?: unknown): Promise<{ status: number; value: T }> {
  const response = await api.request(path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  return { status: response.status, value: (await response.json()) as T };
}
async function get<T>(path: string): Promise<T> {
  return (await ask<T>('GET', path)).value;
}
async function post<T>(path: string, body: unknown = {}): Promise<T> {
  const { status, value } = await ask<T>('POST', path, body);
  expect(status, JSON.stringify(value)).toBe(200);
  return value;
}
async function refused(path: string, body: unknown, message: RegExp): Promise<void> {
  const { status, value } = await ask<{ error: { message: string } }>('POST', path, body);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(value.error.message).toMatch(message);
}

describe('what the page shows', () => {
  it('overview, windows of rows, a filter and a search', async () => {
    expect(await get('/api/datasets/tickets')).toMatchObject({
      ...{ rows: 61, findingCount: 1, duplicates: 1, files: 1, isRepaired: false, isSplit: false },
      classes: [
        { label: 'billing', count: 20 },
        { label: 'shipping', count: 20 },
        { label: 'login', count: 20 },
        { label: 'Billing', count: 1 },
      ],
    });
    expect(await get('/api/datasets/tickets/rows?offset=59&limit=5')).toMatchObject({
      total: 61,
      rows: [{ row: 60 }, { row: 61, output: 'billing' }],
    });
    expect(await get('/api/datasets/tickets/rows?search=NUMBER%201&label=login')).toMatchObject({
      total: 3,
      rows: [{ row: 12 }, { row: 15 }, { row: 18 }],
    });
  });

  it('what is wrong with an entry, and nothing of one that lies on a hub', async () => {
    writeInfo({ far: { hf_hub_url: 'org/far' }, gone: { file_name: 'gone.json' } });
    const { datasets } = await get<{ datasets: object[] }>('/api/datasets');
    expect(datasets).toEqual([
      { name: 'far', file: 'org/far', formatting: 'alpaca' },
      expect.objectContaining({ name: 'gone', problem: expect.anything() }),
    ]);
  });

  it('knows the formats and tasks of the command line', () => {
    expect(ExportFormat.options).toEqual([...EXPORT_FORMATS]);
    expect(EnrichTask.options).toEqual([...ENRICH_TASKS]);
  });
});

describe('uploads', () => {
  it('become data sets by the columns that are named, with and without a header', async () => {
    const file = 'text,label\nred,warm\nblue,cold\n';
    const sent = await api.request('/api/uploads?name=colours.csv', { method: 'PUT', body: file });
    const { id } = (await sent.json()) as { id: string };
    expect(await get(`/api/uploads/${id}/table`)).toMatchObject({ rows: 2, hasHeader: true });
    expect(await get(`/api/uploads/${id}/table?hasHeader=false`)).toMatchObject({ rows: 3 });
    const body = { name: 'colours', roles: { instruction: 'Is {text} warm?', output: 'label' } };
    expect(await post(`/api/uploads/${id}/plan`, body)).toMatchObject({
      rows: 2,
      samples: [{ input: 'Is red warm?', output: 'warm' }, {}],
    });
    await post(`/api/uploads/${id}/add`, body);
    expect(infoNames()).toEqual(['tickets', 'colours']);
  });
});

describe('the doctor', () => {
  const request = { cutoff_len: 2048 };
  const examined = async (): Promise<CheckUp> => {
    for (;;) {
      const view = await post<CheckUp>('/api/datasets/tickets/check', request);
      if (view.state !== 'running') return view;
      await wait(50);
    }
  };

  it('finds, repairs a copy, and tells each change', async () => {
    const { state, examination } = await examined();
    expect(state).toBe('done');
    const found = examination!.diagnoses.map(({ check, rows }) => [check, rows.map(({ row }) => row)]);
    expect(found).toContainEqual(['unusable', [62]]);
    expect(found).toContainEqual(['duplicate', [61]]);
    expect(found).toContainEqual(['label_variant', [4]]);
    expect(await post('/api/datasets/tickets/fix', { ...request, as: 'mended' })).toEqual({
      ...{ name: 'mended', kept: 60, changed: 1, removed: 2 },
    });
    expect(infoNames()).toEqual(['tickets', 'mended']);
    expect(await get('/api/datasets/mended')).toMatchObject({ rows: 60, isRepaired: true });
    expect(await get('/api/datasets/mended/changes?limit=2')).toMatchObject({
      total: 3,
      rows: [
        {
          ...{ row: 4, action: 'changed', checks: ['label_variant'] },
          values: [{ column: 'output', before: 'Billing', after: 'billing' }],
        },
        { row: 61, action: 'removed', checks: ['duplicate'] },
      ],
    });
    await refused('/api/datasets/tickets/fix', { ...request, as: 'mended' }, /"?mended"?: is there already/);
  });

  it('compares a training part with the parts beside it', async () => {
    await post('/api/datasets/tickets/split', { val: 0, test: 0.2, seed: 1 });
    for (;;) {
      const view = await post<CheckUp>('/api/datasets/tickets_train/check', request);
      if (view.state === 'running') await wait(50);
      else {
        expect(view.examination).toMatchObject({ heldOut: ['tickets_test'] });
        break;
      }
    }
  });

  it('is given up, and begins anew when it is asked for again', async () => {
    await post('/api/datasets/tickets/check', request);
    await post('/api/datasets/tickets/check/cancel', request);
    expect((await examined()).state).toBe('done');
  });

  it.each(['../outside', 'a/b', '.hidden', 'with space', ''])('writes no copy named %j', async (as) => {
    const { status } = await ask('POST', '/api/datasets/tickets/fix', { ...request, as });
    expect(status).toBe(400);
  });

  it('overwrites no file of another data set', async () => {
    writeFileSync(join(data, 'taken.jsonl'), 'of another\n');
    await refused('/api/datasets/tickets/fix', { ...request, as: 'taken' }, /taken\.jsonl is there already/);
    expect(readFileSync(join(data, 'taken.jsonl'), 'utf8')).toBe('of another\n');
  });
});

describe('splitting', () => {
  it('stratifies, keeps groups and repeated questions together, and keeps its record', async () => {
    const { columns } = await get<{ columns: { name: string }[] }>('/api/datasets/tickets/columns');
    expect(columns.map(({ name }) => name)).toEqual(['instruction', 'output', 'system', 'customer']);
    const body = { val: 0.2, test: 0.2, group: 'customer', seed: 7 };
    const split = await post('/api/datasets/tickets/split', body);
    expect(split).toMatchObject({ stratify: 'answer', group: 'customer', duplicates: 1, dropped: 1 });
    expect(await get('/api/datasets/tickets/split')).toMatchObject({ split: { seed: 7 } });
    expect(await get('/api/datasets/tickets')).toMatchObject({ isSplit: true });
    const customers = ['train', 'val', 'test'].map((part) => {
      const lines = readFileSync(join(data, `tickets_${part}.jsonl`), 'utf8')
        .trim()
        .split('\n');
      return new Set(lines.map((line) => (JSON.parse(line) as { customer: string }).customer));
    });
    const [train, val, test] = customers;
    expect([...train!].filter((one) => val!.has(one) || test!.has(one))).toEqual([]);
  });

  it('puts earlier parts into the bin when they are replaced, and back when that fails', async () => {
    const body = { val: 0, test: 0.2, seed: 1 };
    await post('/api/datasets/tickets/split', body);
    const first = readFileSync(join(data, 'tickets_test.jsonl'), 'utf8');
    await refused('/api/datasets/tickets/split', { ...body, seed: 2 }, /tickets_train: is there already/);
    await refused('/api/datasets/tickets/split', { ...body, group: 'none', replace: true }, /no row has/);
    expect(readFileSync(join(data, 'tickets_test.jsonl'), 'utf8')).toBe(first);
    await post('/api/datasets/tickets/split', { ...body, seed: 2, replace: true });
    expect(readFileSync(join(data, 'tickets_test.jsonl'), 'utf8')).not.toBe(first);
    const { binned } = await get<{ binned: { id: string; name: string }[] }>('/api/bin');
    expect(binned.map(({ name }) => name)).toEqual(expect.arrayContaining(['tickets_train', 'tickets_test']));
  });
});

describe('exporting', () => {
  it('gives the file under its name, in every format', async () => {
    for (const format of EXPORT_FORMATS) {
      const body = { format, asList: true, model: 'some-model' };
      const { id, file, rows, left } = await post<{ id: string; file: string; rows: number; left: number }>(
        '/api/datasets/tickets/export',
        body,
      );
      expect([rows, left], format).toEqual([61, 1]);
      const response = await api.request(`/api/exports/${id}`);
      expect(response.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${file}`);
      const bytes = Buffer.from(await response.arrayBuffer());
      if (format === 'alpaca') {
        expect(file).toBe('tickets_alpaca.json');
        const list = JSON.parse(bytes.toString()) as unknown[];
        expect(list).toHaveLength(61);
        expect(list[1]).toMatchObject({ output: 'shipping', system: 'Route the ticket.' });
      } else expect(bytes.length, format).toBeGreaterThan(1000);
    }
    await refused('/api/datasets/tickets/export', { format: 'openai-batch' }, /names a model/);
    expect((await api.request('/api/exports/..%2f..%2fdata')).status).toBe(404);
  });
});

describe('deleting', () => {
  it('can be undone, file and all', async () => {
    const { value } = await ask<{ undo: string }>('DELETE', '/api/datasets/tickets');
    expect([infoNames(), existsSync(join(data, 'tickets.json'))]).toEqual([[], false]);
    const binned = async () => (await get<{ binned: object[] }>('/api/bin')).binned[0];
    expect(await binned()).toMatchObject({ id: value.undo, name: 'tickets' });
    writeFileSync(join(data, 'tickets.json'), '[]');
    await refused(`/api/bin/${value.undo}/restore`, {}, /another file data\/tickets\.json/);
    rmSync(join(data, 'tickets.json'));
    await post(`/api/bin/${value.undo}/restore`);
    expect(await get('/api/datasets/tickets')).toMatchObject({ rows: 61 });
    expect(await binned()).not.toMatchObject({ id: value.undo });
  });

  it.each(['__proto__', 'constructor', '../x'])('knows no data set %j', async (name) => {
    expect((await ask('DELETE', `/api/datasets/${encodeURIComponent(name)}`)).status).toBe(404);
  });
});

describe('enriching', () => {
  let teacher: Server;
  let asked: string[];
  let keys: Set<string | undefined>;
  /** Answers held back until it is told. */
  let isOpen: boolean;
  const waiting: (() => void)[] = [];
  const release = () => {
    isOpen = true;
    for (const go of waiting.splice(0)) go();
  };

  beforeEach(async () => {
    asked = [];
    keys = new Set();
    isOpen = true;
    teacher = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      asked.push(/ticket number (\d+)/.exec(text)![1]!);
      keys.add(request.headers.authorization);
      if (!isOpen && asked.length > 3) await new Promise<void>((go) => waiting.push(go));
      const usage = { prompt_tokens: 100, completion_tokens: 10 };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ choices: [{ message: { content: 'It is about a thing.' } }], usage }));
    });
    await new Promise<void>((done) => teacher.listen(0, '127.0.0.1', done));
  });
  afterEach(() => {
    release();
    teacher.closeAllConnections();
    return new Promise((done) => teacher.close(done));
  });

  const order = (change: object = {}) => ({
    ...{ dataset: 'tickets', task: 'system', as: 'reasoned', concurrency: 1, maxSamples: 6 },
    teacher: { kind: 'endpoint', url: `http://127.0.0.1:${(teacher.address() as AddressInfo).port}/v1` },
    ...{ priceIn: 2, priceOut: 10, apiKey: KEY },
    ...change,
  });
  interface Found {
    enrichments: {
      job: { id: string; state: string; command: string; message?: string };
      figures?: object;
    }[];
  }
  const latest = async () => (await get<Found>('/api/enrichments?dataset=tickets')).enrichments[0]!;
  const becomes = async (state: string) => {
    for (;;) {
      const found = await latest();
      if (found.job.state === state) return found;
      expect(['queued', 'running'], found.job.message).toContain(found.job.state);
      await wait(50);
    }
  };

  it('asks the teacher, stops, goes on without paying twice, and leaves the key nowhere', async () => {
    isOpen = false;
    const { id } = await post<{ id: string }>('/api/enrichments', order());
    await refused('/api/enrichments', order(), /at work on it already/);
    while (asked.length < 4) {
      const { job } = await latest();
      expect(['queued', 'running'], job.message).toContain(job.state);
      await wait(50);
    }
    await refused(`/api/enrichments/${id}/resume`, {}, /is running; only one that ended early/);
    studio.supervisor.stop(id);
    const stopped = await becomes('stopped');
    expect(stopped.figures).toMatchObject({ asked: 3, kept: 0, promptTokens: 300, cost: 0.0009 });
    expect(infoNames()).toEqual(['tickets']);

    release();
    await post(`/api/enrichments/${id}/resume`, { apiKey: KEY });
    const { job, figures } = await becomes('finished');
    expect(figures).toMatchObject({
      ...{ asked: 3, kept: 3, promptTokens: 300, completionTokens: 30, cost: 0.0009 },
      made: { name: 'reasoned', rows: 6, findingCount: 0 },
    });
    expect([...asked.slice(0, 3), ...asked.slice(4)].toSorted()).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(await get('/api/datasets/reasoned')).toMatchObject({ rows: 6 });
    expect([...keys]).toEqual([`Bearer ${KEY}`]);
    expect(job.command).toContain('data enrich tickets --task system --teacher http://127.0.0.1');
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const path = join(file.parentPath, file.name);
      expect(readFileSync(path, 'latin1').includes(KEY), path).toBe(false);
    }
    await refused('/api/enrichments', order(), /reasoned: is there already/);
  });

  it.each([
    ['http://user:pass@127.0.0.1/v1', /holds a secret/],
    ['https://example.com/v1?api_key=abc', /holds a secret/],
    ['file:///etc/passwd', /cannot be read/],
    ['nonsense', /cannot be read/],
  ])('takes no teacher at %s', async (url, message) => {
    await refused('/api/enrichments', order({ teacher: { kind: 'endpoint', url } }), message);
  });

  it('takes no model that would have to be fetched, and no name that leads out', async () => {
    const teacherAt = (model: string) => order({ teacher: { kind: 'local', model } });
    await refused(
      '/api/enrichments',
      teacherAt('starter:SmolLM2-135M-Instruct'),
      /not on this machine|is not/,
    );
    await refused('/api/enrichments', teacherAt('/etc'), /outside of the workspace/);
    await refused('/api/enrichments', order({ as: '../out' }), /without spaces/);
    expect(studio.supervisor.list().filter(({ title }) => title === '../out')).toEqual([]);
  });
});
