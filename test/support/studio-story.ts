/** The steps of the way through the studio, as a person takes them in either language, each with a reload in its middle. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { until } from './studio.ts';
import type { StudioSession } from './studio-session.ts';
import type { Words } from './studio-words.ts';

interface Evaluated {
  readonly rows: number;
  readonly models: readonly { readonly model: string; readonly report: { readonly accuracy: number } }[];
}

export class Story {
  readonly #session: StudioSession;
  readonly #words: Words;

  constructor(session: StudioSession, words: Words) {
    this.#session = session;
    this.#words = words;
  }

  open(path: string): Promise<Page> {
    return this.#session.open(path, { locale: this.#words.locale });
  }

  /** Uploads a table of two columns, a question and its label, and adds it under its name. */
  async addTable(file: string, csv: string, rows: number): Promise<Page> {
    const words = this.#words;
    const page = await this.open('/data');
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: words.upload }).click(),
    ]);
    await chooser.setFiles({ name: file, mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.getByRole('heading', { name: words.columnsOf(file) }).waitFor();
    await page.getByText(words.usable(rows)).waitFor();
    // What was guessed stands in the fields; the upload is still there.
    await page.reload();
    const label = csv.slice(0, csv.indexOf('\n')).split(',')[1];
    const output = page.getByRole('combobox', { name: words.outputColumn });
    await until(async () => (await output.inputValue()) === label);
    await page.getByRole('button', { name: words.addDataset }).click();
    await page.getByRole('heading', { name: file.replace('.csv', ''), exact: true }).waitFor();
    return page;
  }

  /** Opens a row of the data set that is shown: its tokens, with those that are trained. */
  async seeTokens(page: Page, part: string): Promise<void> {
    await page.reload();
    await page.getByRole('row').filter({ hasText: part }).click();
    await until(async () => (await page.locator('.token[data-state=trained]').count()) > 0);
    await until(async () => (await page.locator('.token:not([data-state=trained])').count()) > 5);
  }

  /** @param settings by key, as they are searched for and typed */
  async fillTraining(
    page: Page,
    { model, dataset, settings }: { model: string; dataset: string; settings: Record<string, string> },
  ): Promise<void> {
    const search = page.getByLabel(this.#words.searchSettings);
    await page.getByText(this.#words.allSettings).click();
    await this.choose(page, 'model_name_or_path', model);
    await this.choose(page, 'dataset', dataset);
    await page.keyboard.press('Escape');
    for (const [key, value] of Object.entries(settings)) {
      await search.fill(key);
      await page.getByRole('textbox', { name: key, exact: true }).fill(value);
    }
    await search.fill('');
  }

  /** @returns the address of the run, below the studio's */
  async startTraining(page: Page): Promise<string> {
    await page.getByRole('button', { name: this.#words.startTraining }).click();
    await page.waitForURL(/\/train\/run\//);
    return page.url().slice(this.#session.url.length);
  }

  async waitForCurve(page: Page): Promise<void> {
    await page.getByRole('figure', { name: this.#words.loss, exact: true }).waitFor();
    await page.locator('.u-over').first().waitFor();
  }

  waitForLearning(page: Page): Promise<void> {
    return page.getByText(new RegExp(`· ${this.#words.learning}$`)).waitFor();
  }

  waitForEnd(page: Page): Promise<void> {
    return page.getByText(this.#words.finished, { exact: true }).first().waitFor();
  }

  /** The step that a run's page shows. */
  async stepOf(page: Page): Promise<number> {
    const figure = page.locator('.figure').filter({ has: page.getByText(this.#words.step, { exact: true }) });
    return Number((await figure.locator('dd').textContent())!.split(' ')[0]!.replaceAll(',', ''));
  }

  /** Judges base and tuned on a data set. */
  async evaluate(adapter: string, dataset: string): Promise<{ page: Page; found: Evaluated }> {
    const words = this.#words;
    const page = await this.open(`/evaluate/new?adapter=${encodeURIComponent(adapter)}`);
    await this.choose(page, words.dataset, dataset);
    await page.getByRole('button', { name: words.startEvaluation }).click();
    await page.waitForURL(/\/evaluate\/of\//);
    await page.reload();
    await page.getByRole('heading', { name: words.confusion }).waitFor();
    await page.getByRole('heading', { name: words.sideBySide }).waitFor();
    const id = page.url().split('/').at(-1)!;
    return { page, found: await this.#session.ask<Evaluated>(`/api/evaluations/${id}`) };
  }

  /** Clicks a cell of the confusion matrix: its rows, and no others, are below. */
  async openCell(page: Page, rows: number): Promise<void> {
    const words = this.#words;
    const cells = page.getByRole('button', { name: words.cell });
    const counts = await cells.allInnerTexts();
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(rows);
    const index = counts.findIndex((count) => Number(count) > 0);
    const [, truth, prediction] = words.cell.exec((await cells.nth(index).getAttribute('aria-label'))!)!;
    await cells.nth(index).click();
    const table = page.getByRole('table', { name: words.rows, exact: true });
    const count = String(Number(counts[index]) + 1);
    await until(async () => (await table.getAttribute('aria-rowcount')) === count);
    const row = await table.getByRole('row').nth(1).textContent();
    expect(row).toContain(truth);
    expect(row).toContain(prediction);
  }

  async serve(model: string, adapter: string): Promise<void> {
    const words = this.#words;
    const page = await this.open('/serve');
    await this.choose(page, words.baseModel, model);
    await this.choose(page, words.adapters, adapter);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: words.startServing }).click();
    await page.reload();
    await page.getByText('/v1/chat/completions').first().waitFor();
  }

  /** Sends a message to all models that are served; what was said survives a reload, as text. */
  async chat(message: string, models: readonly string[]): Promise<Page> {
    const words = this.#words;
    const page = await this.open('/chat');
    await page.getByLabel('max_tokens').fill('8');
    await page.getByLabel(words.message, { exact: true }).fill(message);
    await page.reload();
    await page.getByRole('button', { name: words.send, exact: true }).click();
    const answers = models.map((name) => page.getByRole('region', { name, exact: true }));
    for (const answer of answers) await answer.getByText(words.speed).waitFor();
    const said = await Promise.all(answers.map((answer) => answer.textContent()));
    await page.reload();
    await page.getByText(message).waitFor();
    for (const [index, answer] of answers.entries()) expect(await answer.textContent()).toBe(said[index]);
    return page;
  }

  async pressServer(dataset: string, requests: number): Promise<Page> {
    const words = this.#words;
    const page = await this.open('/loadtest/new');
    await this.choose(page, words.dataset, dataset);
    await page.getByLabel(words.requests, { exact: true }).fill(String(requests));
    await page.reload();
    await page.getByRole('button', { name: words.startLoadtest }).click();
    await page.waitForURL(/\/loadtest\/of\//);
    await page.reload();
    await page.getByRole('heading', { name: words.report, exact: true }).waitFor();
    await page.getByText('Requests per second:').waitFor();
    await page.getByText(new RegExp(`Complete requests:\\s+${requests}`)).waitFor();
    return page;
  }

  /** From rows to a verdict in four steps, and its report. @returns the page of the report */
  async decide(order: { name: string; train: string; test: string; model: string }): Promise<Page> {
    const words = this.#words;
    const page = await this.open('/experiments/new');
    const next = page.getByRole('button', { name: words.next, exact: true });
    await this.choose(page, words.trainRows, order.train);
    await this.choose(page, words.testRows, order.test);
    await page.getByRole('textbox', { name: words.name, exact: true }).fill(order.name);
    await page.reload();
    await next.click();
    await next.click();
    await this.choose(page, words.model, order.model);
    await page.getByRole('textbox', { name: words.epochs, exact: true }).fill('1');
    await next.click();
    await page.getByRole('button', { name: words.startExperiment }).click();
    await page.waitForURL(/\/experiments\/of\//);
    await page.reload();
    // Trains, judges and presses models of any size: the test's own time ends it.
    await page.getByText(words.verdict).first().waitFor({ timeout: 0 });
    await page.goto(`${this.#session.url}/report/${encodeURIComponent(order.name)}`);
    await page.reload();
    const report = page.frameLocator('iframe');
    await report.getByText(words.verdict).or(report.getByText(words.confusion)).first().waitFor();
    return page;
  }

  async choose(page: Page, label: string, option: string): Promise<void> {
    await field(page, label).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  }
}

/** Fields to choose from are one or the other, by whether they can be searched. */
function field(page: Page, label: string): Locator {
  return page
    .getByRole('combobox', { name: label, exact: true })
    .or(page.getByRole('textbox', { name: label, exact: true }))
    .first();
}
