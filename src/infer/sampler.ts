/** Chooses the next token from logits, as transformers' generation does, in its order. */
import { Random } from '../core/index.ts';

export interface Sampling {
  /** False: the most likely token. */
  readonly doSample: boolean;
  /** Logits are divided by it; 0 means the most likely token. */
  readonly temperature: number;
  /** The k most likely stay; 0 for all. */
  readonly topK: number;
  /** The fewest most likely whose sum reaches it stay; 1 for all. */
  readonly topP: number;
  /** Logits of tokens that were seen are divided by it where positive, multiplied where negative. */
  readonly repetitionPenalty: number;
  readonly seed: number;
}

/** Whether the most likely token is all that is wanted, so that logits need not be read. */
export function isGreedy({ doSample, temperature, repetitionPenalty }: Sampling): boolean {
  return (!doSample || temperature === 0) && repetitionPenalty === 1;
}

export class Sampler {
  readonly #sampling: Sampling;
  readonly #random: Random;

  constructor(sampling: Sampling) {
    this.#sampling = sampling;
    this.#random = new Random(sampling.seed);
  }

  /**
   * @param logits [V]; changed by the call
   * @param seen tokens of the prompt and the answer so far
   */
  next(logits: Float32Array, seen: readonly number[]): number {
    const { doSample, temperature, topK, topP, repetitionPenalty } = this.#sampling;
    if (repetitionPenalty !== 1) {
      for (const token of new Set(seen)) {
        const value = logits[token]!;
        logits[token] = value > 0 ? value / repetitionPenalty : value * repetitionPenalty;
      }
    }
    if (!doSample || temperature === 0) return argmax(logits);
    const candidates = largest(logits, topK > 0 ? topK : logits.length);
    const highest = logits[candidates[0]!]!;
    const weights = candidates.map((token) => Math.exp((logits[token]! - highest) / temperature));
    const kept = nucleus(weights, topP);
    let point = this.#random.uniform() * kept.total;
    for (let i = 0; i < kept.count; i++) {
      point -= weights[i]!;
      if (point < 0) return candidates[i]!;
    }
    return candidates[kept.count - 1]!;
  }
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Indices of the k largest values, largest first. */
function largest(values: Float32Array, k: number): number[] {
  if (k >= values.length) return [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  const heap: number[] = []; // ascending: small k
  for (let i = 0; i < values.length; i++) {
    if (heap.length === k && values[i]! <= values[heap[0]!]!) continue;
    let low = 0;
    let high = heap.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[heap[middle]!]! < values[i]!) low = middle + 1;
      else high = middle;
    }
    heap.splice(low, 0, i);
    if (heap.length > k) heap.shift();
  }
  return heap.reverse();
}

/** How many of the descending weights reach the share `topP`, and their sum. */
function nucleus(weights: readonly number[], topP: number): { count: number; total: number } {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let total = 0;
  for (const [index, weight] of weights.entries()) {
    total += weight;
    if (total >= topP * all) return { count: index + 1, total };
  }
  return { count: weights.length, total };
}
