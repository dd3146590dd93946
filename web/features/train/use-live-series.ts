/**
 * The curves of a run, and what comes after them as it happens: read once as columns, then followed from where they end.
 * A lost connection goes on at the last event by itself.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { RUNS, type Series } from '../../../src/studio/wire/index.ts';
import { call } from '../../api/call.ts';

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

export interface Live {
  readonly series: Series | undefined;
  readonly error: Error | undefined;
  readonly lastStep: LiveStep | undefined;
  readonly progress: LiveProgress | undefined;
  readonly phase: string | undefined;
}

/** The first event after a wait is drawn at once; of a burst, what is drawn changes at most so often. */
const REDRAW_MS = 100;
const LOG_LINES = 500;

export function useLiveSeries(id: string): Live {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>({
    series: undefined,
    error: undefined,
    lastStep: undefined,
    progress: undefined,
    phase: undefined,
  });
  useEffect(() => {
    const closing = new AbortController();
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = async () => {
      const series = await call(RUNS.series, { params: { id }, signal: closing.signal });
      const state: Mutable = { series, lastStep: undefined, progress: undefined, phase: undefined };
      let shownAt = Number.NEGATIVE_INFINITY;
      const show = () => {
        timer = undefined;
        shownAt = performance.now();
        setLive({ ...state, error: undefined, series: copy(series) });
      };
      const soon = () => {
        timer ??= setTimeout(show, Math.max(0, shownAt + REDRAW_MS - performance.now()));
      };
      show();
      source = new EventSource(`/api/runs/${id}/events?from=${series.end}`);
      for (const type of ['step', 'evaluation', 'checkpoint', 'log', 'finding', 'progress', 'state']) {
        source.addEventListener(type, (message) => {
          const event = JSON.parse((message as MessageEvent<string>).data) as Told;
          take(state, event);
          if (event.type === 'state' || event.type === 'result') {
            void client.invalidateQueries({ queryKey: ['/api/runs/{id}'] });
          }
          soon();
        });
      }
      source.addEventListener('end', () => {
        source?.close();
        void client.invalidateQueries({ queryKey: ['/api/runs/{id}'] });
      });
    };
    follow().catch((error: Error) => {
      if (!closing.signal.aborted) setLive((before) => ({ ...before, error }));
    });
    return () => {
      closing.abort();
      source?.close();
      clearTimeout(timer);
    };
  }, [id, client]);
  return live;
}

interface Mutable {
  readonly series: Series;
  lastStep: LiveStep | undefined;
  progress: LiveProgress | undefined;
  phase: string | undefined;
}

type Told =
  | ({ type: 'step'; loss: number; learningRate: number; gradNorm: number } & LiveStep)
  | { type: 'evaluation'; step: number; evalLoss: number }
  | { type: 'checkpoint'; step: number }
  | { type: 'log'; time: string; level: string; message: string; zh?: string }
  | { type: 'finding' }
  | ({ type: 'progress' } & LiveProgress)
  | { type: 'state'; state: string; time: string; message?: string }
  | { type: 'result' };

function take(state: Mutable, event: Told): void {
  const { series } = state;
  switch (event.type) {
    case 'step':
      cutBehind(series, event.step - 1);
      series.step.push(event.step);
      series.loss.push(event.loss);
      series.learningRate.push(event.learningRate);
      series.gradNorm.push(event.gradNorm);
      series.tokensPerSecond.push(event.tokensPerSecond);
      state.lastStep = event;
      state.progress = undefined;
      break;
    case 'evaluation':
      series.evaluation.step.push(event.step);
      series.evaluation.loss.push(event.evalLoss);
      state.progress = undefined;
      break;
    case 'checkpoint':
      series.checkpoints.push(event.step);
      break;
    case 'log':
      series.log.push({ time: event.time, level: event.level, message: event.message, zh: event.zh });
      if (series.log.length > LOG_LINES) series.log.shift();
      break;
    case 'finding':
      series.findings++;
      break;
    case 'progress':
      state.progress = event;
      break;
    case 'state':
      state.phase = event.state;
      break;
    default:
      break;
  }
}

/** A run that went on from a checkpoint takes the steps behind it back, and what was evaluated there. */
function cutBehind({ evaluation, ...series }: Series, step: number): void {
  const cut = (rising: readonly number[], columns: readonly unknown[][]) => {
    const keep = rising.findLastIndex((one) => one <= step) + 1;
    if (keep < rising.length) for (const column of columns) column.length = keep;
  };
  const { loss, learningRate, gradNorm, tokensPerSecond } = series;
  cut(series.step, [loss, learningRate, gradNorm, tokensPerSecond, series.step]);
  cut(evaluation.step, [evaluation.loss, evaluation.step]);
}

/** New arrays where they grew, so that what is drawn from them is drawn anew. */
function copy(series: Series): Series {
  const { evaluation } = series;
  return {
    ...series,
    step: series.step.slice(),
    loss: series.loss.slice(),
    learningRate: series.learningRate.slice(),
    gradNorm: series.gradNorm.slice(),
    tokensPerSecond: series.tokensPerSecond.slice(),
    evaluation: { step: evaluation.step.slice(), loss: evaluation.loss.slice() },
    log: series.log.slice(),
  };
}
