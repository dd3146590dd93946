/**
 * What the server's process needs while it is pressed, by the Prometheus metrics that it publishes itself. A server
 * without them has no footprint: guessing it from outside would be worse than saying nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import type { Footprint } from './result.ts';

const EVERY_MS = 1000;
const TIMEOUT_MS = 2000;

interface Reading {
  /** In milliseconds on any one clock. */
  readonly at: number;
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

/**
 * Looks at `/metrics` now, every second, and once more at the end.
 * @returns ends the watch and tells what was seen; undefined where the server publishes nothing
 */
export function watchFootprint(
  origin: string,
  headers: Readonly<Record<string, string>>,
): () => Promise<Footprint | undefined> {
  const end = new AbortController();
  const readings: Reading[] = [];
  const watch = async () => {
    for (let reading = await read(); reading; reading = await read()) {
      readings.push(reading);
      if (end.signal.aborted) return;
      await pause(EVERY_MS, undefined, { signal: end.signal }).catch(() => undefined);
    }
  };
  const read = () => readMetrics(origin, headers);
  const watched = watch();
  return async () => {
    end.abort();
    await watched;
    return footprintOf(readings);
  };
}

export function footprintOf(readings: readonly Reading[]): Footprint | undefined {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last || last.at <= first.at) return undefined;
  return {
    residentBytes: readings.reduce((most, { residentBytes }) => Math.max(most, residentBytes), 0),
    cores: ((last.cpuSeconds - first.cpuSeconds) * 1000) / (last.at - first.at),
  };
}

async function readMetrics(
  origin: string,
  headers: Readonly<Record<string, string>>,
): Promise<Reading | undefined> {
  try {
    const { statusCode, body } = await request(`${origin}/metrics`, {
      headers: { ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await body.text();
    return statusCode === 200 ? parseMetrics(text, performance.now()) : undefined;
  } catch {
    return undefined; // nobody there, no such page, or no time for it: the test itself tells what is wrong
  }
}

/** The two metrics that Prometheus's clients have in common, summed over processes where there are several. */
export function parseMetrics(text: string, at: number): Reading | undefined {
  const sumOf = (name: string) => {
    const found = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))];
    return found.length === 0 ? undefined : found.reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const residentBytes = sumOf('process_resident_memory_bytes');
  const cpuSeconds = sumOf('process_cpu_seconds_total');
  if (residentBytes === undefined || cpuSeconds === undefined) return undefined;
  return { at, residentBytes, cpuSeconds };
}
