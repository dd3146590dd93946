/**
 * Holm's correction of p-values: with several tests at once, one of them is soon small by chance. Bounds the
 * probability of even one false finding, whatever the tests have to do with each other.
 * @see https://www.jstor.org/stable/4615733
 */

/** @returns the corrected p-values, in the order given: compare each with the wanted level as it is */
export function holm(pValues: readonly number[]): number[] {
  const corrected = new Array<number>(pValues.length);
  const ascending = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  let largest = 0;
  for (const [rank, index] of ascending.entries()) {
    // A corrected value is never below that of a smaller p.
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    corrected[index] = largest;
  }
  return corrected;
}
