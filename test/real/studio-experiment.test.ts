/**
 * From rows to a signed report in a real browser, on a tiny model: an experiment with a load test, its words edited, and
 * an evaluation of a training, its checkpoint, an endpoint and a file of predictions, with a label marked as wrong.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createCache, tunesmith } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';
import { openBrowser, openPage, startStudioProcess, type TestStudio, until } from '../support/studio.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

const LABELS = ['billing', 'shipping', 'login'];
const TOKEN = 'sk-of-the-online-model';
const QUESTION = 'Can the small model sort tickets?';

let folder: string;
let cache: string;
let work: string;
let studio: TestStudio;
let browser: Browser;
let online: Server;
const opened: { page: Page; errors: string[] }[] = [];

async function open(path: string, options?: Parameters<typeof openPage>[2]): Promise<Page> {
  const one = await openPage(browser, studio.url + path, options);
  opened.push(one);
  return one.page;
}

/** Tickets whose words say the queue. */
function rows(count: number, from: number) {
  return Array.from({ length: count }, (_, index) => {
    const label = LABELS[index % LABELS.length]!;
    return { instruction: 'Which queue?', input: `a ${label} question, ${from + index}`, output: label };
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-studio-experiment-'));
  cache = createCache(folder);
  work = join(folder, 'work');
  mkdirSync(join(work, 'models'), { recursive: true });
  cpSync(join(GOLDEN, 'models', 'llama'), join(work, 'models', 'tiny-llama'), { recursive: true });
  mkdirSync(join(work, 'data'));
  const info: Record<string, object> = {};
  for (const [name, list] of [
    ['tickets_test', rows(12, 500)],
    ['tickets_train', rows(24, 0)],
  ] as const) {
    writeFileSync(join(work, 'data', `${name}.json`), JSON.stringify(list));
    info[name] = { file_name: `${name}.json` };
  }
  writeFileSync(join(work, 'data', 'dataset_info.json'), JSON.stringify(info));
  // The model that is online: of another shape than OpenAI's, behind a key, and always right but for logins.
  online = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { question } = JSON.parse(text) as { question: string };
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end('no');
    const label = LABELS.find((one) => question.includes(one))!;
    response.end(JSON.stringify({ data: { label: label === 'login' ? 'billing' : label, score: 0.75 } }));
  });
  await new Promise<void>((resolve) => online.listen(0, '127.0.0.1', resolve));
  studio = await startStudioProcess(work, cache);
  browser = await openBrowser();
});

afterEach(async () => {
  for (const { page, errors } of opened.splice(0)) {
    await page.context().close();
    expect(errors).toEqual([]);
  }
});

afterAll(async () => {
  await browser?.close();
  online?.close();
  await studio?.kill();
  rmSync(folder, { recursive: true, force: true });
});

function field(page: Page, label: string) {
  return page
    .getByRole('combobox', { name: label, exact: true })
    .or(page.getByRole('textbox', { name: label, exact: true }))
    .first();
}

async function choose(page: Page, label: string, ...options: string[]): Promise<void> {
  await field(page, label).click();
  for (const option of options) await page.getByRole('option', { name: option, exact: true }).click();
  if (options.length > 1) await page.keyboard.press('Escape');
}

