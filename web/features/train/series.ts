/**
 * The curves of a run as columns, made of its events: those in its file, read piece by piece, and those that come after.
 * A run that went on from a checkpoint takes the steps behind it back.
 */
import { request } from '../../api/call.ts';

/** One array a column, all as long as `step`; what is not finite is null. */
export interface Series {
  readonly step: number[];
  readonly loss: (number | null)[];
  readonly learningRate: (number | null)[];
  readonly gradNorm: (number | null)[];
  readonly tokensPerSecond: (number | null)[];
  readonly evaluation: { readonly step: number[]; readonly loss: (number | null)[] };
  /** The last lines of the log. */
  readonly log: LogLine[];
  findings: number;
  /** Byte offset behind the last event of the file that was read: the stream of events goes on there. */
  end: number;
}

export interface LogLine {
  readonly time: string;
  readonly message: string;
  readonly zh?: string;
}

export interface LiveStep {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number;
  readonly tokensPerSecond: number;
}

export interface LiveProgress {
  readonly task: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: string;
}

/** An event as it is written; there are more types, which show in no curve. */
export type RunEvent =
  | ({
      type: 'step';
      loss: number | null;
      learningRate: number | null;
      gradNorm: number | null;
    } & LiveStep)
  | { type: 'evaluation'; step: number; evalLoss: number | null }
  | ({ type: 'log' } & LogLine)
  | { type: 'finding' }
  | ({ type: 'progress' } & LiveProgress)
  | { type: 'state'; state: string }
  | { type: 'checkpoint' }
  | { type: 'result' };

const NEWLINE = 0x0a;
const LOG_LINES = 500;

/** @throws CallError */
export async function readSeries(id: string, signal: AbortSignal): Promise<Series> {
  const series = emptySeries();
  const { body } = await request(`/api/runs/${encodeURIComponent(id)}/events.jsonl`, { signal });
  const reader = body!.getReader();
  const decoder = new TextDecoder();
  let torn = '';
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const whole = read.value.lastIndexOf(NEWLINE) + 1;
    if (whole > 0) {
      const lines = torn + decoder.decode(read.value.subarray(0, whole));
      for (const line of lines.split('\n')) takeLine(series, line);
      torn = '';
      series.end = bytes + whole;
    }
    torn += decoder.decode(read.value.subarray(whole), { stream: true });
    bytes += read.value.length;
  }
  return series;
}

export function takeEvent(series: Series, event: RunEvent): void {
  switch (event.type) {
    case 'step':
      cutBehind(series, event.step - 1);
      series.step.push(event.step);
      series.loss.push(event.loss);
      series.learningRate.push(event.learningRate);
      series.gradNorm.push(event.gradNorm);
      series.tokensPerSecond.push(event.tokensPerSecond);
      break;
    case 'evaluation':
      series.evaluation.step.push(event.step);
      series.evaluation.loss.push(event.evalLoss);
      break;
    case 'log':
      series.log.push(event);
      if (series.log.length > LOG_LINES) series.log.shift();
      break;
    case 'finding':
      series.findings++;
      break;
    default:
      break;
  }
}

function emptySeries(): Series {
  return {
    step: [],
    loss: [],
    learningRate: [],
    gradNorm: [],
    tokensPerSecond: [],
    evaluation: { step: [], loss: [] },
    log: [],
    findings: 0,
    end: 0,
  };
}

function takeLine(series: Series, line: string): void {
  let event: RunEvent;
  try {
    event = JSON.parse(line) as RunEvent;
  } catch {
    return; // empty, or torn by a crash
  }
  takeEvent(series, event);
}

function cutBehind({ evaluation, ...series }: Series, step: number): void {
  const cut = (rising: readonly number[], columns: readonly unknown[][]) => {
    const keep = rising.findLastIndex((one) => one <= step) + 1;
    if (keep < rising.length) for (const column of columns) column.length = keep;
  };
  const { loss, learningRate, gradNorm, tokensPerSecond } = series;
  cut(series.step, [loss, learningRate, gradNorm, tokensPerSecond, series.step]);
  cut(evaluation.step, [evaluation.loss, evaluation.step]);
}
