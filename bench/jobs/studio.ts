/**
 * How the studio feels: a real browser before a real studio, whose workspace holds much. First paint, switching pages,
 * from an event to its point on the plot, long curves and long tables, and what the studio's process takes when idle.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { formatBytes } from '../../src/core/index.ts';
import { openBrowser, openPage, startStudioProcess, type TestStudio } from '../../test/support/studio.ts';
import type { Findings, Job } from '../job.ts';
import { ROOT } from '../rows.ts';
import { say } from '../say.ts';
import { formatSummary, type Summary, summarize } from '../statistics.ts';
import { WrittenRun, writeEvaluated } from './studio-workspace.ts';

const PROBES = join(import.meta.dirname, 'studio-probes.mjs');
const FULL = {
  points: 100_000,
  rows: 100_000,
  loads: 5,
  visits: 3,
  events: 20,
  watchMs: 4000,
  idleMs: 6000,
};
const SMALL = { points: 500, rows: 500, loads: 1, visits: 1, events: 2, watchMs: 300, idleMs: 300 };
type Size = typeof FULL;

/** What is to be reached: at most so much, or of frames at least. */
const GOALS = {
  firstPaintMs: 1000,
  interactiveMs: 1500,
  scriptBytes: 300_000,
  switchMs: 100,
  eventToPlotMs: 200,
  framesPerSecond: 50,
  idleBytes: 120e6,
  idleCpuPercent: 1,
};

const PAGES = [
  '/models',
  '/train',
  '/evaluate',
  '/serve',
  '/chat',
  '/loadtest',
  '/experiments',
  '/report',
  '/data',
];

export const STUDIO: Job = {
  name: 'studio',
  summary: `the page in Chromium: first paint, switching pages, ${FULL.points} points, ${FULL.rows} rows, idling`,
  isDefault: false,
  peers: [],
  async run({ small, folder }) {
    const size = small ? SMALL : FULL;
    const [workspace, cache] = [join(folder, 'work'), join(folder, 'cache')];
    say('  writes a workspace');
    using long = new WrittenRun(join(workspace, 'saves', 'long'), cache, size.points);
    using short = new WrittenRun(join(workspace, 'saves', 'short'), cache, 50);
    const evaluation = writeEvaluated(workspace, size.rows);
    // Compiled, as people have it; in small mode it need not be.
    const how = small ? {} : { program: [compiledProgram()] };
    const studio = await startStudioProcess(workspace, cache, how);
    const browser = await openBrowser();
    try {
      const view = { browser, studio, size };
      const loads = await measureLoads(view);
      const switches = await measureSwitches(view);
      const idle = await measureIdle(view);
      const events = {
        short: await measureEvents(view, short),
        long: await measureEvents(view, long),
      };
      const pan = await measureFrames(view, await addressOf(studio, long), 'pan');
      const scroll = await measureFrames(view, `/evaluate/of/${evaluation}`, 'scroll');
      const afterwards = await measureIdle(view);
      return findings(size, {
        loads,
        scriptBytes: initialScriptBytes(),
        switches,
        events,
        pan,
        scroll,
        idle,
        afterwards,
      });
    } finally {
      await browser.close();
      await studio.kill();
    }
  },
};

interface View {
  readonly browser: Browser;
  readonly studio: TestStudio;
  readonly size: Size;
}

function compiledProgram(): string {
  say('  compiles');
  execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: ROOT,
      stdio: 'inherit',
    },
  );
  return join(ROOT, 'dist', 'cli', 'main.js');
}

