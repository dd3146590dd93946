/** Chooses the next token from logits, as transformers' generation does, in its order. */
import { Random } from '../core/index.ts';
import { largest } from './largest.ts';

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

/** Candidates that a nucleus is first looked for among; mostly enough. */
const FIRST_CANDIDATES = 64;

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
   * @param allowed a bit a token, [⌈V / 32⌉]; all when absent
   */
  next(logits: Float32Array, seen: readonly number[], allowed?: Int32Array): number {
    const { doSample, temperature, repetitionPenalty } = this.#sampling;
    if (repetitionPenalty !== 1) {
      for (const token of new Set(seen)) {
        const value = logits[token]!;
        logits[token] = value > 0 ? value / repetitionPenalty : value * repetitionPenalty;
      }
    }
    if (allowed) forbid(logits, allowed);
    if (!doSample || temperature === 0) return argmax(logits);
    return this.#draw(logits);
  }

  #draw(logits: Float32Array): number {
    const { temperature, topK, topP } = this.#sampling;
    const highest = logits[argmax(logits)]!;
    const weightOf = (token: number) => Math.exp((logits[token]! - highest) / temperature);
    if (topK === 0 && topP >= 1) {
      let total = 0;
      for (let token = 0; token < logits.length; token++) total += weightOf(token);
      return this.#pick(total, logits.length, (index) => index, weightOf);
    }
    const candidates =
      topK > 0 && topP >= 1 ? largest(logits, topK) : nucleus(logits, weightOf, this.#sampling);
    const total = candidates.reduce((sum, token) => sum + weightOf(token), 0);
    return this.#pick(total, candidates.length, (index) => candidates[index]!, weightOf);
  }

  #pick(
    total: number,
    count: number,
    at: (index: number) => number,
    weight: (token: number) => number,
  ): number {
    let point = this.#random.uniform() * total;
    let last = at(0);
    for (let index = 0; index < count; index++) {
      const share = weight(at(index));
      if (share === 0) continue;
      last = at(index);
      point -= share;
      if (point < 0) return last;
    }
    return last;
  }
}

function forbid(logits: Float32Array, allowed: Int32Array): void {
  for (let token = 0; token < logits.length; token++) {
    if (((allowed[token >> 5]! >> (token & 31)) & 1) === 0) logits[token] = Number.NEGATIVE_INFINITY;
  }
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** The fewest most likely tokens whose weights reach the share `topP` of all, or of the `topK` most likely. */
function nucleus(
  logits: Float32Array,
  weightOf: (token: number) => number,
  { topK, topP }: Sampling,
): number[] {
  let all = 0;
  if (topK === 0) for (let token = 0; token < logits.length; token++) all += weightOf(token);
  for (let count = topK || FIRST_CANDIDATES; ; count *= 4) {
    const candidates = largest(logits, Math.min(count, logits.length));
    if (topK > 0) all = candidates.reduce((sum, token) => sum + weightOf(token), 0);
    let sum = 0;
    const enough = candidates.findIndex((token) => {
      sum += weightOf(token);
      return sum >= topP * all;
    });
    if (enough >= 0) return candidates.slice(0, enough + 1);
    if (candidates.length === logits.length || topK > 0) return candidates;
  }
}
