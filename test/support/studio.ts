/** The real studio in a process of its own, and Debian's Chromium before it. */
import { existsSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { buildPage, isPageStale } from '../../scripts/build-page.ts';
import { type RunningCommand, startTunesmith } from './command-line.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** Once a process: it takes seconds. */
let built: Promise<void> | undefined;

export interface TestStudio {
  /** Without a slash at its end. */
  readonly url: string;
  readonly command: RunningCommand;
  /** As a machine that loses its power: nothing is told to end. */
  kill(): Promise<void>;
}

interface StudioStart {
  /** A free one when absent. */
  readonly port?: string;
  readonly language?: 'en' | 'zh';
  /** The words that start Tunesmith with Node; its sources when absent. */
  readonly program?: readonly string[];
}

export async function startStudioProcess(
  workspace: string,
  cache: string,
  { port = '0', ...how }: StudioStart = {},
): Promise<TestStudio> {
  built ??= isPageStale() ? buildPage() : Promise.resolve();
  await built;
  const words = ['webui', '--port', port, '--workspace', workspace];
  const command = startTunesmith(words, { cache, ...how });
  const [, url] = await command.says(/Tunesmith .+(http:\S+?)\/(?:\?\S*)?\s/);
  return {
    url: url!,
    command,
    async kill() {
      command.child.kill('SIGKILL');
      await command.ended;
    },
  };
}

export function openBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined)
    throw new Error('these tests need Chromium; install it: apt-get install chromium');
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** A page that fails the test when a script of it does. */
export async function openPage(
  browser: Browser,
  url: string,
  { locale = 'en-US', scheme = 'light' }: { locale?: string; scheme?: 'light' | 'dark' } = {},
): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({
    locale,
    colorScheme: scheme,
    viewport: { width: 1280, height: 900 },
  });
  // Processes are started on the way; a test's own time ends what takes too long.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors };
}

/** Asks again until there is something, or until it is so; a test's own timeout ends it. */
export async function until<T>(
  look: () => Promise<T | false | undefined> | T | false | undefined,
): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await after(100);
  }
}
