/** The smoothing of LLaMA-Factory's loss plots: a moving average that is the heavier the longer the run. */

/**
 * Exponential moving average with weight 1.8 * (1 / (1 + exp(-0.05 n)) - 0.5), n being the number of values:
 * s[i] = weight * s[i - 1] + (1 - weight) * v[i], started from the first value.
 */
export function smooth(values: readonly number[]): number[] {
  const weight = 1.8 * (1 / (1 + Math.exp(-0.05 * values.length)) - 0.5);
  let last = values[0] ?? 0;
  return values.map((value) => {
    last = last * weight + (1 - weight) * value;
    return last;
  });
}
