/**
 * Rows drawn with replacement, without drawing rows: where many rows are alike, how often each kind comes follows the
 * multinomial distribution, which is drawn kind by kind. Time goes with the kinds, not with the rows.
 */
import type { Random } from '../core/index.ts';

export class Resampling {
  readonly #counts: readonly number[];
  readonly #rows: number;
  /** [rows + 1]: ln k! */
  readonly #logFactorials: Float64Array;

  /** @param counts how many rows there are of each kind */
  constructor(counts: readonly number[]) {
    this.#counts = counts;
    this.#rows = counts.reduce((sum, count) => sum + count, 0);
    this.#logFactorials = new Float64Array(this.#rows + 1);
    for (let k = 2; k <= this.#rows; k++) {
      this.#logFactorials[k] = this.#logFactorials[k - 1]! + Math.log(k);
    }
  }

  /** Draws as many rows as there are. @returns how often each kind came */
  draw(random: Random): number[] {
    let rowsLeft = this.#rows;
    let drawsLeft = this.#rows;
    return this.#counts.map((count) => {
      const drawn = this.#binomial(drawsLeft, count / rowsLeft, random);
      rowsLeft -= count;
      drawsLeft -= drawn;
      return drawn;
    });
  }

  /** Successes in n trials: a uniform number used up by the probabilities, from the likeliest outwards. */
  #binomial(n: number, p: number, random: Random): number {
    if (n === 0 || p === 0) return 0;
    if (p === 1) return n;
    const logs = this.#logFactorials;
    const odds = p / (1 - p);
    const middle = Math.min(n, Math.floor((n + 1) * p));
    const logChoices = logs[n]! - logs[middle]! - logs[n - middle]!;
    const likeliest = Math.exp(logChoices + middle * Math.log(p) + (n - middle) * Math.log1p(-p));
    let left = random.uniform() - likeliest;
    let below = likeliest;
    let above = likeliest;
    let low = middle;
    let high = middle;
    while (left >= 0 && (low > 0 || high < n)) {
      if (low > 0) {
        below *= low / (odds * (n - low + 1));
        left -= below;
        low--;
        if (left < 0) return low;
      }
      if (high < n) {
        above *= (odds * (n - high)) / (high + 1);
        left -= above;
        high++;
        if (left < 0) return high;
      }
    }
    return middle;
  }
}
