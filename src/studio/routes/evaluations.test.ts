/** The routes of evaluations on what `evaluate` leaves, without a model: rows, corrections, downloads, secrets. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postJson, startBareStudio } from '../../../test/support/bare-studio.ts';
import {
  compareModels,
  type JudgedRow,
  judgeModel,
  writeEvaluation,
  writeJudgedRows,
} from '../../evaluate/index.ts';
import type { RunningStudio } from '../index.ts';
import type { EvaluationDetail } from '../wire/index.ts';

const LABELS = ['billing', 'login'];
const ID = '20260101000000-abcdef';
const SECRET = 'sk-written-nowhere';

let folder: string;
let studio: RunningStudio;

/** Twenty rows; `ours` is wrong in the last one, `online` in every fourth. */
function leaveEvaluation(at: string): void {
  const rows = (wrongEvery: number) =>
    Array.from({ length: 20 }, (_, index): JudgedRow => {
      const truth = LABELS[index % 2]!;
      const isWrong = (index + 1) % wrongEvery === 0;
      const prediction = isWrong ? LABELS[(index + 1) % 2]! : truth;
      return {
        file: 'test.csv',
        row: index + 1,
        input: `=1+1 row ${index}`,
        truth,
        prediction,
        probability: 0.9,
      };
    });
  const judged = [
    { model: join(folder, 'work', 'saves', 'ours'), rows: rows(20) },
    { model: 'online', rows: rows(4) },
  ].map((one) => ({
    rows: one.rows,
    evaluation: judgeModel({ ...one, judgedBy: 'labels', labels: LABELS }),
  }));
  const answers = judged.map(({ evaluation, rows: own }) => ({
    name: evaluation.model,
    judgedBy: 'labels' as const,
    rows: own,
  }));
  mkdirSync(at, { recursive: true });
  const evaluations = judged.map(({ evaluation }) => evaluation);
  const comparison = compareModels(answers, { labels: LABELS, incumbent: 'online', seed: 1, resamples: 200 });
  writeEvaluation(join(at, 'evaluation.json'), 'test', evaluations, comparison);
  writeJudgedRows(join(at, 'rows.jsonl'), judged);
  const job = {
    id: ID,
    kind: 'evaluate',
    title: 'test',
    lane: 'device',
    words: ['evaluate'],
    created: '2026-01-01T00:00:00.000Z',
    cancelled: '2026-01-01T00:00:01.000Z',
  };
  writeFileSync(join(at, 'job.json'), JSON.stringify(job));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'studio-evaluations-'));
  leaveEvaluation(join(folder, 'work', '.tunesmith', 'jobs', ID));
  studio = await startBareStudio(folder);
});
afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = (path: string) => `${studio.url}api/evaluations${path}`;
const get = async <T>(path: string) => (await (await fetch(url(path))).json()) as T;
const post = (path: string, body: object) => postJson(url(path), body);
const totalOf = async (query: string) =>
  (await get<{ total: number }>(`/${ID}/rows?model=saves%2Fours&judgedBy=labels&${query}`)).total;

describe('rows', () => {
  it.each([
    ['', 20],
    ['only=wrong', 1],
    ['truth=billing&prediction=billing', 10],
    ['truth=billing&prediction=login', 0],
    ['search=ROW+3', 1],
  ])('%s: %d', async (query, total) => {
    expect(await totalOf(query)).toBe(total);
  });
});

