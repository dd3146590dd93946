/**
 * The curves of a run as columns, read from its events piece by piece: a file of a hundred thousand steps never lies in
 * memory as a whole. A run that went on from a checkpoint takes the steps behind it back.
 */
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TimedRunEvent } from '../runs/index.ts';
import type { Series } from './wire/index.ts';

const LOG_LINES = 500;
const NEWLINE = 0x0a;

export async function readSeries(folder: string): Promise<Series> {
  const series = emptySeries();
  const path = join(folder, 'events.jsonl');
  if (!existsSync(path)) return series;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      addLine(series, bytes.toString('utf8', start, end));
      series.end += end + 1 - start;
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  return series;
}

function emptySeries(): Series {
  return {
    step: [],
    loss: [],
    learningRate: [],
    gradNorm: [],
    tokensPerSecond: [],
    evaluation: { step: [], loss: [] },
    checkpoints: [],
    log: [],
    findings: 0,
    end: 0,
  };
}

function addLine(series: Series, line: string): void {
  let event: TimedRunEvent;
  try {
    event = JSON.parse(line) as TimedRunEvent;
  } catch {
    return; // torn by a crash
  }
  switch (event.type) {
    case 'step':
      cutBehind(series, event.step - 1);
      series.step.push(event.step);
      series.loss.push(figure(event.loss));
      series.learningRate.push(figure(event.learningRate));
      series.gradNorm.push(figure(event.gradNorm));
      series.tokensPerSecond.push(figure(event.tokensPerSecond));
      break;
    case 'evaluation':
      series.evaluation.step.push(event.step);
      series.evaluation.loss.push(figure(event.evalLoss));
      break;
    case 'checkpoint':
      series.checkpoints.push(event.step);
      break;
    case 'finding':
      series.findings++;
      break;
    case 'log':
      series.log.push({ time: event.time, level: event.level, message: event.message, zh: event.zh });
      if (series.log.length > LOG_LINES) series.log.shift();
      break;
    default:
      break;
  }
}

/** Steps that a resumed run takes again count once. */
function cutBehind(series: Series, step: number): void {
  while (series.step.length > 0 && series.step.at(-1)! > step) {
    for (const column of ['step', 'loss', 'learningRate', 'gradNorm', 'tokensPerSecond'] as const) {
      series[column].pop();
    }
  }
  const { evaluation } = series;
  while (evaluation.step.length > 0 && evaluation.step.at(-1)! > step) {
    evaluation.step.pop();
    evaluation.loss.pop();
  }
}

/** NaN cannot be said in JSON. */
function figure(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
