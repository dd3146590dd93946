/**
 * Who takes part in the next pass. What was begun goes on first, streams before prompts; then those who wait begin,
 * request by request in turn, as long as there is room. Where the cache is full, the youngest gives way and begins anew
 * later: the oldest always gets on.
 */
import { assert } from '../core/index.ts';
import type { Job } from './jobs/job.ts';
import type { Run } from './pass.ts';

export interface SchedulerLimits {
  /** Jobs that are begun at once. */
  readonly maxRunning: number;
  /** Tokens of a pass. */
  readonly passTokens: number;
  /** Tokens of a pass in which somebody waits for a next token. */
  readonly sharedPassTokens: number;
}

/** One job's part of a pass. */
export interface Part {
  readonly job: Job;
  readonly runs: readonly Run[];
}

export class Scheduler {
  readonly #limits: SchedulerLimits;
  /** In the order in which they began. */
  #running: Job[] = [];
  /** One queue for each request, the next one first. */
  readonly #waiting: Job[][] = [];

  constructor(limits: SchedulerLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running.length;
  }

  get waiting(): number {
    return this.#waiting.reduce((sum, queue) => sum + queue.length, 0);
  }

  /** Jobs of one request, which stand in line together. */
  add(jobs: readonly Job[]): void {
    if (jobs.length > 0) this.#waiting.push([...jobs]);
  }

  /** Forgets jobs that ended, also those that had not begun. */
  sweep(): void {
    this.#running = this.#running.filter(({ done }) => !done);
    for (let index = this.#waiting.length - 1; index >= 0; index--) {
      const left = this.#waiting[index]!.filter(({ done }) => !done);
      if (left.length > 0) this.#waiting[index] = left;
      else this.#waiting.splice(index, 1);
    }
  }

  /** All jobs that have not ended. */
  get jobs(): Job[] {
    return [...this.#running, ...this.#waiting.flat()];
  }

  /** The next pass; empty when there is nothing to do. */
  plan(): Part[] {
    this.sweep();
    const parts: Part[] = [];
    const { passTokens, sharedPassTokens, maxRunning } = this.#limits;
    const isStream = ({ wanted, streaming }: Job) => streaming && wanted === 1;
    let room = this.#running.some(isStream) ? sharedPassTokens : passTokens;
    const place = (job: Job): boolean => {
      if (job.least > room && parts.length > 0) return true; // in the next pass
      const runs = job.step(Math.max(job.least, Math.min(room, job.wanted)));
      if (!runs) return false;
      parts.push({ job, runs });
      room -= runs.reduce((sum, { tokens }) => sum + tokens.length, 0);
      return true;
    };
    const isSmall = ({ wanted, least }: Job) => wanted === least;
    const order = [...this.#running.filter(isSmall), ...this.#running.filter((job) => !isSmall(job))];
    for (const job of order) {
      if (room <= 0 || !this.#running.includes(job)) continue;
      while (!place(job) && this.#makeRoom(job, parts));
    }
    while (room > 0 && this.#running.length < maxRunning && this.#waiting.length > 0) {
      const queue = this.#waiting.shift()!;
      const job = queue.shift()!;
      job.begin();
      if (!place(job)) {
        job.retreat();
        queue.unshift(job);
        this.#waiting.unshift(queue);
        break;
      }
      this.#running.push(job);
      if (queue.length > 0) this.#waiting.push(queue);
    }
    assert(parts.length > 0 || this.#running.length === 0, 'requests that cannot go on');
    return parts;
  }

  /** The youngest job that has no part in the pass gives way to an older one. @returns whether there was one */
  #makeRoom(job: Job, parts: readonly Part[]): boolean {
    const youngest = this.#running.at(-1);
    if (!youngest || youngest === job || parts.some((part) => part.job === youngest)) return false;
    this.#running.pop();
    youngest.retreat();
    this.#waiting.unshift([youngest]);
    return true;
  }
}
