/** ApacheBench on the same endpoint, and its report read: ours has the same layout, so one reader serves both. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '../../src/core/index.ts';
import { MissingData } from '../rows.ts';

export interface Pressing {
  readonly url: string;
  readonly requests: number;
  readonly concurrency: number;
  readonly keepAlive: boolean;
  readonly timeoutSeconds: number;
  /** A JSON file to POST. */
  readonly bodyFile: string;
}

/** The figures of a report; times in milliseconds. */
export interface AbFigures {
  readonly completed: number;
  readonly failed: number;
  readonly non2xx: number;
  readonly keptAlive: number;
  readonly bodyBytes: number;
  readonly requestsPerSecond: number;
  /** 50 66 75 80 90 95 98 99 100. */
  readonly percentiles: ReadonlyMap<number, number>;
}

/** Room for the report and for what ab says of each wrong answer. */
const MAX_OUTPUT_BYTES = 16 << 20;

/** @throws MissingData when ab is not installed, Error with its words when it gives up */
export async function runAb(pressing: Pressing): Promise<AbFigures> {
  const { url, requests, concurrency, keepAlive, timeoutSeconds, bodyFile } = pressing;
  const words = [
    '-l',
    '-q',
    '-n',
    requests,
    '-c',
    concurrency,
    '-s',
    timeoutSeconds,
    ...(keepAlive ? ['-k'] : []),
  ];
  const body = ['-p', bodyFile, '-T', 'application/json'];
  try {
    const { stdout } = await promisify(execFile)('ab', [...words.map(String), ...body, url], {
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return readAbReport(stdout);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new MissingData('ab is not installed; on Debian: apt-get install apache2-utils');
    }
    throw new Error(`ab gave up: ${messageOf(error)}`, { cause: error });
  }
}

export function readAbReport(text: string): AbFigures {
  const figure = (label: string) => Number(new RegExp(`^${label}: +([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
  const percentiles = [...text.matchAll(/^ +(\d+)% +(\d+)/gm)].map(
    ([, percent, ms]) => [Number(percent), Number(ms)] as const,
  );
  return {
    completed: figure('Complete requests'),
    failed: figure('Failed requests'),
    non2xx: figure('Non-2xx responses'),
    keptAlive: figure('Keep-Alive requests'),
    bodyBytes: figure('HTML transferred'),
    requestsPerSecond: figure('Requests per second'),
    percentiles: new Map(percentiles),
  };
}

/** One line of a comparison. */
export function formatFigures(
  name: string,
  { completed, failed, requestsPerSecond, percentiles }: AbFigures,
): string {
  const times = [50, 95, 99, 100].map((percent) => `p${percent} ${percentiles.get(percent) ?? '-'}`);
  return `${name.padEnd(10)} ${requestsPerSecond.toFixed(1).padStart(9)}/s  ${completed} done, ${failed} failed  ${times.join(', ')} ms`;
}
