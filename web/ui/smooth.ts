/** The running mean of a curve, weighed so that its beginning is not pulled to zero. */

/** @param weight of what was before, from 0 to below 1; absent values stay absent */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let sum = 0;
  let share = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return sum / share;
  });
}