/** A browser that was never here, with nothing kept. */
async function visit<T>(
  { browser, studio }: View,
  path: string,
  look: (page: Page) => Promise<T>,
): Promise<T> {
  const { page, errors } = await openPage(browser, 'about:blank');
  await page.addInitScript({ path: PROBES });
  await page.goto(studio.url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const found = await look(page);
  await page.context().close();
  if (errors.length > 0) throw new Error(`internal: the page failed: ${errors.join('; ')}`);
  return found;
}

async function addressOf({ url }: TestStudio, { folder }: WrittenRun): Promise<string> {
  const { runs } = (await (await fetch(`${url}/api/runs`)).json()) as {
    runs: { id: string; folder: string }[];
  };
  return `/train/run/${runs.find((run) => folder.endsWith(run.folder))!.id}`;
}

interface Load {
  readonly firstPaint: number;
  readonly interactive: number;
}

async function measureLoads(view: View): Promise<Load[]> {
  const loads: Load[] = [];
  for (let count = 0; count < view.size.loads; count++) {
    say(`  opens it, ${count + 1} of ${view.size.loads}`);
    loads.push(
      await visit(view, '/', async (page) => {
        await page.evaluate('probes.quiet()');
        return page.evaluate<Load>('probes.loaded()');
      }),
    );
  }
  return loads;
}

/** Of what the document itself names: what has to be there before anything is. */
function initialScriptBytes(): number {
  const page = join(ROOT, 'dist', 'web');
  const names = readFileSync(join(page, 'index.html'), 'utf8').matchAll(
    /(?:src|href)="\/(assets\/[^"]+\.js)"/g,
  );
  return [...names].reduce((sum, [, name]) => sum + gzipSync(readFileSync(join(page, name!))).length, 0);
}

interface Switch {
  readonly path: string;
  readonly visit: number;
  readonly shown: number;
  readonly settled: number;
}

async function measureSwitches(view: View): Promise<Switch[]> {
  say('  switches pages');
  return visit(view, '/data', async (page) => {
    await page.evaluate('probes.quiet()');
    const switches: Switch[] = [];
    for (let count = 1; count <= view.size.visits; count++) {
      for (const path of PAGES) {
        const taken = await page.evaluate<{ shown: number; settled: number }>(`probes.switchTo('${path}')`);
        switches.push({ path, visit: count, ...taken });
      }
    }
    return switches;
  });
}

/** Milliseconds from the moment in which a step's event is appended, until its point is on the screen. */
async function measureEvents(view: View, run: WrittenRun): Promise<number[]> {
  const path = await addressOf(view.studio, run);
  say(`  appends events to ${path}`);
  return visit(view, path, async (page) => {
    await page.locator('.u-over').first().waitFor();
    await page.evaluate('probes.quiet()');
    const taken: number[] = [];
    for (let count = 0; count < view.size.events; count++) {
      await page.evaluate('probes.watchDrawing()');
      const began = performance.timeOrigin + performance.now();
      run.takeStep();
      taken.push((await page.evaluate<number>('drawn')) - began);
    }
    return taken;
  });
}

/** Milliseconds between frames. */
async function measureFrames(view: View, path: string, probe: 'pan' | 'scroll'): Promise<number[]> {
  say(`  ${probe}s in ${path}`);
  return visit(view, path, async (page) => {
    await page
      .locator(probe === 'pan' ? '.u-over' : '[role=table] [role=cell]')
      .first()
      .waitFor();
    return page.evaluate<number[]>(`probes.${probe}(${view.size.watchMs})`);
  });
}

interface Idle {
  readonly rssBytes: number;
  readonly cpuPercent: number;
}

/** Of the studio's own process, with one page open. */
async function measureIdle(view: View): Promise<Idle | undefined> {
  const stat = `/proc/${view.studio.command.child.pid}`;
  if (!existsSync(stat)) return undefined; // only Linux tells
  say('  idles');
  return visit(view, '/train', async () => {
    await after(view.size.idleMs); // what the page asked for at first is not idling
    const [before, began] = [cpuSeconds(stat), performance.now()];
    await after(view.size.idleMs);
    const cpuPercent = (100_000 * (cpuSeconds(stat) - before)) / (performance.now() - began);
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`${stat}/status`, 'utf8'))![1];
    return { rssBytes: 1024 * Number(kilobytes), cpuPercent };
  });
}

