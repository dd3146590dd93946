/** Draws from the binomial distribution: how many of n independent trials succeed. */
import type { Random } from '../core/index.ts';

export class Binomial {
  /** [most trials + 1]: ln k! */
  readonly #logFactorials: Float64Array;

  constructor(mostTrials: number) {
    this.#logFactorials = new Float64Array(mostTrials + 1);
    for (let k = 2; k <= mostTrials; k++) {
      this.#logFactorials[k] = this.#logFactorials[k - 1]! + Math.log(k);
    }
  }

  /**
   * One draw, in time that goes with the spread √(n p (1 - p)): a uniform number is used up by the probabilities of
   * the counts, from the likeliest outwards.
   */
  draw(n: number, p: number, random: Random): number {
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
    // Rounding left something over.
    return middle;
  }
}