describe('corrections', () => {
  it('are kept beside the evaluation, tell what the figures would be, and are taken back', async () => {
    const place = { file: 'test.csv', row: 20 };
    for (const [body, status, says] of [
      [{ ...place, corrected: 'logn' }, 422, /no other label; choose one of billing, login/],
      [{ ...place, corrected: 'login' }, 422, /no other label/],
      [{ ...place, row: 99, corrected: 'billing' }, 404, /is not in this evaluation/],
    ] as const) {
      const refused = await post(`/${ID}/corrections`, body);
      expect([refused.status, await refused.text()]).toEqual([status, expect.stringMatching(says)]);
    }
    await post(`/${ID}/corrections`, { ...place, corrected: 'billing' });
    await post(`/${ID}/corrections`, { file: 'test.csv', row: 1, corrected: null });
    const { corrections, models } = await get<EvaluationDetail>(`/${ID}`);
    expect(corrections).toEqual([
      { ...place, label: 'login', corrected: 'billing' },
      { file: 'test.csv', row: 1, label: 'billing', corrected: null },
    ]);
    expect(models[0]!.report.accuracy).toBe(0.95);
    expect(await totalOf('only=corrected')).toBe(2);
    const corrected = await get<Pick<EvaluationDetail, 'models' | 'comparison'>>(`/${ID}/corrected`);
    expect(corrected.models.map(({ model }) => model)).toEqual(['saves/ours', 'online']);
    expect(corrected.models[0]!.report).toMatchObject({ rows: 19, accuracy: 1 });
    expect(corrected.comparison!.models[0]!.metrics.accuracy.value).toBe(1);
    for (const one of corrections) await post(`/${ID}/corrections`, { ...one, isTakenBack: true });
    expect((await get<EvaluationDetail>(`/${ID}`)).corrections).toEqual([]);
    expect((await fetch(url(`/${ID}/corrected`))).status).toBe(404);
  });
});

describe('downloads', () => {
  const file = (name: string) => fetch(url(`/${ID}/files/${name}`));

  it('are a spreadsheet in the language of the page, and rows as CSV', async () => {
    const xlsx = await file('evaluation.xlsx?language=zh');
    expect(xlsx.headers.get('content-disposition')).toContain('test-evaluation.xlsx');
    const sheets = await readXlsxFile(Buffer.from(await xlsx.arrayBuffer()));
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['指标', '差值', '各类别', '混淆矩阵', '预测']);
    expect(sheets.at(-1)!.data).toHaveLength(21);
    const lines = (await (await file('rows.csv')).text()).trimEnd().split('\n');
    expect(lines).toHaveLength(21);
    expect(lines[1]).toMatch(/^test\.csv,1,=1\+1 row 0,billing,billing,0\.9,billing,0\.9$/);
  });

  it.each(['job.json', '..%2Fjob.json', 'worker.log'])('do not give %s away', async (name) => {
    expect((await file(name)).status).toBe(404);
  });
});

describe('what is judged', () => {
  it('may be an endpoint alone, whose key and headers are written nowhere', async () => {
    const settings = {
      name: 'online',
      url: 'http://127.0.0.1:9/classify',
      headers: { 'X-Token': SECRET },
      body: { q: '{input}' },
      answer_path: 'label',
    };
    const started = await post('', { dataset: 'none', endpoints: [{ settings, key: SECRET }] });
    const job = (await started.json()) as { id: string; command: string; about: Record<string, string> };
    expect(job.command).toMatch(
      /^tunesmith evaluate .*evaluate\.yaml --no-model --no-free --endpoint .*endpoint-1\.yaml/,
    );
    expect(job.about).toMatchObject({ others: 'online', dataset: 'none' });
    const at = join(folder, 'work', '.tunesmith', 'jobs', job.id);
    expect(readFileSync(join(at, 'endpoint-1.yaml'), 'utf8')).toContain(
      `X-Token: \${TUNESMITH_ENDPOINT_1_HEADER_1}`,
    );
    for (const name of readdirSync(at, { recursive: true, withFileTypes: true })) {
      if (name.isFile())
        expect(readFileSync(join(name.parentPath, name.name), 'utf8'), name.name).not.toContain(SECRET);
    }
    await fetch(`${studio.url}api/jobs/${job.id}/stop`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ atOnce: true }),
    });
  });

  it('is refused with all that is wrong, and leaves no folder', async () => {
    const before = readdirSync(join(folder, 'work', '.tunesmith', 'jobs'));
    const refused = await post('', { dataset: 'test', endpoints: [{ settings: { nmae: 'x' } }] });
    expect(await refused.text()).toMatch(/endpoint 1: url: .*nmae/);
    expect((await post('', { dataset: 'test', predictions: ['0123456789abcdef'] })).status).toBe(404);
    expect((await post('', { dataset: 'test', model: '/etc' })).status).toBe(422);
    expect(readdirSync(join(folder, 'work', '.tunesmith', 'jobs'))).toEqual(before);
  });
});
