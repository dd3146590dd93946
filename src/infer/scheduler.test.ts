import { describe, expect, it } from 'vitest';
import type { Job } from './jobs/job.ts';
import type { Run } from './pass.ts';
import { Scheduler, type SchedulerLimits } from './scheduler.ts';

/** A job that only counts: so many tokens, of a pool that others use too. */
class Counting implements Job {
  readonly name: string;
  readonly streaming: boolean;
  least: number;
  done = false;
  left: number;
  held = 0;
  failed: unknown;
  readonly #total: number;
  readonly #pool: { free: number };

  constructor(name: string, total: number, { pool = { free: 1e9 }, streaming = false, least = 1 } = {}) {
    this.name = name;
    this.left = total;
    this.#total = total;
    this.#pool = pool;
    this.streaming = streaming;
    this.least = least;
  }

  get wanted(): number {
    return this.left;
  }

  begin(): void {
    this.left = this.#total;
  }

  step(limit: number): Run[] | undefined {
    const count = Math.min(limit, this.left, this.#pool.free);
    if (count < this.least) return undefined;
    this.#pool.free -= count;
    this.held += count;
    this.left -= count;
    const tokens = Array.from({ length: count }, () => ({
      token: 0,
      parent: undefined,
      place: 0,
      position: 0,
    }));
    return [{ adapter: undefined, tokens, reads: [] }];
  }

  take(): void {
    if (this.left === 0) this.finish();
  }

  retreat(): void {
    this.#pool.free += this.held;
    this.held = 0;
  }

  fail(reason: unknown): void {
    this.failed = reason;
    this.finish();
  }

  finish(): void {
    this.done = true;
    this.retreat();
  }
}

const LIMITS: SchedulerLimits = { maxRunning: 8, passTokens: 10, sharedPassTokens: 4 };

/** Who runs how much, pass by pass, until nobody is left. */
function passes(scheduler: Scheduler): string[] {
  const seen: string[] = [];
  for (let parts = scheduler.plan(); parts.length > 0; parts = scheduler.plan()) {
    const shown = parts.map(({ job, runs }) => `${(job as Counting).name}${runs[0]!.tokens.length}`);
    seen.push(shown.join(' '));
    expect(seen.length, seen.join(' | ')).toBeLessThan(50);
    for (const { job } of parts) job.take([]);
  }
  return seen;
}

describe('passes', () => {
  it.each([
    { name: 'nobody', limits: LIMITS, jobs: () => [], expected: [] },
    {
      name: 'who came first goes first, and what is left of a pass goes to the next',
      limits: LIMITS,
      jobs: () => [[new Counting('a', 12)], [new Counting('b', 3)], [new Counting('c', 6)]],
      expected: ['a10', 'a2 b3 c5', 'c1'],
    },
    {
      name: 'requests of many parts take turns with others',
      limits: LIMITS,
      jobs: () => [
        [new Counting('a', 4), new Counting('b', 4), new Counting('c', 4)],
        [new Counting('x', 4)],
      ],
      expected: ['a4 x4 b2', 'b2 c4'],
    },
    {
      name: 'no more at once than may run',
      limits: { ...LIMITS, maxRunning: 2 },
      jobs: () => [[new Counting('a', 1)], [new Counting('b', 1)], [new Counting('c', 1)]],
      expected: ['a1 b1', 'c1'],
    },
    {
      name: 'what has to stay together waits for a pass that holds it',
      limits: LIMITS,
      jobs: () => [[new Counting('a', 8)], [new Counting('b', 5, { least: 5 })]],
      expected: ['a8', 'b5'],
    },
    {
      name: 'what is larger than any pass has one for itself',
      limits: LIMITS,
      jobs: () => [[new Counting('a', 25, { least: 25 })], [new Counting('b', 2)]],
      expected: ['a25', 'b2'],
    },
  ])('$name', ({ limits, jobs, expected }) => {
    const scheduler = new Scheduler(limits);
    for (const each of jobs()) scheduler.add(each);
    expect(passes(scheduler)).toEqual(expected);
    expect([scheduler.running, scheduler.waiting]).toEqual([0, 0]);
  });

  it('are short while somebody waits for a next token', () => {
    const scheduler = new Scheduler(LIMITS);
    const stream = new Counting('s', 1, { streaming: true });
    stream.take = () => {
      stream.left = 1; // there is always a next one
    };
    scheduler.add([stream]);
    scheduler.add([new Counting('a', 20)]);
    const shown = [1, 2, 3].map(() => {
      const parts = scheduler.plan();
      for (const { job } of parts) job.take([]);
      return parts.map(({ job, runs }) => `${(job as Counting).name}${runs[0]!.tokens.length}`).join(' ');
    });
    expect(shown).toEqual(['s1 a9', 's1 a3', 's1 a3']);
  });

  it('go on when the cache is full: the youngest gives way', () => {
    const pool = { free: 20 };
    const scheduler = new Scheduler(LIMITS);
    const jobs = ['a', 'b', 'c'].map((name) => new Counting(name, 14, { pool }));
    for (const job of jobs) scheduler.add([job]);
    passes(scheduler);
    expect(jobs.every(({ done, failed }) => done && failed === undefined)).toBe(true);
    expect(pool.free).toBe(20);
  });

  it('leave out what ended meanwhile, begun or not', () => {
    const scheduler = new Scheduler(LIMITS);
    const jobs = ['a', 'b'].map((name) => new Counting(name, 15));
    for (const job of jobs) scheduler.add([job]);
    scheduler.plan();
    for (const job of jobs) job.fail('cancelled');
    expect(scheduler.plan()).toEqual([]);
    expect([scheduler.running, scheduler.waiting]).toEqual([0, 0]);
  });
});
