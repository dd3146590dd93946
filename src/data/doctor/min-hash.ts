/**
 * How alike two texts are, from small signatures: the share of equal places of two signatures estimates the Jaccard
 * similarity of the texts' shingles.
 * @see Broder, "On the resemblance and containment of documents" (1997)
 */
import { Random } from '../../core/index.ts';

/** Places of a signature: the estimate's standard deviation is at most 1/16. */
export const SIGNATURE_LENGTH = 64;

/** Characters of a shingle; a Chinese character says as much as a short word does. */
const SHINGLE = { han: 2, other: 5 };
const HAN = /\p{Script=Han}/gu;
const OFFSET = 2166136261;
const PRIME = 16777619;

const random = new Random(1);
const odd = () => (random.integer(2 ** 31) * 2 + 1) >>> 0;
const FACTORS = Uint32Array.from({ length: SIGNATURE_LENGTH }, odd);
const SUMMANDS = Uint32Array.from({ length: SIGNATURE_LENGTH }, odd);

/** The hashes of a text's overlapping pieces, each once. */
export function shinglesOf(text: string): Set<number> {
  const isHan = (text.match(HAN)?.length ?? 0) * 2 > text.length;
  const length = isHan ? SHINGLE.han : SHINGLE.other;
  const hashes = new Set<number>();
  for (let start = 0; start === 0 || start + length <= text.length; start++) {
    let hash = OFFSET;
    for (let at = start; at < Math.min(text.length, start + length); at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
    }
    hashes.add(hash >>> 0);
  }
  return hashes;
}

/** @param target SIGNATURE_LENGTH places from `offset` on */
export function writeSignature(shingles: Iterable<number>, target: Uint32Array, offset: number): void {
  target.fill(0xffffffff, offset, offset + SIGNATURE_LENGTH);
  for (const shingle of shingles) {
    for (let k = 0; k < SIGNATURE_LENGTH; k++) {
      let value = (Math.imul(shingle, FACTORS[k]!) + SUMMANDS[k]!) >>> 0;
      value = Math.imul(value ^ (value >>> 15), PRIME) >>> 0;
      if (value < target[offset + k]!) target[offset + k] = value;
    }
  }
}

/** An estimate of the Jaccard similarity, 0 to 1. */
export function similarity(a: Uint32Array, b: Uint32Array): number {
  let equal = 0;
  for (let k = 0; k < SIGNATURE_LENGTH; k++) if (a[k] === b[k]) equal++;
  return equal / SIGNATURE_LENGTH;
}
