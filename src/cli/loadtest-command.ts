/** `tunesmith loadtest`: ApacheBench's options and report, and what they lack for a model behind an endpoint. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, type Language, reasonIn, writeFileAtomic, writeJsonAtomic } from '../core/index.ts';
import {
  type CapacityPlan,
  formatAbReport,
  formatCapacity,
  formatFindings,
  formatServiceLevel,
  holdsLevel,
  type LoadTestResult,
  parseServiceLevel,
  percentilesCsv,
  planCapacity,
  runLoadTest,
  type ServiceLevel,
} from '../loadtest/index.ts';
import { latencyHistogram, rampCurve, throughputCurve } from '../plot/index.ts';
import { createLoadProgress } from './load-progress.ts';
import { type LoadTestWords, positive, readOrder } from './loadtest-order.ts';
import { LOADTEST_TEXTS, type LoadTestTexts } from './loadtest-texts.ts';
import { harmless } from './shown-text.ts';

interface Options extends LoadTestWords {
  readonly e?: string;
  readonly q?: true;
  readonly json?: string;
  readonly plots?: string;
  readonly targetQps?: string;
  readonly headroom: string;
  readonly pricePerHour?: string;
}

export function addLoadtestCommand(program: Command, language: Language): void {
  const text = LOADTEST_TEXTS[language];
  const gather = (line: string, lines: readonly string[]) => [...lines, line];
  program
    .command('loadtest')
    .description(text.about)
    .argument('<url>', text.url)
    .option('-n <requests>', text.requests)
    .option('-c <concurrency>', text.concurrency)
    .option('-t <seconds>', text.time)
    .option('-s <seconds>', text.timeout, '30')
    .option('-k', text.keepAlive)
    .option('-H <header>', text.header, gather, [])
    .option('-C <cookie>', text.cookie, gather, [])
    .option('-A <user:password>', text.basic)
    .option('-p <file>', text.post)
    .option('-u <file>', text.put)
    .option('-T <type>', text.type)
    .option('-m <method>', text.method)
    .option('-i', text.head)
    .option('-l', text.variable)
    .option('-e <file>', text.percentages)
    .option('-r', text.goOn)
    .option('-q', text.quiet)
    .option('--dataset <name>', text.dataset)
    .option('--split <part>', text.split)
    .option('--dataset-dir <folder>', text.datasetDir, 'data')
    .option('--model <name>', text.model)
    .option('--labels <labels>', text.labels)
    .option('--expect-label', text.expect)
    .option('--rate <qps>', text.rate)
    .option('--ramp <rates>', text.ramp)
    .option('--step-time <seconds>', text.stepTime, '10')
    .option('--slo <level>', text.slo)
    .option('--warmup <requests>', text.warmup)
    .option('--json <file>', text.json)
    .option('--csv <file>', text.csv)
    .option('--plots <folder>', text.plots)
    .option('--target-qps <qps>', text.target)
    .option('--headroom <share>', text.headroom, '0.3')
    .option('--price-per-hour <price>', text.price)
    .action((url: string, options: Options) => loadtest(url, options, language));
}

async function loadtest(url: string, options: Options, language: Language): Promise<void> {
  const text = LOADTEST_TEXTS[language];
  // What can be wrong is read before anything is sent.
  const level = options.slo === undefined ? undefined : parseServiceLevel(options.slo);
  const capacity = capacityOf(options, text);
  const { order, findings } = await readOrder(url, options, text, process.env);
  if (findings[0]) {
    const { file, row } = findings[0];
    process.stderr.write(
      `${text.dropped(findings.length)}${file} ${row}: ${reasonIn(findings[0], language)}\n`,
    );
  }
  const result = await pressed(order, options, language);
  console.log(formatAbReport(result));
  const more = formatFindings(result, language);
  if (more !== '') console.log(`\n${harmless(more)}`);
  if (level && order.load.kind !== 'ramp') {
    const holds = holdsLevel(level, result.measured);
    console.log((holds ? text.holds : text.breaks)(formatServiceLevel(level)));
    if (!holds) process.exitCode = 1;
  }
  const judged = {
    ...result,
    ...(level && { promise: { level: formatServiceLevel(level), holds: isHeld(level, result) } }),
  };
  const plan = capacity && planned(result, { ...capacity, level });
  keep({ ...judged, ...(plan && !(plan instanceof Error) && { capacity: plan }) }, options, language);
  if (plan instanceof Error) throw plan;
  if (plan) console.log(formatCapacity(plan, language));
}

/** Of a ramp, whether any of its rates did. */
function isHeld(level: ServiceLevel, { measured, load, highestQps = 0 }: LoadTestResult): boolean {
  return load.kind === 'ramp' ? highestQps > 0 : holdsLevel(level, measured);
}

