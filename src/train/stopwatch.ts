/** How fast a training goes and how long it will take, from the first step of this process on. */
import type { LogTiming, StepEvent } from '../runs/index.ts';

type Speed = Pick<StepEvent, 'tokensPerSecond' | 'rowsPerSecond' | 'elapsedSeconds' | 'remainingSeconds'>;

export class Stopwatch {
  readonly #firstStep: number;
  readonly #totalSteps: number;
  readonly #now: () => number;
  #start = 0;
  #lapStart = 0;
  #steps = 0;
  #rows = 0;
  #tokens = 0;

  /**
   * @param firstStep steps done before, by an earlier process
   * @param now in milliseconds
   */
  constructor(firstStep: number, totalSteps: number, now = () => performance.now()) {
    this.#firstStep = firstStep;
    this.#totalSteps = totalSteps;
    this.#now = now;
  }

  start(): void {
    this.#start = this.#now();
  }

  /** Begins a step: what came between it and the one before is not counted as its time. */
  beginLap(): void {
    this.#lapStart = this.#now();
  }

  /** Ends a step. @returns the speed of this step, and the time that all of them took and will take */
  lap({ rows, tokens }: { rows: number; tokens: number }): Speed {
    const time = this.#now();
    const seconds = (time - this.#lapStart) / 1000;
    this.#steps++;
    this.#rows += rows;
    this.#tokens += tokens;
    const { elapsedSeconds, remainingSeconds } = this.timing();
    return {
      tokensPerSecond: tokens / seconds,
      rowsPerSecond: rows / seconds,
      elapsedSeconds,
      remainingSeconds,
    };
  }

  timing(): LogTiming {
    const elapsedSeconds = (this.#now() - this.#start) / 1000;
    const left = this.#totalSteps - this.#firstStep - this.#steps;
    const remainingSeconds = this.#steps === 0 ? 0 : (elapsedSeconds / this.#steps) * left;
    return { elapsedSeconds, remainingSeconds, tokensInSession: this.#tokens };
  }

  average(): { seconds: number; rowsPerSecond: number; stepsPerSecond: number } {
    const seconds = (this.#now() - this.#start) / 1000;
    return { seconds, rowsPerSecond: this.#rows / seconds, stepsPerSecond: this.#steps / seconds };
  }
}
