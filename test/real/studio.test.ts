/** The studio in a real browser, on a tiny model: what is hostile stays text, jobs outlive it, and every page passes axe. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { GOLDEN } from '../support/golden.ts';
import { until } from '../support/studio.ts';
import { faultsOf, StudioSession } from '../support/studio-session.ts';
import { Story } from '../support/studio-story.ts';
import { EN, ZH } from '../support/studio-words.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

const LABELS = ['billing', 'shipping', 'login'];
const ROWS = 60;
/** A ticket that would run as script if it were taken for HTML. */
const HOSTILE = '<img src=x onerror="window.hacked=1">';
const MODEL = 'tiny-llama';

let session: StudioSession;
let story: Story;

beforeAll(async () => {
  session = await StudioSession.start((workspace) => {
    cpSync(join(GOLDEN, 'models', 'llama'), join(workspace, 'models', MODEL), { recursive: true });
  });
  story = new Story(session, EN);
});
afterEach(async () => expect(await session.closePages()).toEqual([]));
afterAll(() => session?.close());

/** Half of each label in each part, so that every class is in both. */
function csv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const label = LABELS[index % LABELS.length]!;
    const ticket = index === 4 ? HOSTILE : `my ${label} order ${index} has a problem`;
    return `"${ticket.replaceAll('"', '""')}",${label}`;
  });
  return `ticket,queue\n${lines.join('\n')}\n`;
}

function fill(page: Page, { epochs, name }: { epochs: number; name: string }): Promise<void> {
  const settings = {
    output_dir: `saves/${name}`,
    template: 'chatml',
    num_train_epochs: String(epochs),
    num_threads: '1',
    per_device_train_batch_size: '4',
    learning_rate: '5e-3',
  };
  return story.fillTraining(page, { model: MODEL, dataset: 'tickets', settings });
}

