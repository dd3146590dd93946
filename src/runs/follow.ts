/**
 * Follows the events of a run while they are written, from any place on, until the run is over. The system's file
 * notices wake it; a slow poll stands in where there are none, and finds out when the process has gone.
 */
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { livenessOf, readProcess } from './claim.ts';
import type { TimedRunEvent } from './events.ts';
import { readJsonLines, sizeOf } from './json-lines.ts';

export const EVENTS_FILE = 'events.jsonl';

/** File notices get lost on network drives; a second is soon enough for a person. */
const POLL_MS = 1000;

export interface FollowedEvent {
  readonly event: TimedRunEvent;
  /** Byte offset behind the event: give it as `from` to go on there. */
  readonly end: number;
}

export interface FollowOptions {
  /** Byte offset of the first event; 0 when absent. */
  readonly from?: number;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/** Complete events only, in order; ends when the run's process has gone and its last event is read. */
export async function* followEvents(
  outputDir: string,
  { from = 0, signal }: FollowOptions = {},
): AsyncGenerator<FollowedEvent, void, undefined> {
  const path = join(outputDir, EVENTS_FILE);
  const notices = new Notices(outputDir);
  try {
    let offset = from;
    while (!signal?.aborted) {
      // Looked at before reading: what a process wrote before it went is then surely read.
      const process = readProcess(outputDir);
      const isOver = process === undefined || livenessOf(process) === 'gone';
      if (sizeOf(path) < offset) offset = 0; // written anew
      const { lines, end } = readJsonLines(path, offset);
      for (const { value, end: behind } of lines) {
        if (signal?.aborted) return;
        yield { event: value as TimedRunEvent, end: behind };
      }
      offset = end;
      if (lines.length > 0) continue;
      if (isOver) return;
      await notices.next(signal);
    }
  } finally {
    notices.close();
  }
}

/** Waits for a change in a folder, a poll's time, or an abort, whichever is first. */
class Notices {
  #watcher: FSWatcher | undefined;
  #isDue = false;
  #wake: () => void = () => {};

  constructor(folder: string) {
    const note = () => {
      this.#isDue = true;
      this.#wake();
    };
    try {
      this.#watcher = watch(folder, { persistent: false }, note);
      this.#watcher.on('error', () => this.close());
    } catch {
      this.#watcher = undefined; // no folder yet, or no notices to be had: the poll serves
    }
  }

  async next(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#isDue && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal?.addEventListener('abort', this.#wake, { once: true });
      });
      signal?.removeEventListener('abort', this.#wake);
    }
    this.#isDue = false;
    this.#wake = () => {};
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
