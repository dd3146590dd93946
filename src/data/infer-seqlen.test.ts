import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inferSeqlen } from './infer-seqlen.ts';

const GOLDEN = new URL('../../test/golden/data/infer-seqlen.json', import.meta.url);
/** source, target, cutoff, and what is kept of source and target. */
type Case = [number, number, number, number, number];

function check([source, target, cutoff, ...kept]: Case): void {
  expect(inferSeqlen(source, target, cutoff), `${source} ${target} ${cutoff}`).toEqual(kept);
}

test('golden', () => {
  const cases = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Case[];
  expect(cases.length).toBeGreaterThan(100);
  cases.forEach(check);
});

test('property: what fits stays whole, what does not fills the room but for a rounding', () => {
  const length = fc.nat(3000);
  fc.assert(
    fc.property(length, length, fc.integer({ min: 1, max: 3000 }), (source, target, cutoff) => {
      const [s, t] = inferSeqlen(source, target, cutoff);
      expect(s + t).toBe(Math.min(source + target, cutoff));
      expect(s).toBeLessThanOrEqual(source);
      expect(t).toBeLessThanOrEqual(target);
    }),
  );
});
