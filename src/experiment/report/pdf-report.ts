/** The page of a report as PDF, printed by a browser of this machine: it lays out every script as people see it there. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { messageOf, TunesmithError } from '../../core/index.ts';

const TIMEOUT_MS = 60_000;

/** Where the makers of each system put them, besides the folders of PATH. */
const PLACES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) =>
    ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].map((path) =>
      join(process.env[name] ?? 'C:\\', path),
    ),
  ),
};
const NAMES = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge'];

/**
 * @param html a page that needs no other file
 * @throws TunesmithError with code `browser` where there is none that prints, or it fails
 */
export async function pdfReport(html: string): Promise<Uint8Array> {
  const browser = findBrowser();
  if (browser === undefined) {
    throw new TunesmithError('browser', {
      en: 'report: a PDF is printed by Chrome, Chromium or Edge, and none of them is here; install one, name it by CHROME_PATH, or print report.html from any browser',
      zh: 'report：PDF 由 Chrome、Chromium 或 Edge 打印，而本机没有；请安装其一，或用 CHROME_PATH 指明，或在任意浏览器中打印 report.html',
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'tunesmith-pdf-'));
  try {
    const [page, pdf] = [join(folder, 'report.html'), join(folder, 'report.pdf')];
    writeFileSync(page, html);
    const words = [
      '--headless',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-first-run',
      '--no-pdf-header-footer',
      `--user-data-dir=${join(folder, 'profile')}`,
      `--print-to-pdf=${pdf}`,
      // Chromium has no sandbox for root; the page holds no script.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      pathToFileURL(page).href,
    ];
    await promisify(execFile)(browser, words, { timeout: TIMEOUT_MS, windowsHide: true });
    return readFileSync(pdf);
  } catch (error) {
    throw new TunesmithError(
      'browser',
      {
        en: `report: ${browser} printed no PDF: ${messageOf(error)}; print report.html from another browser`,
        zh: `report：${browser} 未能打印 PDF：${messageOf(error, 'zh')}；请用其他浏览器打印 report.html`,
      },
      error,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function findBrowser(): string | undefined {
  const { CHROME_PATH, PATH = '' } = process.env;
  if (CHROME_PATH) return CHROME_PATH;
  const onPath = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...(PLACES[process.platform] ?? []), ...onPath].find((path) => existsSync(path));
}
