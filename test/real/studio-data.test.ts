/** The page Data in a real browser, on real files and a tiny model: map, look, examine, repair, split, enrich, export, undo. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createCache } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';
import { type StandIn, startStandIn } from '../support/stand-in-server.ts';
import { openBrowser, openPage, startStudioProcess, type TestStudio, until } from '../support/studio.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const LABELS = ['billing', 'shipping', 'login'];
const KEY = 'sk-typed-on-the-page';
/** Would run as script if it were taken for HTML. */
const HOSTILE = '<img src=x onerror="window.hacked=1">';
const MANY = 100_000;

let folder: string;
let data: string;
let studio: TestStudio;
let browser: Browser;
let teacher: StandIn;
/** Answers are held back from the fourth on, until it is told. */
let isHeld = true;
const held: (() => void)[] = [];
const opened: { page: Page; errors: string[] }[] = [];

async function open(path: string, options?: Parameters<typeof openPage>[2]): Promise<Page> {
  const one = await openPage(browser, studio.url + path, options);
  opened.push(one);
  return one.page;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-studio-data-'));
  data = join(folder, 'work', 'data');
  mkdirSync(data, { recursive: true });
  const model = join(folder, 'work', 'models', 'tiny-llama');
  cpSync(join(GOLDEN, 'models', 'llama'), model, { recursive: true });
  const rows = Array.from({ length: MANY }, (_, index) =>
    JSON.stringify({ instruction: `row ${index} of very many`, output: LABELS[index % 3] }),
  );
  writeFileSync(join(data, 'many.jsonl'), `${rows.join('\n')}\n`);
  writeFileSync(join(data, 'dataset_info.json'), JSON.stringify({ many: { file_name: 'many.jsonl' } }));
  teacher = await startStandIn({
    '/v1/chat/completions': ({ response, ordinal }) => {
      const content = 'It is about something that was ordered.';
      const usage = { prompt_tokens: 100, completion_tokens: 10 };
      const answer = () => response.end(JSON.stringify({ choices: [{ message: { content } }], usage }));
      response.setHeader('content-type', 'application/json');
      if (isHeld && ordinal >= 3) held.push(answer);
      else answer();
    },
  });
  studio = await startStudioProcess(join(folder, 'work'), createCache(folder));
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
  await studio?.kill();
  await teacher?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** One question twice, one label spelt otherwise, one row of script, one that lacks its answer. */
function csv(): string {
  const lines = Array.from({ length: 60 }, (_, index) => {
    const label = index === 3 ? 'Billing' : LABELS[index % 3]!;
    const ticket = index === 4 ? HOSTILE : `my order ${index} about thing ${(index * 7919) % 1009}`;
    return `"${ticket.replaceAll('"', '""')}",${label},c${index % 20}`;
  });
  return `ticket,queue,customer\n${[...lines, lines[0], 'nothing was said,,c1'].join('\n')}\n`;
}

it('maps an upload, and what was mapped by hand is there after a reload', async () => {
  const page = await open('/data');
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Upload a file' }).click(),
  ]);
  await chooser.setFiles({ name: 'tickets.csv', mimeType: 'text/csv', buffer: Buffer.from(csv()) });
  await page.getByText('61 rows can be used.').waitFor();
  await page.getByRole('combobox', { name: 'Question (instruction)' }).fill('Which queue? {ticket}');
  await page.keyboard.press('Escape');
  await page.getByText('Which queue? my order 0 about thing 0').waitFor();
  await page.reload();
  await page.getByText('Which queue? my order 0 about thing 0').waitFor();
  await page
    .getByText(/tunesmith data add tickets\.csv .*--instruction 'Which queue\? \{ticket\}'/)
    .waitFor();
  await page.getByRole('button', { name: 'Add the data set' }).click();
  await page.getByRole('heading', { name: 'tickets', exact: true }).waitFor();
});

