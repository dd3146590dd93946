/**
 * The curves of a run, and what comes after them as it happens: read once as columns, then followed from where they end.
 * A lost connection goes on at the last event by itself.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import {
  type LiveProgress,
  type LiveStep,
  type RunEvent,
  readSeries,
  type Series,
  takeEvent,
} from './series.ts';

export interface Live {
  readonly series: Series | undefined;
  readonly error: Error | undefined;
  readonly lastStep: LiveStep | undefined;
  readonly progress: LiveProgress | undefined;
  readonly phase: string | undefined;
}

/** The first event after a wait is drawn at once; of a burst, what is drawn changes at most so often. */
const REDRAW_MS = 100;

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
      const series = await readSeries(id, closing.signal);
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
          const event = JSON.parse((message as MessageEvent<string>).data) as RunEvent;
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

function take(state: Mutable, event: RunEvent): void {
  takeEvent(state.series, event);
  if (event.type === 'step') state.lastStep = event;
  if (event.type === 'step' || event.type === 'evaluation') state.progress = undefined;
  if (event.type === 'progress') state.progress = event;
  if (event.type === 'state') state.phase = event.state;
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