describe('an experiment', () => {
  it('goes from four steps with every field filled in to its verdict', async () => {
    // What the settings say of the machine goes into the file.
    await fetch(`${studio.url}/api/settings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ threads: 1 }),
    });
    const page = await open('/experiments');
    await page.getByRole('link', { name: 'New experiment' }).first().click();
    await until(async () => (await field(page, 'Rows to train on').inputValue()) || undefined);
    expect(await field(page, 'Rows to train on').inputValue()).toBe('tickets_train');
    expect(await field(page, 'Rows that decide').inputValue()).toBe('tickets_test');
    expect(await field(page, 'Name').inputValue()).toBe('tickets-1');
    await page.getByRole('button', { name: 'Next' }).click();
    await page
      .getByRole('region', { name: /tickets_test$/ })
      .getByText('a login question, 502')
      .waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await field(page, 'Model').inputValue()).toBe('tiny-llama');
    await page.getByLabel('Epochs').fill('6');
    await page.getByLabel('Learning rate').fill('5e-3');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('Question', { exact: true }).fill(QUESTION);
    await page.getByRole('switch', { name: 'Also measure latency' }).check();
    await page.getByLabel('p95 at most, ms').fill('60000');
    // A reload in the middle loses nothing that was chosen.
    await page.reload();
    for (let step = 0; step < 3; step++) await page.getByRole('button', { name: 'Next' }).click();
    const file = page.getByLabel('What will be carried out');
    const text = await file.inputValue();
    expect(text).toContain(QUESTION);
    expect(text).toContain('num_threads: 1');
    await file.fill(
      text
        .replace('settings:\n', 'settings:\n  template: chatml\n  save_steps: 10\n')
        .replace('requests: 100', 'requests: 8')
        .replace(/concurrency:\n\s+- 1\n\s+- 4/, 'concurrency: 2')
        .replace('at_concurrency: 4', 'at_concurrency: 2'),
    );
    await page.getByRole('button', { name: 'Start the experiment' }).click();
    await page.waitForURL(/\/experiments\/of\/tickets-1/);
    await page.getByRole('link', { name: 'Report' }).waitFor();
    await page.reload();
    const criteria = page.getByRole('row').filter({ hasText: 'p95, ms at most 60,000' });
    await criteria.getByText('met').waitFor();
    expect(await page.getByRole('row').filter({ hasText: 'finished' }).count()).toBe(5);
  });

  it('has its row with the figure against the baseline, is archived and brought back, and cloned', async () => {
    const page = await open('/experiments');
    const row = page.getByRole('row').filter({ hasText: 'tickets-1' });
    await row.getByText(/Macro F1 0\.\d{3}|Macro F1 1\.000/).waitFor();
    await row.getByText('against base').waitFor();
    await page.getByRole('button', { name: 'Archive tickets-1' }).click();
    await page.getByText('tickets-1 is archived.').waitFor();
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
    await page.getByRole('button', { name: 'Clone tickets-1' }).click();
    const file = page.getByLabel('What will be carried out');
    await until(async () => ((await file.inputValue()).includes('name: tickets-1-2') ? true : undefined));
    expect(await file.inputValue()).toContain('at_concurrency: 2');
  });

  it('has a report whose words can be edited, and the command writes them too', async () => {
    const page = await open('/report');
    const report = page.frameLocator('iframe');
    await report.getByRole('heading', { level: 1, name: QUESTION }).waitFor();
    for (const part of ['Candidates', 'Latency and throughput', 'The rule, and what was found']) {
      await report.getByRole('heading', { name: part }).waitFor();
    }
    const figures = await report.locator('td').allInnerTexts();
    await page.getByRole('button', { name: 'Edit the words' }).click();
    await page.getByLabel('In short, below the verdict').fill('It is <b>fast</b>.\n\nIt needs more rows.');
    // What is typed survives a reload.
    await page.reload();
    await page.getByRole('button', { name: 'Edit the words' }).click();
    await page.getByText('Not saved yet.').waitFor();
    await page.getByRole('button', { name: 'Save and write the report' }).click();
    await report.getByText('It is <b>fast</b>.').waitFor();
    expect(await report.locator('p.words').allInnerTexts()).toEqual([
      'It is <b>fast</b>.',
      'It needs more rows.',
    ]);
    expect(await report.locator('td').allInnerTexts()).toEqual(figures);
    const markdown = join(folder, 'report.md');
    const written = await tunesmith(['report', join(work, 'experiments', 'tickets-1'), '--md', markdown], {
      cache,
    });
    expect(written.code, written.stderr).toBe(0);
    expect(readFileSync(markdown, 'utf8')).toContain('It needs more rows.');
    await page.getByRole('button', { name: 'Download' }).click();
    for (const [name, signs] of [
      ['Page (HTML)', '<!doctype html>'],
      ['Markdown', `# ${QUESTION}`],
      ['Spreadsheet (xlsx)', 'PK'],
      ['PDF', '%PDF-'],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name, exact: true }).click(),
      ]);
      expect(readFileSync(await download.path(), 'utf8').slice(0, signs.length)).toBe(signs);
      await page.getByRole('button', { name: 'Download' }).click();
    }
  });
});