it('shows a row as the model sees it, by an address that can be kept', async () => {
  const page = await open('/data/set/tickets');
  await page.getByLabel('Search rows').fill('onerror');
  await page.getByRole('row').filter({ hasText: HOSTILE }).click();
  await page.getByRole('combobox', { name: 'Template' }).fill('chatml');
  await page.locator('.token[data-state=trained]').first().waitFor();
  await page.getByLabel('cutoff_len', { exact: true }).fill('8');
  await page.locator('.token[data-state=cut]').first().waitFor();
  await page.reload();
  await page.locator('.token[data-state=cut]').first().waitFor();
  await page.getByText(/tunesmith data show tickets cutoff_len=8 --row 5/).waitFor();
  await page.getByLabel('cutoff_len', { exact: true }).fill('512');
  await page.getByText('All rows fit into cutoff_len 512.').waitFor();
  expect(await page.evaluate('window.hacked')).toBeUndefined();
});

it('examines the rows, leads to them, and repairs a copy with a log of what changed', async () => {
  const page = await open('/data/set/tickets/check');
  const duplicate = page.getByRole('region', { name: /repeat an earlier one/ });
  await page
    .getByRole('heading', { name: /Error|Warning/ })
    .first()
    .waitFor();
  await page.reload();
  await duplicate.waitFor();
  await page.getByRole('link', { name: 'Row 61' }).first().click();
  await page.waitForURL(/row=61/);
  await page.goBack();
  await page.getByText(/data check tickets .*--fix tickets_fixed/).waitFor();
  await page.getByRole('button', { name: 'Write the repaired copy' }).click();
  await page.getByRole('heading', { name: 'tickets_fixed', exact: true }).waitFor();
  const changes = page.getByRole('table', { name: 'What was repaired' });
  await changes.getByRole('row').filter({ hasText: 'spelling of the label' }).waitFor();
  const [del, ins] = [changes.locator('del'), changes.locator('ins')];
  expect([await del.first().textContent(), await ins.first().textContent()]).toEqual(['Billing', 'billing']);
  await page.reload();
  await changes.getByRole('row').filter({ hasText: 'removed' }).first().waitFor();
  const info = JSON.parse(readFileSync(join(data, 'dataset_info.json'), 'utf8')) as object;
  expect(Object.keys(info)).toEqual(['many', 'tickets', 'tickets_fixed']);
});

it('splits by groups, keeps what was filled in, and shows how the parts came about', async () => {
  const page = await open('/data/set/tickets/split');
  await page.getByLabel('Test', { exact: true }).fill('0.2');
  await page.getByRole('combobox', { name: 'Keep together' }).click();
  await page.getByRole('option', { name: 'customer' }).click();
  await page.reload();
  await page.getByText(/data split tickets --val 0\.1 --test 0\.2 --group customer --seed 42/).waitFor();
  await page.getByRole('button', { name: 'Split', exact: true }).click();
  const made = page.getByRole('table', { name: 'The last split' });
  await made.getByRole('link', { name: 'tickets_test' }).waitFor();
  const counts = await made.getByRole('row').filter({ hasText: 'Rows' }).getByRole('cell').allInnerTexts();
  expect(counts.slice(1).reduce((sum, count) => sum + Number(count), 0)).toBe(61);
  // A second time only when the earlier parts may go, and they can be had back.
  const again = page.getByRole('button', { name: 'Split', exact: true });
  expect(await again.isDisabled()).toBe(true);
  await page.getByRole('switch', { name: /Replace the earlier parts/ }).click();
  await page.getByLabel('Seed').fill('7');
  await again.click();
  await page.getByText('Seed 7, rows of one customer kept together.').waitFor();
  await page.goto(`${studio.url}/data`);
  await page.getByRole('button', { name: 'Undo: tickets_test' }).waitFor();
});

