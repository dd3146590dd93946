/** A studio with its workspace, and the browsers before it, for the tests of one file; all of it is gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { createCache } from './command-line.ts';
import { openBrowser, openPage, startStudioProcess, type TestStudio, until } from './studio.ts';

interface KnownJob {
  readonly id: string;
  readonly state: string;
}

export class StudioSession {
  readonly folder: string;
  readonly workspace: string;
  readonly #cache: string;
  readonly #language: 'en' | 'zh';
  readonly #opened: Awaited<ReturnType<typeof openPage>>[] = [];
  #studio: TestStudio;
  readonly #browser: Browser;

  private constructor(started: {
    folder: string;
    cache: string;
    language: 'en' | 'zh';
    studio: TestStudio;
    browser: Browser;
  }) {
    this.folder = started.folder;
    this.workspace = join(started.folder, 'work');
    this.#cache = started.cache;
    this.#language = started.language;
    this.#studio = started.studio;
    this.#browser = started.browser;
  }

  /**
   * @param prepare puts into the workspace and the cache what has to be there at the start
   * @param language of what the studio writes; what it shows goes by the browser
   */
  static async start(
    prepare: (workspace: string, cache: string) => void,
    language: 'en' | 'zh' = 'en',
  ): Promise<StudioSession> {
    const folder = mkdtempSync(join(tmpdir(), 'e2e-studio-'));
    const cache = createCache(folder);
    prepare(join(folder, 'work'), cache);
    const studio = await startStudioProcess(join(folder, 'work'), cache, { language });
    return new StudioSession({ folder, cache, language, studio, browser: await openBrowser() });
  }

  get url(): string {
    return this.#studio.url;
  }

  /** A browser of its own, at a path of the studio. */
  async open(path: string, options?: Parameters<typeof openPage>[2]): Promise<Page> {
    const one = await openPage(this.#browser, this.url + path, options);
    this.#opened.push(one);
    return one.page;
  }

  /** @returns what went wrong in them */
  async closePages(): Promise<string[]> {
    const closed = this.#opened.splice(0);
    for (const { page } of closed) await page.context().close();
    return closed.flatMap(({ errors }) => errors);
  }

  /** As a machine that loses its power and comes back: nothing is told to end, and the address is the same. */
  async killAndStartAgain(): Promise<void> {
    const port = new URL(this.url).port;
    await this.#studio.kill();
    this.#studio = await startStudioProcess(this.workspace, this.#cache, {
      port,
      language: this.#language,
    });
  }

  async ask<T>(path: string): Promise<T> {
    return (await (await fetch(this.url + path)).json()) as T;
  }

  /** Ends what still runs too: it would outlive the studio. */
  async close(): Promise<void> {
    await this.#browser.close();
    const { jobs } = await this.ask<{ jobs: KnownJob[] }>('/api/jobs');
    for (const { id, state } of jobs.reverse()) {
      if (state !== 'queued' && state !== 'running') continue;
      await fetch(`${this.url}/api/jobs/${id}/stop`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ atOnce: state === 'running' }),
      });
      await until(async () => !/queued|running/.test((await this.ask<KnownJob>(`/api/jobs/${id}`)).state));
    }
    await this.#studio.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What axe finds wrong with a page, each with the elements; no script can look into a report, which is a document of its own. */
export async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}