describe('an evaluation', () => {
  it('holds a checkpoint, an endpoint and a file of predictions against each other', async () => {
    const page = await open('/evaluate/new');
    await choose(page, 'Data set', 'tickets_test');
    await choose(page, 'Base model', 'tiny-llama');
    await page.getByRole('switch', { name: 'Judge it as it is, without an adapter' }).uncheck();
    await field(page, 'Adapters').click();
    const options = page.getByRole('option');
    await until(async () => ((await options.count()) > 1 ? true : undefined));
    await options.filter({ hasText: 'checkpoint-' }).first().click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add an HTTP endpoint' }).click();
    await page.getByText('Any JSON API').click();
    await page.getByLabel('URL').fill(`http://127.0.0.1:${(online.address() as AddressInfo).port}/classify`);
    await page.getByLabel('Request (JSON)').fill('{"question": "{input}"}');
    await page.getByLabel('Path of the answer').fill('data.label');
    await page.getByLabel('Path of the probability').fill('data.score');
    await page.getByLabel('API key').fill(TOKEN);
    const lines = rows(12, 500).map(({ output }, index) => `${index + 1},${output}`);
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Add a file of predictions' }).click(),
    ]);
    await chooser.setFiles({
      name: 'last-year.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`row,prediction\n${lines.join('\n')}\n`),
    });
    await page.getByText('Judged: tuned, last-year, online.').waitFor();
    await choose(page, 'In use today', 'online');
    await page.getByRole('button', { name: 'Start the evaluation' }).click();
    await page.getByRole('heading', { name: 'Side by side' }).waitFor();
    await page.reload();
    const accuracy = page
      .getByRole('row')
      .filter({ hasText: /^Accuracy/ })
      .first();
    // The endpoint is wrong in the four logins of twelve, the file in none.
    await accuracy.getByText('66.7 %').waitFor();
    await accuracy.getByText('100.0 %').waitFor();
    const pair = page.getByRole('row').filter({ hasText: 'last-year' }).filter({ hasText: 'online' }).last();
    await pair.getByText('4 : 0').waitFor();
    expect(await page.locator('body').textContent()).not.toContain(TOKEN);
  });

  it('leads from a cell to its rows, and tells what the figures are when a label is wrong', async () => {
    const page = await open('/evaluate');
    await page.getByRole('link', { name: 'tickets_test' }).first().click();
    await page.getByText('online, by free answer').last().click();
    await page.getByRole('button', { name: 'login predicted as billing: 4' }).click();
    const table = page.getByRole('table', { name: 'Rows' });
    await until(async () => ((await table.getAttribute('aria-rowcount')) === '5' ? true : undefined));
    await table.getByRole('row').nth(1).click();
    const detail = page.getByRole('region', { name: /^Row 3/ });
    expect(await detail.getByText('a login question, 502').count()).toBe(1);
    await detail.getByRole('button', { name: 'Mark as wrong' }).click();
    await page.getByRole('heading', { name: 'Corrected labels' }).waitFor();
    await page.getByText('66.7 % → 75.0 %').waitFor();
    // The others were right by the label that is wrong.
    await page.getByText('100.0 % → 91.7 %').waitFor();
    await page.getByText('With corrections', { exact: true }).click();
    await page.getByRole('button', { name: 'login predicted as billing: 3' }).waitFor();
    await page.getByRole('button', { name: 'Download' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Spreadsheet (xlsx)' }).click(),
    ]);
    const sheets = await readXlsxFile(readFileSync(await download.path()));
    const predictions = sheets.at(-1)!.data;
    expect(predictions[3]!.slice(1, 4)).toEqual([3, 'Which queue?\na login question, 502', 'billing']);
    expect(readFileSync(join(work, 'data', 'tickets_test.json'), 'utf8')).toBe(JSON.stringify(rows(12, 500)));
    await page.getByText('As labelled', { exact: true }).click();
    await page.getByRole('button', { name: 'All rows' }).click();
    await page.getByText('Corrected ones', { exact: true }).click();
    await table.getByRole('row').nth(1).click();
    await page.getByRole('button', { name: 'Take back' }).click();
    await page.getByRole('heading', { name: 'Corrected labels' }).waitFor({ state: 'detached' });
  });
});

describe('the pages', () => {
  it.each([
    ['light', 'en-US'],
    ['dark', 'zh-CN'],
  ] as const)('have no fault that axe finds, %s %s', async (scheme, locale) => {
    const page = await open('/experiments', { scheme, locale });
    const evaluations = (await (await fetch(`${studio.url}/api/evaluations`)).json()) as {
      evaluations: { id: string }[];
    };
    for (const path of [
      '/experiments',
      '/experiments/new',
      '/experiments/of/tickets-1',
      '/evaluate',
      '/evaluate/new',
      `/evaluate/of/${evaluations.evaluations[0]!.id}`,
      '/loadtest',
      '/loadtest/new',
      '/report',
      // What the page of the report shows in its frame.
      '/api/experiments/tickets-1/files/report.html',
    ]) {
      await page.goto(studio.url + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await until(async () =>
        (await page.locator('.mantine-Skeleton-root').count()) === 0 ? true : undefined,
      );
      const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
      const told = violations.map(
        ({ id, nodes }) => `${path} ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
      );
      expect(told).toEqual([]);
    }
  });
});
