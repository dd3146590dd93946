/** A text as a number: equal texts have equal ones, and two others share one by chance in 1 of 9e15 pairs. */

const PRIME_LOW = 2654435761;
const PRIME_HIGH = 1597334677;
const HIGH_BITS = 2 ** 21;

/** 53 bits, an exact integer: two multiplicative hashes side by side, mixed at the end (as cyrb53 does). */
export function hashText(text: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, PRIME_LOW);
    high = Math.imul(high ^ unit, PRIME_HIGH);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return ((high >>> 0) % HIGH_BITS) * 2 ** 32 + (low >>> 0);
}
