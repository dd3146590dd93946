/** The routes of experiments on two files of predictions: from the file to the verdict, its report, and its words. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { postJson, startBareStudio } from '../../../test/support/bare-studio.ts';
import type { RunningStudio } from '../index.ts';
import type { Experiment } from '../wire/index.ts';

const LABELS = ['billing', 'shipping', 'returns'];

let folder: string;
let work: string;
let studio: RunningStudio;

/** Predictions of which every so many is wrong. */
function predictions(name: string, wrongEvery: number): string {
  const lines = Array.from({ length: 90 }, (_, index) => {
    const shift = (index + 1) % wrongEvery === 0 ? 1 : 0;
    return `${index + 1},${LABELS[(index + shift) % 3]}`;
  });
  const path = join(work, 'data', name);
  writeFileSync(path, `row,prediction\n${lines.join('\n')}\n`);
  return path;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'studio-experiments-'));
  work = join(folder, 'work');
  mkdirSync(join(work, 'data'), { recursive: true });
  const rows = Array.from({ length: 90 }, (_, index) => ({
    instruction: `row ${index}`,
    output: LABELS[index % 3],
  }));
  writeFileSync(join(work, 'data', 'rows.json'), JSON.stringify(rows));
  writeFileSync(join(work, 'data', 'dataset_info.json'), '{"rows":{"file_name":"rows.json"}}');
  studio = await startBareStudio(folder);
});
afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = (path: string) => `${studio.url}api/experiments${path}`;
const post = (path: string, body: object) => postJson(url(path), body);
async function experiment(): Promise<Experiment> {
  const { experiments } = (await (await fetch(url(''))).json()) as { experiments: Experiment[] };
  return experiments.find(({ id }) => id === 'sort')!;
}

function fileOf(ours: string): string {
  return stringify({
    name: 'sort',
    question: 'Shall we?',
    settings: { dataset_dir: join(work, 'data') },
    test_dataset: 'rows',
    candidates: { ours: { predictions: ours }, online: { predictions: predictions('online.csv', 3) } },
    candidate: 'ours',
    incumbent: 'online',
    criteria: { accuracy: { min: 0.8, beats: 'incumbent' } },
  });
}

describe('an experiment', () => {
  it('reads no predictions outside of the workspace', async () => {
    const refused = await post('', { file: fileOf('/etc/passwd') });
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('/etc/passwd')]);
    expect(existsSync(join(work, 'experiments', 'sort'))).toBe(false);
  });

  it('comes to its verdict, with the figure against the baseline', async () => {
    const file = fileOf(predictions('ours.csv', 30));
    expect((await post('', { file, language: 'zh' })).status).toBe(200);
    let found = await experiment();
    while (found.state !== 'finished' || found.reportWritten === undefined) {
      expect(['new', 'running', 'finished']).toContain(found.state);
      await after(100);
      found = await experiment();
    }
    expect(found).toMatchObject({
      decision: 'go',
      best: { candidate: 'ours', metric: 'accuracy', against: 'online', figure: { value: 87 / 90 } },
    });
    expect(found.best!.baseline).toBeCloseTo(60 / 90);
    expect(found.best!.corrected).toBeLessThan(0.05);
    expect((await post('', { file })).status).toBe(422);
    expect(await (await fetch(url('/sort/files/report.html'))).text()).toContain('lang="zh-CN"');
  });

  it('is archived and brought back', async () => {
    await post('/sort/archive', { isArchived: true });
    expect((await experiment()).isArchived).toBe(true);
    await post('/sort/archive', { isArchived: false });
    expect((await experiment()).isArchived).toBe(false);
  });

  it('has words that are kept beside it and stand in every report; figures are none of them', async () => {
    expect(await (await fetch(url('/sort/words'))).json()).toEqual({ language: 'zh' });
    const before = (await experiment()).reportWritten!;
    const words = { language: 'en', summary: 'Ready <script>alert(1)</script>.' };
    expect((await post('/sort/words', words)).status).toBe(200);
    expect(await (await fetch(url('/sort/words'))).json()).toEqual(words);
    expect((await experiment()).reportWritten! > before).toBe(true);
    const page = await fetch(url('/sort/files/report.html'));
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).toContain('lang="en"');
    expect(text).toContain('Ready &lt;script&gt;');
    expect(readFileSync(join(work, 'experiments', 'sort', 'report.md'), 'utf8')).toContain(
      'Ready &lt;script',
    );
    expect((await post('/sort/words', { accuracy: '1.0' })).status).toBe(400);
    const download = await fetch(url('/sort/files/report.html?download'));
    expect(download.headers.get('content-disposition')).toContain('sort-report.html');
  });

  it.each(['experiment.json', 'report-words.json', '..%2F..%2Fdata%2Frows.json'])(
    'does not give %s away',
    async (name) => {
      expect((await fetch(url(`/sort/files/${name}`))).status).toBe(404);
    },
  );
});
