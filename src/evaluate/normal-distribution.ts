/** The standard normal distribution: how far from 0 a two-sided p-value lies. */

/** Beyond it, p is 0 to all digits that a difference from 1 has. */
const FARTHEST = 9;

/**
 * The z ≥ 0 with P(|X| ≥ z) = p, in standard errors; what lies beyond 8 is not told apart.
 * @param p from 0 to 1
 */
export function distanceOf(p: number): number {
  let low = 0;
  let high = FARTHEST;
  // Halved until the two are neighbours.
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (1 - 2 * probabilityFromZero(middle) > p) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * P(0 ≤ X ≤ x) = φ(x) (x + x³/3 + x⁵/15 + x⁷/105 + …), to 1e-15.
 * @see https://doi.org/10.18637/jss.v011.i04
 */
function probabilityFromZero(x: number): number {
  let sum = x;
  let term = x;
  for (let k = 3; term > Number.EPSILON * sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return (sum * Math.exp(-(x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