/** What makes no plan is said when everything that was measured is kept. */
function planned(
  result: LoadTestResult,
  options: Parameters<typeof planCapacity>[1],
): CapacityPlan | ConfigError {
  try {
    return planCapacity(result, options);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

async function pressed(
  order: Parameters<typeof runLoadTest>[0],
  { q: isQuiet }: Options,
  language: Language,
): Promise<LoadTestResult> {
  const display = createLoadProgress(language);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    const onProgress = isQuiet ? undefined : display.report;
    return await runLoadTest(order, { onProgress, signal: stop.signal });
  } finally {
    process.off('SIGINT', onInterrupt);
    if (!isQuiet) display.done();
  }
}

function capacityOf({ targetQps, headroom, pricePerHour }: Options, text: LoadTestTexts) {
  if (targetQps === undefined) return undefined;
  const share = headroom.trim() === '' ? Number.NaN : Number(headroom);
  if (!(share >= 0 && share < 1)) throw new ConfigError(text.number('--headroom', headroom, text.share));
  return {
    targetQps: positive('--target-qps', targetQps, text),
    headroom: share,
    pricePerHour: pricePerHour === undefined ? undefined : positive('--price-per-hour', pricePerHour, text),
  };
}

function keep(result: LoadTestResult, { json, csv, e, plots }: Options, language: Language): void {
  const text = LOADTEST_TEXTS[language];
  if (json !== undefined) writeJsonAtomic(json, result);
  if (e !== undefined) writeFileAtomic(e, percentilesCsv(result.measured));
  const files = plots === undefined ? [] : draw(result, plots, language);
  for (const file of [json, csv, e, ...files]) {
    if (file !== undefined) console.log(text.written(file));
  }
}

function draw(result: LoadTestResult, folder: string, language: Language): string[] {
  const { measured, steps, load, url } = result;
  const common = { subtitle: url, language };
  const figures = {
    latency: latencyHistogram({ ...common, buckets: measured.histogram, percentiles: measured.percentiles }),
    throughput: throughputCurve({ ...common, moments: measured.overTime }),
    ...(load.kind === 'ramp' &&
      steps && { ramp: rampCurve({ ...common, ...rampPoints(load.level, steps) }) }),
  };
  return Object.entries(figures).flatMap(([name, figure]) => {
    const { bytes, note } = figure.png();
    if (note) process.stderr.write(`${note[language]}\n`);
    const files = [join(folder, `${name}.svg`), join(folder, `${name}.png`)] as const;
    writeFileAtomic(files[0], figure.svg);
    writeFileAtomic(files[1], bytes);
    return files;
  });
}

function rampPoints(
  { percentile, limitMs }: { readonly percentile: number; readonly limitMs: number },
  steps: NonNullable<LoadTestResult['steps']>,
) {
  const points = steps.flatMap(({ rate, holds, measured }) =>
    measured.levelMs === undefined ? [] : [{ rate, holds, ms: measured.levelMs }],
  );
  return { percentile, limitMs, points };
}
