/** Progress as events, a few a second at most: an events file is no place for every tensor. */
import type { OnProgress } from '../core/index.ts';
import type { OnRunEvent } from '../runs/index.ts';

const INTERVAL_MS = 250;

/** The end of each task is always told. */
export function thinnedProgress(onEvent: OnRunEvent, now = () => performance.now()): OnProgress {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const time = now();
    if (progress.done !== progress.total && time - last < INTERVAL_MS) return;
    last = time;
    onEvent({ type: 'progress', ...progress });
  };
}
