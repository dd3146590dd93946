/** How a turn that does not fit is cut: LLaMA-Factory's rule, which its users' results rest on. */

/**
 * What is kept of a question and its answer: the short side whole where it takes less than half of what is free,
 * else both in proportion. What fits stays whole.
 * @param source tokens of the question
 * @param target tokens of the answer
 * @param cutoff tokens that are free, at least 1
 * @returns the numbers of first tokens to keep, [source, target]
 */
export function inferSeqlen(source: number, target: number, cutoff: number): [number, number] {
  let mostTarget: number;
  if (2 * target < cutoff) mostTarget = cutoff;
  else if (2 * source < cutoff) mostTarget = cutoff - source;
  // Divided before multiplied, so that the rounding of doubles is upstream's too.
  else mostTarget = Math.floor(cutoff * (target / (source + target)));
  const keptTarget = Math.min(mostTarget, target);
  return [Math.min(Math.max(cutoff - keptTarget, 0), source), keptTarget];
}
