/** The story of the studio in a real browser, on a tiny model: from a table to judged rows, with reloads and a kill. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createCache } from '../support/command-line.ts';
import { GOLDEN } from '../support/golden.ts';
import { openBrowser, openPage, startStudioProcess, type TestStudio, until } from '../support/studio.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const LABELS = ['billing', 'shipping', 'login'];
/** A name and a ticket that would run as script if they were taken for HTML. */
const HOSTILE = '<img src=x onerror="window.hacked=1">';

let folder: string;
let cache: string;
let studio: TestStudio;
let browser: Browser;
const opened: { page: Page; errors: string[] }[] = [];

async function open(path: string, options?: Parameters<typeof openPage>[2]): Promise<Page> {
  const one = await openPage(browser, studio.url + path, options);
  opened.push(one);
  return one.page;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'e2e-studio-'));
  cache = createCache(folder);
  const model = join(folder, 'work', 'models', 'tiny-llama');
  mkdirSync(model, { recursive: true });
  cpSync(join(GOLDEN, 'models', 'llama'), model, { recursive: true });
  studio = await startStudioProcess(join(folder, 'work'), cache);
  browser = await openBrowser();
}, 180_000);

afterEach(async () => {
  for (const { page, errors } of opened.splice(0)) {
    await page.context().close();
    expect(errors).toEqual([]);
  }
});

afterAll(async () => {
  await browser?.close();
  // What a failed test left would train for ever.
  const { jobs } = (await (await fetch(`${studio.url}/api/jobs`)).json()) as {
    jobs: { id: string; state: string }[];
  };
  for (const { id, state } of jobs
    .filter((job) => job.state === 'queued' || job.state === 'running')
    .reverse()) {
    await fetch(`${studio.url}/api/jobs/${id}/stop`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ atOnce: state === 'running' }),
    });
    await until(async () =>
      /running|queued/.test(await (await fetch(`${studio.url}/api/jobs/${id}`)).text()) ? undefined : true,
    );
  }
  await studio?.kill();
  rmSync(folder, { recursive: true, force: true });
});

function csv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const label = LABELS[index % LABELS.length]!;
    const ticket = index === 4 ? HOSTILE : `my ${label} order ${index} has a problem`;
    return `"${ticket.replaceAll('"', '""')}",${label}`;
  });
  return `ticket,queue\n${lines.join('\n')}\n`;
}

async function upload(page: Page, name: string, text: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Upload a file' }).click(),
  ]);
  await chooser.setFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
}

