/**
 * Groups of nearly equal texts among millions: texts that agree in one band of their signatures are compared, others
 * never meet.
 * @see Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3
 */
import { SIGNATURE_LENGTH, shinglesOf, similarity, writeSignature } from './min-hash.ts';

/** Estimated share of shingles in common from which on texts count as nearly equal. */
const SIMILAR = 0.7;
/** Four equal places make a band: of pairs that are just similar, 99 of 100 agree in one of 16 bands. */
const BAND = 4;
const TEXTS_PER_CHUNK = 1 << 14;
/** Texts that show what all have in common. */
const SAMPLE = 1000;
/** What stands in more than this share of texts (an instruction, a list of labels) tells none from another. */
const COMMON = 0.2;
const FEWEST_FOR_COMMON = 20;

export class SimilarTexts {
  readonly #chunks: Uint32Array[] = [];
  #count = 0;
  #waiting: string[] = [];
  #common: ReadonlySet<number> | undefined;

  /** Numbers texts from 0 in the order in which they are added. */
  add(text: string): void {
    if (this.#common) {
      this.#sign(shinglesOf(text));
      return;
    }
    this.#waiting.push(text);
    if (this.#waiting.length === SAMPLE) this.#learnCommon();
  }

  /** The groups of two and more, each in rising order. */
  groups(): number[][] {
    if (!this.#common) this.#learnCommon();
    const leader = Int32Array.from({ length: this.#count }, (_, index) => index);
    const leaderOf = (index: number) => {
      let at = index;
      while (leader[at] !== at) {
        leader[at] = leader[leader[at]!]!;
        at = leader[at]!;
      }
      return at;
    };
    for (let start = 0; start < SIGNATURE_LENGTH; start += BAND) {
      const first = new Map<number, number>();
      for (let index = 0; index < this.#count; index++) {
        const signature = this.#signature(index);
        if (isEmpty(signature)) continue;
        const key = bandKey(signature, start);
        const other = first.get(key);
        if (other === undefined) first.set(key, index);
        else if (similarity(signature, this.#signature(other)) >= SIMILAR) {
          const [a, b] = [leaderOf(other), leaderOf(index)];
          leader[Math.max(a, b)] = Math.min(a, b);
        }
      }
    }
    const groups = new Map<number, number[]>();
    for (let index = 0; index < this.#count; index++) {
      const at = leaderOf(index);
      if (at !== index) groups.set(at, [...(groups.get(at) ?? [at]), index]);
    }
    return [...groups.values()];
  }

  #learnCommon(): void {
    const sample = this.#waiting.map(shinglesOf);
    const counts = new Map<number, number>();
    for (const shingles of sample)
      for (const shingle of shingles) counts.set(shingle, (counts.get(shingle) ?? 0) + 1);
    const limit = Math.max(FEWEST_FOR_COMMON, sample.length * COMMON);
    this.#common = new Set([...counts].filter(([, count]) => count > limit).map(([shingle]) => shingle));
    this.#waiting = [];
    for (const shingles of sample) this.#sign(shingles);
  }

  #sign(shingles: Set<number>): void {
    const chunk = Math.floor(this.#count / TEXTS_PER_CHUNK);
    this.#chunks[chunk] ??= new Uint32Array(TEXTS_PER_CHUNK * SIGNATURE_LENGTH);
    for (const shingle of shingles) if (this.#common!.has(shingle)) shingles.delete(shingle);
    writeSignature(shingles, this.#chunks[chunk], (this.#count % TEXTS_PER_CHUNK) * SIGNATURE_LENGTH);
    this.#count++;
  }

  #signature(index: number): Uint32Array {
    const start = (index % TEXTS_PER_CHUNK) * SIGNATURE_LENGTH;
    return this.#chunks[Math.floor(index / TEXTS_PER_CHUNK)]!.subarray(start, start + SIGNATURE_LENGTH);
  }
}

/** Of a text that is nothing but what all have in common. */
function isEmpty(signature: Uint32Array): boolean {
  return signature[0] === 0xffffffff && signature[1] === 0xffffffff;
}

/** 53 bits of a band. */
function bandKey(signature: Uint32Array, start: number): number {
  let high = 0;
  let low = 0;
  for (let k = start; k < start + BAND; k++) {
    high = Math.imul(high ^ signature[k]!, 2246822507);
    low = Math.imul(low ^ (signature[k]! + (low >>> 15)), 3266489909);
  }
  return ((high >>> 0) % 2 ** 21) * 2 ** 32 + (low >>> 0);
}
