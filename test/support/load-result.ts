/** Results of load tests that nobody ran, with the figures that a test is about. */
import type { LoadTestResult, Measurement } from '../../src/loadtest/index.ts';

const TIME = { min: 1.4, mean: 12.34, sd: 5.678, median: 10.5, max: 250 };
const PERCENTS = [50, 66, 75, 80, 90, 95, 98, 99, 100];

/** @param p95 every percentile from there on; those below are half of it */
export function measurement({
  requestsPerSecond = 200,
  completed = 1000,
  failed = 0,
  p95 = 100,
} = {}): Measurement {
  return {
    seconds: completed / requestsPerSecond,
    requests: completed + failed,
    completed,
    failed,
    errors: { connect: 0, timeout: failed, receive: 0, status: 0, length: 0, parse: 0, label: 0 },
    reasons: failed > 0 ? { timeout: 'no whole answer within 30 s' } : {},
    statuses: completed > 0 ? { 200: completed } : {},
    requestsPerSecond,
    keptAlive: completed,
    bytesReceived: 2048 * completed,
    bytesSent: 1024 * completed,
    bodyBytes: 1000 * completed,
    times: { connect: TIME, processing: TIME, waiting: TIME, total: TIME },
    percentiles:
      completed > 0 ? PERCENTS.map((percent) => ({ percent, ms: percent < 95 ? p95 / 2 : p95 })) : [],
    histogram: [{ fromMs: 1, toMs: 10, count: completed }],
    overTime: [{ second: 0, requestsPerSecond, failed, meanMs: 12, maxMs: 250 }],
  };
}

export function loadResult(wishes: Partial<LoadTestResult> = {}): LoadTestResult {
  return {
    format: 'tunesmith-loadtest/1',
    startedAt: '2025-01-01T00:00:00.000Z',
    url: 'http://127.0.0.1:8000/v1/classify',
    method: 'POST',
    server: 'stand-in/1',
    keepAlive: true,
    timeoutMs: 30_000,
    warmup: 0,
    load: { kind: 'closed', concurrency: 8, requests: 1000 },
    documentBytes: null,
    sendsBody: true,
    isStopped: false,
    generatorBusy: 0.2,
    measured: measurement(),
    ...wishes,
  };
}
