/**
 * Rows drawn with replacement, without drawing rows: where many rows are alike, how often each kind comes follows the
 * multinomial distribution, which is drawn kind by kind. Time goes with the kinds, not with the rows.
 */
import type { Random } from '../core/index.ts';
import { Binomial } from './binomial.ts';

export class Resampling {
  readonly #counts: readonly number[];
  readonly #rows: number;
  readonly #binomial: Binomial;

  /** @param counts how many rows there are of each kind */
  constructor(counts: readonly number[]) {
    this.#counts = counts;
    this.#rows = counts.reduce((sum, count) => sum + count, 0);
    this.#binomial = new Binomial(this.#rows);
  }

  /** Draws as many rows as there are. @returns how often each kind came */
  draw(random: Random): number[] {
    let rowsLeft = this.#rows;
    let drawsLeft = this.#rows;
    return this.#counts.map((count) => {
      const drawn = this.#binomial.draw(drawsLeft, count / rowsLeft, random);
      rowsLeft -= count;
      drawsLeft -= drawn;
      return drawn;
    });
  }
}
