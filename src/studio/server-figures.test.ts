/** Figures of a server by a clock of the test's own: totals, the rate between two readings, percentiles of late. */
import { expect, it } from 'vitest';
import { FigureReader } from './server-figures.ts';

function metrics(fast: number, slow: number): string {
  const labels = 'endpoint="/v1/classify"';
  return `# HELP tunesmith_requests_total Requests
tunesmith_requests_total{${labels},status="200"} ${fast}
tunesmith_requests_total{${labels},status="500"} ${slow}
tunesmith_requests_total{endpoint="/health",status="200"} 999
tunesmith_requests_inside 3
tunesmith_engine_waiting 2
tunesmith_engine_batch_size 8
tunesmith_tokens_total{kind="prompt"} 70
tunesmith_tokens_total{kind="completion"} 7
tunesmith_request_seconds_bucket{le="0.1",${labels}} ${fast}
tunesmith_request_seconds_bucket{le="1",${labels}} ${fast + slow}
tunesmith_request_seconds_bucket{le="+Inf",${labels}} ${fast + slow}
tunesmith_request_seconds_bucket{le="+Inf",endpoint="/health"} 999
`;
}

it('tells totals at once, and rate and percentiles between readings', () => {
  let now = 0;
  const reader = new FigureReader(() => now);
  const first = reader.read('a', metrics(100, 0));
  expect(first).toEqual({
    requests: 100,
    failed: 0,
    inside: 3,
    waiting: 2,
    batchSize: 8,
    promptTokens: 70,
    completionTokens: 7,
    rates: [],
  });
  now = 2000;
  const second = reader.read('a', metrics(100, 20));
  expect(second).toMatchObject({ requests: 120, failed: 20, rates: [{ second: 0, qps: 10 }] });
  // The hundred that were fast before do not count: all of late lie between 0.1 s and 1 s.
  expect(second.p50).toBeCloseTo(0.55);
  now = 70_000;
  const third = reader.read('a', metrics(200, 20));
  expect(third.rates.map(({ second: when }) => when)).toEqual([-68, 0]);
  expect(third.p99).toBeUndefined();
  expect(reader.read('b', metrics(1, 0)).rates).toEqual([]);
});

it('starts anew with a server that counts from nought, and takes two looks at once for one', () => {
  let now = 0;
  const reader = new FigureReader(() => now);
  reader.read('a', metrics(100, 0));
  now = 100;
  expect(reader.read('a', metrics(101, 0)).rates).toEqual([]);
  now = 1000;
  expect(reader.read('a', metrics(5, 0)).rates).toEqual([{ second: 0, qps: 0 }]);
});