describe('the story', () => {
  it('uploads tables, maps their columns, and shows a row as the model sees it', async () => {
    const empty = await story.open('/');
    await empty.getByText(EN.noDataset).waitFor();
    const page = await story.addTable('tickets.csv', csv(ROWS), ROWS);
    await story.seeTokens(page, 'my billing order 0 has a problem');
    await page.getByLabel(EN.searchRows).fill('onerror');
    await page.getByRole('row').filter({ hasText: HOSTILE }).waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    await story.addTable('held_out.csv', csv(30), 30);
  });

  it('trains with a live curve, in two browsers at once', async () => {
    const page = await story.open('/train/new');
    await fill(page, { epochs: 3, name: 'first' });
    await page.getByText(EN.longestRow).waitFor();
    // What is typed survives a reload.
    await page.reload();
    const path = await story.startTraining(page);
    const other = await story.open(path);
    for (const one of [page, other]) await story.waitForEnd(one);
    await page.reload();
    await story.waitForCurve(page);
    expect(await story.stepOf(page)).toBe(await story.stepOf(other));
  });

  it('reads exact values from a plot, zooms, hides lines and saves it', async () => {
    const page = await story.open('/train');
    await page.getByRole('link', { name: 'saves/first' }).first().click();
    await story.waitForCurve(page);
    const figure = page.getByRole('figure', { name: EN.loss, exact: true });
    const raw = figure.getByRole('button', { name: /^Loss [\d.]+$/ });
    const last = await raw.textContent();
    const plot = figure.locator('.u-over');
    await plot.hover({ position: { x: 5, y: 20 } });
    await figure.getByText('Step 1', { exact: true }).waitFor();
    expect(await raw.textContent()).not.toBe(last);
    await plot.dragTo(plot, { sourcePosition: { x: 40, y: 20 }, targetPosition: { x: 200, y: 20 } });
    await figure.getByRole('button', { name: 'Reset zoom' }).click();
    await figure.getByRole('button', { name: 'Reset zoom' }).waitFor({ state: 'detached' });
    await figure.getByRole('img').press('+');
    await figure.getByRole('button', { name: 'Reset zoom' }).waitFor();
    await raw.click();
    expect(await figure.locator('[aria-pressed=false]').count()).toBe(1);
    for (const [kind, begins] of [
      ['PNG', '\x89PNG'],
      ['CSV', '\ufeff"Step","Loss","Loss, smoothed","Evaluation loss"\n1,'],
    ] as const) {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        figure.getByRole('button', { name: kind }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(`Loss.${kind.toLowerCase()}`);
      const bytes = Buffer.concat(await (await file.createReadStream()).toArray());
      expect(bytes.toString(kind === 'PNG' ? 'latin1' : 'utf8').startsWith(begins)).toBe(true);
    }
  });

  it('finds a training again that outlived a studio that was killed, and stops it with a checkpoint', async () => {
    const page = await story.open('/train/new');
    await fill(page, { epochs: 100_000, name: 'long' });
    const path = await story.startTraining(page);
    await story.waitForLearning(page);
    // One more waits behind it.
    const queued = await story.open('/train/new');
    await fill(queued, { epochs: 1, name: 'waiting' });
    await story.startTraining(queued);
    await queued.goto(`${session.url}/train`);
    await queued.getByText('queued', { exact: true }).waitFor();
    await session.killAndStartAgain();
    const again = await story.open(path);
    await story.waitForLearning(again);
    const before = await until(async () => (await story.stepOf(again)) || undefined);
    await until(async () => (await story.stepOf(again)) > before);
    await again.getByRole('button', { name: 'Stop with a checkpoint' }).click();
    await again.getByText('stopped', { exact: true }).first().waitFor();
    // What waited runs now, under the new studio.
    const list = await story.open('/train');
    await list.getByRole('row').filter({ hasText: 'saves/waiting' }).getByText(EN.finished).waitFor();
  });

  it('goes on from the checkpoint, adds epochs, and compares runs in one plot', async () => {
    const list = await story.open('/train');
    await list.getByRole('link', { name: 'saves/waiting' }).first().click();
    await list.getByRole('button', { name: 'Add epochs' }).click();
    await list.getByRole('textbox', { name: 'Epochs in all' }).fill('2');
    const before = await story.stepOf(list);
    await list.getByRole('button', { name: 'Go on' }).click();
    await until(async () => (await story.stepOf(list)) === 2 * before);
    await story.waitForEnd(list);
    await list.goto(`${session.url}/train`);
    for (const name of ['saves/first', 'saves/waiting']) {
      await list.getByRole('checkbox', { name: `Select ${name} to compare` }).check();
    }
    await list.getByRole('button', { name: 'Compare 2 runs' }).click();
    const figure = list.getByRole('figure', { name: EN.loss, exact: true });
    for (const name of ['saves/first', 'saves/waiting']) {
      await figure.getByRole('button', { name: new RegExp(`^${name} [\\d.]+$`) }).waitFor();
    }
  });

  it('says at once what does not go together, and where', async () => {
    const page = await story.open('/train/new');
    await fill(page, { epochs: 1, name: 'wrong' });
    await page.getByLabel(EN.searchSettings).fill('val_size');
    await page.getByRole('textbox', { name: 'val_size', exact: true }).fill('much');
    await page
      .getByRole('alert')
      .getByText(/val_size/)
      .waitFor();
    await until(() => page.getByRole('button', { name: EN.startTraining }).isDisabled());
    await page.getByRole('textbox', { name: 'val_size', exact: true }).fill('0');
    // No rows to evaluate on, but a schedule of evaluations.
    await page
      .getByRole('alert')
      .getByText(/eval_strategy/)
      .waitFor();
  });

  it('evaluates base and tuned, and a cell of the matrix leads to its rows', async () => {
    const { page, found } = await story.evaluate('saves/first', 'tickets');
    expect(found.rows).toBe(ROWS);
    await story.openCell(page, ROWS);
  });

  it('serves base and tuned, chats with both at once, and presses them', async () => {
    await story.serve(MODEL, 'saves/first');
    const page = await story.chat(`${HOSTILE} my billing order`, ['first', 'base']);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    await story.pressServer('tickets', 20);
  });

  it('ends in a verdict and its report', async () => {
    await story.decide({ name: 'verdict', train: 'tickets', test: 'held_out', model: MODEL });
  });
});

describe.each([
  { words: EN, scheme: 'light' },
  { words: EN, scheme: 'dark' },
  { words: ZH, scheme: 'light' },
  { words: ZH, scheme: 'dark' },
] as const)('axe finds no fault in $words.locale, $scheme', ({ words, scheme }) => {
  const options = { locale: words.locale, scheme };

  it('on any page, with what was made open', async () => {
    const { runs } = await session.ask<{ runs: { id: string; folder: string }[] }>('/api/runs');
    const { evaluations } = await session.ask<{ evaluations: { id: string }[] }>('/api/evaluations');
    const { loadtests } = await session.ask<{ loadtests: { id: string }[] }>('/api/loadtests');
    const ids = runs.map(({ id }) => id);
    const page = await session.open('/data', options);
    for (const path of [
      '/data',
      '/data/set/tickets',
      '/models',
      '/train',
      '/train/new',
      `/train/run/${ids[0]}`,
      `/train/compare/${ids.join(',')}`,
      '/evaluate',
      '/evaluate/new',
      `/evaluate/of/${evaluations[0]!.id}`,
      '/chat',
      '/serve',
      '/loadtest',
      '/loadtest/new',
      `/loadtest/of/${loadtests[0]!.id}`,
      '/experiments',
      '/experiments/new',
      '/experiments/of/verdict',
      '/report',
      '/settings',
    ]) {
      await page.goto(session.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate('document.documentElement.lang')).toBe(
        words.locale === 'zh-CN' ? 'zh-CN' : 'en',
      );
      await page
        .getByRole('status', { name: /^(Loading|加载中)$/ })
        .first()
        .waitFor({ state: 'detached' });
      expect({ path, faults: await faultsOf(page) }).toEqual({ path, faults: [] });
    }
  });

  it('in what opens on a page', async () => {
    const page = await session.open('/train/new', options);
    await page.getByText(words.allSettings).click();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: words.keys, exact: true }).click();
    await page.getByRole('dialog').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});
