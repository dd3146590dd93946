/**
 * A load test in ApacheBench's words and layout, line by line, so that what reads ab's output reads this one too.
 * Times are rounded to whole milliseconds as ab rounds them. Always in English, as ab is.
 */
import type { LoadTestResult, Measurement, TimeSummary } from './result.ts';

const SERVED = [50, 66, 75, 80, 90, 95, 98, 99, 100];
/** ab's label column. */
const LABEL_WIDTH = 24;

export function formatAbReport(result: LoadTestResult): string {
  const { measured } = result;
  return [
    ...headLines(result),
    '',
    ...countLines(result),
    '',
    'Connection Times (ms)',
    '              min  mean[+/-sd] median   max',
    timeLine('Connect:', measured.times.connect),
    timeLine('Processing:', measured.times.processing),
    timeLine('Waiting:', measured.times.waiting),
    timeLine('Total:', measured.times.total),
    ...(measured.percentiles.length > 0 ? ['', ...percentileLines(measured)] : []),
  ].join('\n');
}

function headLines({ url, server, documentBytes }: LoadTestResult): string[] {
  const { hostname, port, protocol, pathname } = new URL(url);
  return [
    row('Server Software:', server),
    row('Server Hostname:', hostname),
    row('Server Port:', port || (protocol === 'https:' ? '443' : '80')),
    '',
    row('Document Path:', pathname),
    row('Document Length:', documentBytes === null ? 'Variable' : `${documentBytes} bytes`),
  ];
}

function countLines({ load, measured, keepAlive, sendsBody }: LoadTestResult): string[] {
  const { seconds, completed, failed, errors, statuses, requestsPerSecond } = measured;
  const { keptAlive, bytesReceived, bytesSent, bodyBytes } = measured;
  const concurrency = load.kind === 'closed' ? load.concurrency : load.connections;
  const failures = [
    `Connect: ${errors.connect}`,
    `Receive: ${errors.receive}`,
    `Length: ${errors.length}`,
    'Exceptions: 0',
    `Timeout: ${errors.timeout}`,
    `Status: ${errors.status}`,
    `Parse: ${errors.parse}`,
  ];
  const others = Object.entries(statuses).reduce(
    (sum, [status, count]) => (/^2\d\d$/.test(status) ? sum : sum + count),
    0,
  );
  const perRequest = completed > 0 ? (seconds * 1000) / completed : 0;
  const kilobytes = (bytes: number) => (seconds > 0 ? bytes / 1024 / seconds : 0).toFixed(2);
  const rates = (label: string, bytes: number, what: string) => row(label, `${kilobytes(bytes)} ${what}`);
  return [
    row('Concurrency Level:', concurrency),
    row('Time taken for tests:', `${seconds.toFixed(3)} seconds`),
    row('Complete requests:', completed),
    row('Failed requests:', failed),
    ...(failed > 0 ? [`   (${failures.join(', ')})`] : []),
    ...(others > 0 ? [row('Non-2xx responses:', others)] : []),
    ...(keepAlive ? [row('Keep-Alive requests:', keptAlive)] : []),
    row('Total transferred:', `${bytesReceived} bytes`),
    ...(sendsBody ? [row('Total body sent:', bytesSent)] : []),
    row('HTML transferred:', `${bodyBytes} bytes`),
    row('Requests per second:', `${requestsPerSecond.toFixed(2)} [#/sec] (mean)`),
    // Where requests come at fixed moments, the number of connections says nothing about the time of one.
    ...(load.kind === 'closed'
      ? [row('Time per request:', `${(perRequest * concurrency).toFixed(3)} [ms] (mean)`)]
      : []),
    row('Time per request:', `${perRequest.toFixed(3)} [ms] (mean, across all concurrent requests)`),
    rates('Transfer rate:', bytesReceived, '[Kbytes/sec] received'),
    ...(sendsBody
      ? [rates('', bytesSent, 'kb/s sent'), rates('', bytesReceived + bytesSent, 'kb/s total')]
      : []),
  ];
}

function row(label: string, value: string | number): string {
  return label.padEnd(LABEL_WIDTH) + value;
}

function timeLine(label: string, { min, mean, sd, median, max }: TimeSummary): string {
  const whole = (ms: number, width: number) => String(Math.round(ms)).padStart(width);
  return (
    label.padEnd(12) +
    `${whole(min, 5)} ${whole(mean, 4)} ${sd.toFixed(1).padStart(5)} ${whole(median, 6)} ${whole(max, 7)}`
  );
}

function percentileLines({ percentiles }: Measurement): string[] {
  const at = (wanted: number) => percentiles.find(({ percent }) => percent === wanted)!.ms;
  return [
    'Percentage of the requests served within a certain time (ms)',
    ...SERVED.map(
      (percent) =>
        ` ${String(percent).padStart(3)}%  ${String(Math.round(at(percent))).padStart(5)}` +
        (percent === 100 ? ' (longest request)' : ''),
    ),
  ];
}