/** Fills in the form of a training; what decides its length is given. */
async function fillTraining(page: Page, { epochs, name }: { epochs: number; name: string }): Promise<void> {
  await page.getByText('All settings').click();
  await choose(page, 'model_name_or_path', 'tiny-llama');
  await choose(page, 'dataset', 'tickets');
  await page.keyboard.press('Escape');
  for (const [key, value] of [
    ['output_dir', `saves/${name}`],
    ['template', 'chatml'],
    ['num_train_epochs', String(epochs)],
    ['num_threads', '1'],
    ['per_device_train_batch_size', '4'],
    ['learning_rate', '5e-3'],
  ] as const) {
    await page.getByLabel('Search settings').fill(key);
    await page.getByRole('textbox', { name: key, exact: true }).fill(value);
  }
  await page.getByLabel('Search settings').fill('');
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page
    .getByRole('combobox', { name: label, exact: true })
    .or(page.getByRole('textbox', { name: label, exact: true }))
    .first()
    .click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

describe('the story', () => {
  it('uploads a table, maps its columns, and shows a row as the model sees it', async () => {
    const page = await open('/');
    await page.getByText('No data set yet').waitFor();
    await upload(page, 'tickets.csv', csv(60));
    await page.getByRole('heading', { name: 'Columns of tickets.csv' }).waitFor();
    await page.getByText('60 rows can be used.').waitFor();
    // What was guessed stands in the fields; a reload in the middle keeps the upload.
    await page.reload();
    expect(await page.getByRole('combobox', { name: 'Answer or label (output)' }).inputValue()).toBe('queue');
    await page.getByRole('button', { name: 'Add the data set' }).click();
    await page.getByRole('heading', { name: 'tickets', exact: true }).waitFor();
    await page.getByRole('row').filter({ hasText: 'my billing order 0 has a problem' }).click();
    await page.getByText('template').first().waitFor();
    await until(async () =>
      (await page.locator('.token[data-state=trained]').count()) > 1 ? true : undefined,
    );
    await page.getByLabel('Search rows').fill('onerror');
    await page.getByRole('row').filter({ hasText: HOSTILE }).waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  it('trains with a live curve, in two browsers at once', async () => {
    const page = await open('/train/new');
    await fillTraining(page, { epochs: 3, name: 'first' });
    await page.getByText('Longest row').waitFor();
    // What is typed survives a reload.
    await page.reload();
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.waitForURL(/\/train\/run\//);
    await page.getByRole('figure', { name: 'Loss', exact: true }).waitFor();
    const other = await open(page.url().slice(studio.url.length));
    for (const one of [page, other]) await one.getByText('finished', { exact: true }).first().waitFor();
    await page.reload();
    await page.getByText('45 / 45').or(page.getByText('42 / 42')).first().waitFor();
    await page.locator('.u-over').first().waitFor();
  });

  it('finds a training again that outlived a studio that was killed, and stops it with a checkpoint', async () => {
    const page = await open('/train/new');
    await fillTraining(page, { epochs: 100_000, name: 'long' });
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.waitForURL(/\/train\/run\//);
    const path = page.url().slice(studio.url.length);
    await page.getByText('learning').waitFor();
    // One more waits behind it.
    const queued = await open('/train/new');
    await fillTraining(queued, { epochs: 1, name: 'waiting' });
    await queued.getByRole('button', { name: 'Start training' }).click();
    await queued.goto(`${studio.url}/train`);
    await queued.getByText('queued', { exact: true }).waitFor();
    for (const { page: one } of opened) await one.goto('about:blank');
    await studio.kill();
    studio = await startStudioProcess(join(folder, 'work'), cache);
    const again = await open(path);
    await again.getByText('learning').or(again.getByText('running')).first().waitFor();
    const stepOf = async () =>
      Number(
        (await again.locator('.figure', { hasText: 'Step' }).locator('dd').innerText())
          .split(' ')[0]!
          .replaceAll(',', ''),
      );
    const before = await until(async () => (await stepOf()) || undefined);
    await until(async () => ((await stepOf()) > before ? true : undefined));
    await again.getByRole('button', { name: 'Stop with a checkpoint' }).click();
    await again.getByText('stopped', { exact: true }).first().waitFor();
    // What waited runs now, under the new studio.
    const list = await open('/train');
    await list.getByRole('row').filter({ hasText: 'saves/waiting' }).getByText('finished').waitFor();
  });

  it('evaluates base and tuned, and a cell of the matrix leads to its rows', async () => {
    const page = await open('/evaluate/new?adapter=saves%2Ffirst');
    await page
      .getByRole('textbox', { name: 'Data set' })
      .or(page.getByRole('combobox', { name: 'Data set' }))
      .first()
      .click();
    await page.getByRole('option', { name: 'tickets', exact: true }).click();
    await page.getByRole('button', { name: 'Start the evaluation' }).click();
    await page.getByRole('heading', { name: 'Confusion matrix' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Side by side' }).waitFor();
    const cells = page.getByRole('button', { name: / predicted as / });
    const counts = await cells.allInnerTexts();
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(60);
    const index = counts.findIndex((count) => Number(count) > 0);
    const name = await cells.nth(index).getAttribute('aria-label');
    const [, truth, prediction] = /^(.+) predicted as (.+): /.exec(name!)!;
    await cells.nth(index).click();
    const table = page.getByRole('table', { name: 'Rows' });
    await until(async () =>
      Number(await table.getAttribute('aria-rowcount')) === Number(counts[index]) + 1 ? true : undefined,
    );
    const row = table.getByRole('row').nth(1);
    expect(await row.innerText()).toContain(truth);
    expect(await row.innerText()).toContain(prediction);
  });

  it('serves base and tuned, chats with both at once, and presses them', async () => {
    const page = await open('/serve');
    await choose(page, 'Base model', 'tiny-llama');
    await page
      .getByRole('combobox', { name: 'Adapters' })
      .or(page.getByRole('textbox', { name: 'Adapters' }))
      .first()
      .click();
    await page.getByRole('option', { name: 'saves/first' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Start serving' }).click();
    await page.getByText('/v1/chat/completions').first().waitFor();
    await page.goto(`${studio.url}/chat`);
    await page.getByLabel('max_tokens').fill('8');
    await page.getByLabel('Message', { exact: true }).fill(`${HOSTILE} my billing order`);
    await page.getByRole('button', { name: 'Send' }).click();
    for (const name of ['first', 'base']) {
      await page.getByRole('region', { name }).getByText('tokens/s').waitFor();
    }
    // What was said is still there after a reload, as text.
    await page.reload();
    await page.getByText(HOSTILE).waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    await page.goto(`${studio.url}/loadtest`);
    await choose(page, 'Data set', 'tickets');
    await page.getByLabel('Requests', { exact: true }).fill('20');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: 'Report' }).waitFor();
    await page.getByText('Requests per second:').waitFor();
  });

  it('reads in Chinese, and in the dark', async () => {
    const page = await open('/train/new', { locale: 'zh-CN', scheme: 'dark' });
    await page.getByRole('heading', { name: '新建训练' }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN');
    await page.getByText('全部设置').click();
    await page.getByLabel('搜索设置').fill('截断');
    await page.getByText('cutoff_len').first().waitFor();
  });

  it.each(['light', 'dark'] as const)('has no fault that axe finds, %s', async (scheme) => {
    const page = await open('/data', { scheme });
    for (const path of [
      '/data',
      '/data/set/tickets',
      '/models',
      '/train',
      '/train/new',
      '/evaluate',
      '/evaluate/new',
    ]) {
      await page.goto(studio.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const told = violations.map(
        ({ id, nodes }) => `${path} ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
      );
      expect(told).toEqual([]);
    }
  });
});
