/** A promise about latency, as `p95=300ms`: read from a word, and held against what was measured. */
import { ConfigError } from '../core/index.ts';
import type { Measurement } from './result.ts';

export interface ServiceLevel {
  /** Of the requests, in percent. */
  readonly percentile: number;
  readonly limitMs: number;
  /** Failed requests among all, 0 to 1. */
  readonly maxFailedShare: number;
}

const LATENCY = /^p(\d{1,2}(?:\.\d+)?)\s*(?:=|<=?)\s*(\d+(?:\.\d+)?)\s*(ms|s)$/i;
const FAILURES = /^errors?\s*(?:=|<=?)\s*(\d+(?:\.\d+)?)\s*%$/i;

/** @param text as `p95=300ms`, or `p99=1.5s,errors=1%` @throws ConfigError when it cannot be read */
export function parseServiceLevel(text: string): ServiceLevel {
  const parts = text.split(',').map((part) => part.trim());
  const latency = parts.map((part) => LATENCY.exec(part)).filter((match) => match !== null);
  const failures = parts.map((part) => FAILURES.exec(part)).filter((match) => match !== null);
  if (latency.length !== 1 || failures.length > 1 || latency.length + failures.length !== parts.length) {
    throw new ConfigError({
      en: `slo: ${JSON.stringify(text)} cannot be read; write a percentile and its limit, as p95=300ms or p99=1s,errors=0.1%`,
      zh: `slo：${JSON.stringify(text)} 无法解析；请写百分位及其上限，如 p95=300ms 或 p99=1s,errors=0.1%`,
    });
  }
  const [, percentile, amount, unit] = latency[0]!;
  return {
    percentile: Number(percentile),
    limitMs: Number(amount) * (unit!.toLowerCase() === 's' ? 1000 : 1),
    maxFailedShare: Number(failures[0]?.[1] ?? 0) / 100,
  };
}

export function formatServiceLevel({ percentile, limitMs, maxFailedShare }: ServiceLevel): string {
  return `p${percentile}=${limitMs}ms${maxFailedShare > 0 ? `,errors=${maxFailedShare * 100}%` : ''}`;
}

/** Whether the percentile is within its limit and failures are within theirs; never where nothing was measured. */
export function holdsLevel(level: ServiceLevel, measured: Measurement): boolean {
  const { failed, requests } = measured;
  const ms = levelMs(level, measured);
  return ms !== undefined && ms <= level.limitMs && failed / requests <= level.maxFailedShare;
}

/**
 * The time at the level's percentile. A test that was not made for this level has whole percentiles only: the next
 * one up stands for it, so that nothing looks better than it was.
 */
function levelMs({ percentile }: ServiceLevel, measured: Measurement): number | undefined {
  return measured.levelMs ?? measured.percentiles.find(({ percent }) => percent >= percentile)?.ms;
}
