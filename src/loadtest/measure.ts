/** Carries out an order: warm-up, then one loop or a ramp of them. Runs in the generator's process. */
import { AtomicFile } from '../core/index.ts';
import { CSV_HEADER, csvLine } from './csv.ts';
import type { LoadTestOrder, OpenLoop, Ramp } from './order.ts';
import { highestRate, nextRate } from './ramp.ts';
import { type Outcome, Recorder } from './recorder.ts';
import type { LoadTestResult, Measurement, RampStep } from './result.ts';
import { holdsLevel, type ServiceLevel } from './service-level.ts';
import { Traffic } from './traffic.ts';

/** How far a test is. */
export interface LoadProgress {
  readonly stage: 'warm-up' | 'test' | 'settling';
  /** Requests of the stage that are over, and seconds since it began. */
  readonly done: number;
  readonly seconds: number;
  /** What it ends at, as far as that is known. */
  readonly requests?: number | undefined;
  readonly totalSeconds?: number | undefined;
  /** Of a ramp's step. */
  readonly rate?: number | undefined;
}

/** All of a result but what only the starter knows. */
export type Measured = Pick<
  LoadTestResult,
  'measured' | 'steps' | 'highestQps' | 'server' | 'documentBytes' | 'isStopped' | 'generatorBusy'
>;

interface MeasureOptions {
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/** After a rate that broke, requests one by one until the server answers in time again, but no longer than this. */
const MOST_SETTLING_MS = 30_000;

export async function measure(order: LoadTestOrder, options: MeasureOptions): Promise<Measured> {
  const csv = order.csvFile === undefined ? undefined : new AtomicFile(order.csvFile);
  try {
    csv?.write(Buffer.from(CSV_HEADER));
    const test = new Test(order, { ...options, write: (lines) => csv?.write(Buffer.from(lines)) });
    const measured = await test.run();
    csv?.commit();
    return measured;
  } catch (error) {
    csv?.discard();
    throw error;
  }
}

/** Lines of a csv file that wait for the end of a step: writing them at once would disturb what is measured. */
type WriteLines = (lines: string) => void;

class Test {
  readonly #order: LoadTestOrder;
  readonly #options: MeasureOptions & { readonly write: WriteLines };
  readonly #traffic: Traffic;
  #server = '';

  constructor(order: LoadTestOrder, options: MeasureOptions & { readonly write: WriteLines }) {
    this.#order = order;
    this.#options = options;
    this.#traffic = new Traffic(order);
  }

  async run(): Promise<Measured> {
    const { load, sameLength } = this.#order;
    const { signal } = this.#options;
    try {
      await this.#warmUp();
      const idleBefore = performance.eventLoopUtilization();
      const found = load.kind === 'ramp' ? await this.#ramp(load) : { measured: await this.#loop(load) };
      const { firstBodyBytes = 0 } = this.#traffic;
      return {
        ...found,
        server: this.#server,
        documentBytes: sameLength ? firstBodyBytes : null,
        isStopped: signal.aborted,
        generatorBusy: performance.eventLoopUtilization(idleBefore).utilization,
      };
    } finally {
      this.#traffic.close();
    }
  }

  async #warmUp(): Promise<void> {
    const { warmup: requests, load } = this.#order;
    if (requests === 0) return;
    const concurrency = load.kind === 'closed' ? load.concurrency : 1;
    const tell = this.#teller({ stage: 'warm-up', requests });
    let done = 0;
    await this.#traffic.closedLoop({ concurrency, requests }, () => tell(++done), this.#options.signal);
  }

  async #loop(load: Exclude<LoadTestOrder['load'], Ramp>): Promise<Measurement> {
    const tell = this.#teller({ stage: 'test', requests: load.requests, totalSeconds: load.seconds });
    const step = this.#record(tell);
    if (load.kind === 'closed') await this.#traffic.closedLoop(load, step.hear, this.#options.signal);
    else await this.#traffic.openLoop(load, step.hear, this.#options.signal);
    return step.end();
  }

  async #ramp({ plan, level, connections, stepSeconds }: Ramp) {
    const { signal } = this.#options;
    const steps: RampStep[] = [];
    for (let rate = nextRate(plan, steps); rate !== undefined; rate = nextRate(plan, steps)) {
      if (steps.at(-1)?.holds === false) await this.#settle(level);
      if (signal.aborted) break;
      const step = await this.#step({ rate, connections, seconds: stepSeconds }, level);
      if (signal.aborted) break;
      steps.push(step);
    }
    const highestQps = highestRate(steps);
    const best = steps.find(({ rate }) => rate === highestQps) ?? steps[0];
    return {
      measured: best?.measured ?? new Recorder(performance.now()).measurement(),
      steps: steps.toSorted((a, b) => a.rate - b.rate),
      highestQps,
    };
  }

  /** Ends early once so many requests are late that the level cannot be held any more. */
  async #step(loop: Omit<OpenLoop, 'kind'>, level: ServiceLevel): Promise<RampStep> {
    const planned = Math.ceil(loop.rate * loop.seconds!);
    const mostLate = planned * (1 - level.percentile / 100);
    const mostFailed = planned * level.maxFailedShare;
    let late = 0;
    let failed = 0;
    const lost = new AbortController();
    const tell = this.#teller({ stage: 'test', requests: planned, rate: loop.rate });
    const step = this.#record(tell, level);
    const hear = (outcome: Outcome) => {
      step.hear(outcome);
      if (outcome.endedAt - (outcome.dueAt ?? 0) > level.limitMs) late++;
      if (outcome.error !== undefined && outcome.error !== 'label') failed++;
      if (late > mostLate || failed > mostFailed) lost.abort();
    };
    await this.#traffic.openLoop(loop, hear, AbortSignal.any([this.#options.signal, lost.signal]));
    const measured = step.end();
    const holds = !lost.signal.aborted && holdsLevel(level, measured);
    return { rate: loop.rate, holds, isCut: lost.signal.aborted, measured };
  }

  async #settle({ limitMs }: ServiceLevel): Promise<void> {
    const { signal } = this.#options;
    const began = performance.now();
    const tell = this.#teller({ stage: 'settling' });
    let isSettled = false;
    let done = 0;
    while (!isSettled && !signal.aborted && performance.now() - began < MOST_SETTLING_MS) {
      await this.#traffic.closedLoop(
        { concurrency: 1, requests: 1 },
        ({ exchange, error }) => {
          isSettled = error === undefined && exchange!.totalMs <= limitMs;
          tell(++done);
        },
        signal,
      );
    }
  }

  #record(tell: (done: number) => void, level?: ServiceLevel) {
    const startedAt = performance.now();
    const recorder = new Recorder(startedAt, level?.percentile);
    const isWritten = this.#order.csvFile !== undefined;
    const lines: string[] = [];
    return {
      hear: (outcome: Outcome) => {
        recorder.add(outcome);
        if (this.#server === '') this.#server = outcome.exchange?.server ?? '';
        if (isWritten) lines.push(csvLine(outcome, startedAt));
        tell(recorder.requests);
      },
      end: () => {
        this.#options.write(lines.join(''));
        return recorder.measurement();
      },
    };
  }

  #teller(known: Omit<LoadProgress, 'done' | 'seconds'>): (done: number) => void {
    const began = performance.now();
    return (done) =>
      this.#options.onProgress({ ...known, done, seconds: (performance.now() - began) / 1000 });
  }
}
