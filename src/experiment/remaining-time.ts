/**
 * How long an experiment still takes: the present stage by its own progress, later ones by what stages of their kind
 * took, here or when they last ran. Says nothing where it knows nothing.
 */
import type { StageKind } from './stage.ts';

export class RemainingTime {
  readonly #took = new Map<StageKind, number[]>();
  readonly #now: () => number;
  #task = '';
  #firstAt = 0;
  #firstDone = 0;
  #seconds: number | undefined;
  #seenAt = 0;

  /** @param now in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  learn(kind: StageKind, seconds: number): void {
    this.#took.set(kind, [...(this.#took.get(kind) ?? []), seconds]);
  }

  begin(kind: StageKind): void {
    this.#task = '';
    this.#seconds = this.#expected(kind);
    this.#seenAt = this.#now();
  }

  /** @param seconds what the stage itself says, where it does */
  progress(step: {
    task: string;
    done: number;
    total?: number | undefined;
    seconds?: number | undefined;
  }): void {
    const { task, done, total, seconds } = step;
    const now = this.#now();
    if (task !== this.#task || done < this.#firstDone) {
      this.#task = task;
      this.#firstAt = now;
      this.#firstDone = done;
    }
    if (seconds !== undefined) this.#seconds = seconds;
    else if (total !== undefined && done > this.#firstDone) {
      const pace = (now - this.#firstAt) / 1000 / (done - this.#firstDone);
      this.#seconds = (total - done) * pace;
    } else return;
    this.#seenAt = now;
  }

  /** Of the present stage. */
  stage(): number | undefined {
    if (this.#seconds === undefined) return undefined;
    return Math.max(0, this.#seconds - (this.#now() - this.#seenAt) / 1000);
  }

  /** Of all; undefined while one of them is unknown. */
  total(later: readonly StageKind[]): number | undefined {
    const parts = [this.stage(), ...later.map((kind) => this.#expected(kind))];
    return parts.reduce<number | undefined>(
      (sum, part) => (sum === undefined || part === undefined ? undefined : sum + part),
      0,
    );
  }

  #expected(kind: StageKind): number | undefined {
    // Comparing takes about a second, whatever came before.
    if (kind === 'compare') return 1;
    const took = this.#took.get(kind);
    return took && took.reduce((sum, one) => sum + one, 0) / took.length;
  }
}
