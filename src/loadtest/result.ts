/** What a load test found: plain data that reports, verdicts and capacity plans are made of. */
import type { Load } from './order.ts';

/**
 * Kinds of trouble. Refused or unfinished connecting, no whole answer in time, a connection that broke, a status that
 * is not 2xx, another length than the first answer's, an answer that cannot be read, and one that is wrong.
 */
export const ERROR_KINDS = ['connect', 'timeout', 'receive', 'status', 'length', 'parse', 'label'] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** In milliseconds. */
export interface TimeSummary {
  readonly min: number;
  readonly mean: number;
  readonly sd: number;
  readonly median: number;
  readonly max: number;
}

export interface Percentile {
  readonly percent: number;
  readonly ms: number;
}

/** Requests whose time lies in [fromMs, toMs). */
export interface HistogramBucket {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** One span of the test. */
export interface Moment {
  /** Of its beginning, from the start of the test. */
  readonly second: number;
  readonly requestsPerSecond: number;
  readonly failed: number;
  /** Undefined where no request ended. */
  readonly meanMs: number | undefined;
  readonly maxMs: number | undefined;
}

export interface Measurement {
  /** From the first request to the end of the last. */
  readonly seconds: number;
  /** Sent, or due: completed ones and those that were lost. */
  readonly requests: number;
  /** Answered in whole, with any status. */
  readonly completed: number;
  /** Any trouble but a wrong answer, which is no fault of the service. */
  readonly failed: number;
  readonly errors: Readonly<Record<ErrorKind, number>>;
  /** The first reason of each kind. */
  readonly reasons: Readonly<Partial<Record<ErrorKind, string>>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** Completed ones, as ab counts. */
  readonly requestsPerSecond: number;
  readonly keptAlive: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Of the answers, without their heads. */
  readonly bodyBytes: number;
  /**
   * Over requests that were answered or ran out of time; refused and broken ones end early and would flatter.
   * `queueing` is the time between due and sent, in open loops.
   */
  readonly times: {
    readonly connect: TimeSummary;
    readonly processing: TimeSummary;
    readonly waiting: TimeSummary;
    readonly total: TimeSummary;
    readonly queueing?: TimeSummary;
  };
  /** 0 to 100 by whole numbers, and 99.9 and 99.99; empty where no request ended. */
  readonly percentiles: readonly Percentile[];
  /** Of the total time, by buckets that grow by a twentieth of a decade. */
  readonly histogram: readonly HistogramBucket[];
  readonly overTime: readonly Moment[];
  /** Where answers were held against labels. */
  readonly accuracy?: { readonly right: number; readonly compared: number };
  /** At the percentile of the service level, where there is one. */
  readonly levelMs?: number;
}

/** One rate of a ramp. */
export interface RampStep {
  readonly rate: number;
  readonly holds: boolean;
  /** Ended early, because it could not hold any more. */
  readonly isCut: boolean;
  readonly measured: Measurement;
}

/** What the server's process used, by its own Prometheus metrics. */
export interface Footprint {
  /** The most that was seen. */
  readonly residentBytes: number;
  /** Processor time over wall time: 1.5 is one core and a half. */
  readonly cores: number;
}

export interface LoadTestResult {
  readonly format: 'tunesmith-loadtest/1';
  readonly startedAt: string;
  /** Without user, password and query. */
  readonly url: string;
  readonly method: string;
  readonly server: string;
  readonly keepAlive: boolean;
  readonly timeoutMs: number;
  readonly warmup: number;
  readonly load: Load;
  /** Of each answer; null where they may differ. */
  readonly documentBytes: number | null;
  readonly sendsBody: boolean;
  /** Stopped by hand. */
  readonly isStopped: boolean;
  /** Share of the test that the generator computed, 0 to 1; near 1 it is itself what limits, and times are too long. */
  readonly generatorBusy: number;
  /** Of a ramp, its highest rate that held, or else its first. */
  readonly measured: Measurement;
  /** In rising order of rate. */
  readonly steps?: readonly RampStep[];
  /** The highest rate of a ramp that held; 0 where none did. */
  readonly highestQps?: number;
  readonly footprint?: Footprint;
}
