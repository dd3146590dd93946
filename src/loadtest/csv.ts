/** Requests and percentiles as separated text, for spreadsheets and for whoever counts again. */
import type { Outcome } from './recorder.ts';
import type { Measurement } from './result.ts';

export const CSV_HEADER = 'start_ms,queueing_ms,connect_ms,waiting_ms,total_ms,status,bytes,error\n';

/** `start_ms` is when the request was due, or sent where nothing was due; `total_ms` counts from there. */
export function csvLine({ exchange, dueAt, endedAt, error }: Outcome, testStartedAt: number): string {
  const start = dueAt ?? exchange?.startedAt ?? endedAt;
  const shown = (ms: number | undefined) => (ms === undefined ? '' : ms.toFixed(3));
  const fields = [
    shown(start - testStartedAt),
    shown(exchange && exchange.startedAt - start),
    shown(exchange?.connectMs),
    shown(exchange?.waitingMs),
    shown(endedAt - start),
    exchange?.status ?? '',
    exchange?.bytesReceived ?? 0,
    error ?? '',
  ];
  return `${fields.join(',')}\n`;
}

/** As ab writes it with -e. */
export function percentilesCsv({ percentiles }: Measurement): string {
  const whole = percentiles.filter(({ percent }) => Number.isInteger(percent) && percent < 100);
  const lines = whole.map(({ percent, ms }) => `${percent},${ms.toFixed(3)}\n`);
  return `Percentage served,Time in ms\n${lines.join('')}`;
}
