/** What is printed: ab's layout, our additions in both languages, and percentiles as ab writes them. */
import { expect, it } from 'vitest';
import { loadResult, measurement } from '../../test/support/load-result.ts';
import { formatAbReport } from './ab-report.ts';
import { planCapacity } from './capacity.ts';
import { percentilesCsv } from './csv.ts';
import { formatCapacity, formatFindings } from './findings-report.ts';
import type { LoadTestResult } from './result.ts';

it('is laid out as ab does', () => {
  expect(formatAbReport(loadResult())).toBe(`Server Software:        stand-in/1
Server Hostname:        127.0.0.1
Server Port:            8000

Document Path:          /v1/classify
Document Length:        Variable

Concurrency Level:      8
Time taken for tests:   5.000 seconds
Complete requests:      1000
Failed requests:        0
Keep-Alive requests:    1000
Total transferred:      2048000 bytes
Total body sent:        1024000
HTML transferred:       1000000 bytes
Requests per second:    200.00 [#/sec] (mean)
Time per request:       40.000 [ms] (mean)
Time per request:       5.000 [ms] (mean, across all concurrent requests)
Transfer rate:          400.00 [Kbytes/sec] received
                        200.00 kb/s sent
                        600.00 kb/s total

Connection Times (ms)
              min  mean[+/-sd] median   max
Connect:        1   12   5.7     11     250
Processing:     1   12   5.7     11     250
Waiting:        1   12   5.7     11     250
Total:          1   12   5.7     11     250

Percentage of the requests served within a certain time (ms)
  50%     50
  66%     50
  75%     50
  80%     50
  90%     50
  95%    100
  98%    100
  99%    100
 100%    100 (longest request)`);
});

it('breaks failures down, and has no percentiles of nothing', () => {
  const none = { ...measurement({ completed: 0, failed: 7 }), statuses: { 503: 2, 200: 1 } };
  const text = formatAbReport(
    loadResult({ measured: none, documentBytes: 12, keepAlive: false, sendsBody: false }),
  );
  expect(text).toContain(
    'Failed requests:        7\n   (Connect: 0, Receive: 0, Length: 0, Exceptions: 0, Timeout: 7, Status: 0, Parse: 0)\nNon-2xx responses:      2\nTotal transferred: ',
  );
  expect(text).toContain('Document Length:        12 bytes');
  expect(text).not.toMatch(/Keep-Alive|body sent|Percentage|NaN|Infinity/);
});

const level = { percentile: 95, limitMs: 300, maxFailedShare: 0 };
const ramped = loadResult({
  load: { kind: 'ramp', plan: { from: 10, to: 40 }, level, connections: 100, stepSeconds: 10 },
  steps: [
    {
      rate: 10,
      holds: true,
      isCut: false,
      measured: { ...measurement({ requestsPerSecond: 10 }), levelMs: 120 },
    },
    { rate: 20, holds: false, isCut: true, measured: { ...measurement({ failed: 2 }), levelMs: 512.25 } },
  ],
  highestQps: 10,
  generatorBusy: 0.97,
  measured: {
    ...measurement({ failed: 2 }),
    accuracy: { right: 90, compared: 100 },
    times: { ...measurement().times, queueing: { min: 0, mean: 1.25, sd: 0, median: 0, max: 9 } },
  },
  footprint: { residentBytes: 3 * 2 ** 29, cores: 1.234 },
});

it.each<[string, LoadTestResult, 'en' | 'zh', string]>([
  ['nothing more to say', loadResult(), 'en', ''],
  [
    'all there is',
    ramped,
    'en',
    `The generator itself was 97.0 % busy: the server may be faster than it can ask; lower -c or --rate, or run it on another machine.
Errors by kind
  no whole answer in time (timeout): 2; no whole answer within 30 s
Accuracy under load: 90.0 % (90 of 100 answers)
Waiting for a connection: 1.3 ms on average, 9.0 ms at most; times count from when each request was due
Ramp, each step held against p95=300ms
   target/s  reached/s     p95 ms     failed  holds
         10       10.0      120.0          0  yes
         20      200.0      512.3          2  no (ended early)
Highest rate that holds: 10/s
Server process: 1.5 GiB of memory at most, 1.23 cores on average`,
  ],
])('%s, in %3$s', (_, result, language, expected) => {
  expect(formatFindings(result, language)).toBe(expected);
});

it('says the same in Chinese', () => {
  const text = formatFindings(ramped, 'zh');
  for (const part of [
    '各类错误',
    '超时未收到完整回答（timeout）',
    '90.0 %',
    '阶梯加压',
    '达标的最高速率：10/s',
    '1.5 GiB',
  ]) {
    expect(text).toContain(part.replace('（timeout）', ''));
  }
});

it('words a capacity plan', () => {
  const plan = planCapacity(ramped, { targetQps: 25, headroom: 0.2, pricePerHour: 1.5 });
  expect(formatCapacity(plan, 'en')).toBe(
    'Capacity: 25/s need 4 instances of 10/s each at p95=300ms, with 20.0 % headroom; each is 62.5 % busy\n' +
      'Cost: 6.00 an hour, 4320 a month, 66.67 a million requests',
  );
  expect(formatCapacity(plan, 'zh')).toContain('容量：25/s 需要 4 个实例');
});

it('writes percentiles as ab does', () => {
  expect(
    percentilesCsv(measurement({ p95: 10 }))
      .split('\n')
      .slice(0, 2),
  ).toEqual(['Percentage served,Time in ms', '50,5.000']);
});
