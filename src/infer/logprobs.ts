/** Log-probabilities of next tokens from logits on the host. */
import type { TokenLogprob } from './engine-types.ts';
import { largest } from './largest.ts';

/**
 * @param logits [V]; read now, so that they may change afterwards
 * @param count of the most likely tokens that are told
 */
export function tokenLogprobs(
  logits: Float32Array,
  count: number,
): { readonly top: readonly TokenLogprob[]; of(token: number): number } {
  const values = logits.slice();
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > highest) highest = value;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - highest);
  const level = highest + Math.log(sum);
  const of = (token: number) => values[token]! - level;
  const top = count > 0 ? largest(values, count).map((token) => ({ token, logprob: of(token) })) : [];
  return { top, of };
}