it('enriches by a teacher: stopped in the middle, gone on with, and the key is in no file', async () => {
  const page = await open('/data/set/tickets/enrich');
  await page
    .getByRole('combobox', { name: 'What is added' })
    .or(page.getByRole('textbox', { name: 'What is added' }))
    .first()
    .click();
  await page.getByRole('option', { name: 'Analysis in the system prompt' }).click();
  const url = page
    .getByRole('combobox', { name: 'URL' })
    .or(page.getByRole('textbox', { name: 'URL' }))
    .first();
  await url.fill(`${teacher.origin}/v1`);
  await page.getByLabel('API key').fill(KEY);
  await page.getByLabel('First rows only').fill('8');
  await page.getByRole('button', { name: 'More settings' }).click();
  await page.getByLabel('Requests at once').fill('1');
  await page.getByLabel('Price of prompt tokens').fill('2');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const card = page.getByRole('region', { name: 'tickets_system' });
  await until(() => (held.length > 0 ? true : undefined));
  await card.getByText(/ask teacher \d \/ 8/).waitFor();
  await page.reload();
  await card.getByText(/ask teacher \d \/ 8/).waitFor();
  // Fields are there again, but for the key.
  expect(await url.inputValue()).toBe(`${teacher.origin}/v1`);
  expect(await page.getByLabel('API key').first().inputValue()).toBe('');
  expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(KEY);
  await card.getByRole('button', { name: 'Stop' }).click();
  await card.getByText('stopped', { exact: true }).waitFor();
  isHeld = false;
  for (const answer of held.splice(0)) answer();
  await card.getByLabel('API key').fill(KEY);
  await card.getByRole('button', { name: 'Go on' }).click();
  await card.getByText('8 rows were made.').waitFor();
  await card.getByText('From before').waitFor();
  // Eight rows were paid for, and the one that was in flight when it was stopped.
  expect(teacher.counts.paths.get('/v1/chat/completions')).toBe(9);
  for (const file of readdirSync(join(folder, 'work'), { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    expect(readFileSync(path, 'latin1').includes(KEY), path).toBe(false);
  }
  await card.getByRole('link', { name: 'tickets_system' }).click();
  await page.getByRole('heading', { name: 'tickets_system', exact: true }).waitFor();
  await page.getByText('8 rows', { exact: true }).waitFor();
});

it('downloads a data set in another format', async () => {
  const page = await open('/data/set/tickets/export');
  await page.getByRole('radio', { name: 'openai', exact: true }).check();
  await page.getByText(/data export tickets tickets_openai\.jsonl --format openai/).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('tickets_openai.jsonl');
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines).toHaveLength(61);
  expect(JSON.parse(lines[1]!)).toMatchObject({ messages: [{ role: 'user' }, { content: 'shipping' }] });
});

it('deletes after asking, and the way back survives a reload', async () => {
  const page = await open('/data');
  const row = page.getByRole('row').filter({ hasText: 'tickets_fixed.jsonl' });
  await row.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await row.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('button', { name: 'Undo: tickets_fixed' }).click();
  await row.waitFor();
});

it('scrolls through 100,000 rows, fetching only what is in view', async () => {
  const page = await open('/data/set/many');
  const table = page.getByRole('table', { name: 'Rows' });
  await table.getByText('row 0 of very many').waitFor();
  expect(await table.getAttribute('aria-rowcount')).toBe(String(MANY + 1));
  await table
    .locator('[tabindex="0"]')
    .first()
    .evaluate((body) => body.scrollTo(0, body.scrollHeight));
  await table.getByText(`row ${MANY - 1} of very many`).waitFor();
  expect(await table.getByRole('row').count()).toBeLessThan(80);
  await page.getByLabel('Search rows').fill('row 99999');
  await until(async () => ((await table.getAttribute('aria-rowcount')) === '2' ? true : undefined));
});

it.each([
  ['light', 'en-US'],
  ['dark', 'zh-CN'],
] as const)('has no fault that axe finds, %s, %s', async (scheme, locale) => {
  const page = await open('/data', { scheme, locale });
  for (const path of [
    '',
    '/set/tickets?row=5',
    ...['check', 'split', 'enrich', 'export'].map((tab) => `/set/tickets/${tab}`),
  ]) {
    await page.goto(`${studio.url}/data${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await until(async () =>
      (await page.getByRole('status', { name: /Loading|加载中/ }).count()) === 0 ? true : undefined,
    );
    const { violations } = await new AxeBuilder({ page }).analyze();
    const told = violations.map(
      ({ id, nodes }) => `${path} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
    expect(told).toEqual([]);
  }
});