/** All threads, by the scheduler's own clock, which counts nanoseconds where stat counts hundredths of a second. */
function cpuSeconds(stat: string): number {
  const nanoseconds = readdirSync(`${stat}/task`).map((thread) =>
    Number(readFileSync(`${stat}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e9;
}

interface Measured {
  readonly loads: readonly Load[];
  readonly scriptBytes: number;
  readonly switches: readonly Switch[];
  readonly events: Readonly<Record<'short' | 'long', readonly number[]>>;
  readonly pan: readonly number[];
  readonly scroll: readonly number[];
  readonly idle: Idle | undefined;
  /** When it has read all of the long run and the many rows. */
  readonly afterwards: Idle | undefined;
}

function findings(size: Size, measured: Measured): Findings {
  const { loads, scriptBytes, switches, events, pan, scroll, idle, afterwards } = measured;
  const of = (visits: (one: Switch) => boolean, what: 'shown' | 'settled') =>
    summarize(switches.filter(visits).map((one) => one[what]));
  const isFirst = ({ visit }: Switch) => visit === 1;
  const summaries = {
    firstPaintMs: summarize(loads.map(({ firstPaint }) => firstPaint)),
    interactiveMs: summarize(loads.map(({ interactive }) => interactive)),
    firstSwitchMs: of(isFirst, 'shown'),
    firstSwitchSettledMs: of(isFirst, 'settled'),
    ...(size.visits > 1 && { laterSwitchMs: of((one) => !isFirst(one), 'shown') }),
    eventToPlotMs: summarize(events.short),
    eventToLongPlotMs: summarize(events.long),
  };
  const rates = { pan: framesPerSecond(pan), scroll: framesPerSecond(scroll) };
  const ms = (summary: Summary | undefined) => (summary ? `${formatSummary(summary, 0)} ms` : 'not measured');
  return {
    settings: { ...size, goals: GOALS },
    results: { ...summaries, scriptBytes, rates, switches, idle, afterwards },
    lines: [
      `  first contentful paint ${ms(summaries.firstPaintMs)}, goal ${GOALS.firstPaintMs}; interactive ${ms(summaries.interactiveMs)}, goal ${GOALS.interactiveMs}`,
      `  initial script ${formatBytes(scriptBytes)} gzipped, goal ${formatBytes(GOALS.scriptBytes)}`,
      `  page switch, first ${ms(summaries.firstSwitchMs)}, with what it loads ${ms(summaries.firstSwitchSettledMs)}, later ${ms(summaries.laterSwitchMs)}, goal ${GOALS.switchMs}`,
      `  event to plot ${ms(summaries.eventToPlotMs)}, of ${size.points} points ${ms(summaries.eventToLongPlotMs)}, goal ${GOALS.eventToPlotMs}`,
      `  ${size.points} points under way: ${formatRate(rates.pan)}; ${size.rows} rows scrolled: ${formatRate(rates.scroll)}; goal ${GOALS.framesPerSecond} frames/s`,
      idle && afterwards
        ? `  idle ${formatBytes(idle.rssBytes)}, after long curves and many rows ${formatBytes(afterwards.rssBytes)}, goal ${formatBytes(GOALS.idleBytes)}; ${idle.cpuPercent.toFixed(2)} % of a processor, goal ${GOALS.idleCpuPercent}`
        : '  idle: not measured, only Linux tells',
    ],
  };
}

interface Rate {
  readonly framesPerSecond: number;
  /** The longest of a hundred frames, or of fewer. */
  readonly worstMs: number;
}

function framesPerSecond(times: readonly number[]): Rate {
  const sorted = times.toSorted((a, b) => a - b);
  const total = times.reduce((sum, time) => sum + time, 0);
  return {
    framesPerSecond: (1000 * times.length) / total,
    worstMs: sorted[Math.min(sorted.length - 1, Math.floor(0.99 * sorted.length))]!,
  };
}

function formatRate({ framesPerSecond: rate, worstMs }: Rate): string {
  return `${rate.toFixed(1)} frames/s (99 % of frames within ${worstMs.toFixed(0)} ms)`;
}
