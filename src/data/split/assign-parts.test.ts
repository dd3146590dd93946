import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignParts, PARTS, type PartRow } from './assign-parts.ts';

/** Rows of each stratum in each part, as `stratum train/val/test …`. */
function check(
  rows: readonly PartRow[],
  shares: { val: number; test: number },
  expected: string,
  seed = 1,
): void {
  const parts = assignParts(rows, shares, seed);
  const strata = [...new Set(rows.map(({ stratum }) => stratum))];
  const counted = strata.map((stratum) => {
    const counts = PARTS.map(
      (part) => parts.filter((p, row) => p === part && rows[row]!.stratum === stratum).length,
    );
    return `${stratum} ${counts.join('/')}`;
  });
  expect(counted.join(' ')).toBe(expected);
}

const alone = (stratum: string, count: number): PartRow[] =>
  Array.from({ length: count }, () => ({ keys: [], stratum }));
const together = (stratum: string, count: number, key: string): PartRow[] =>
  Array.from({ length: count }, () => ({ keys: [key], stratum }));

test('shares are exact where they can be, in each stratum', () => {
  check(alone('a', 10), { val: 0.1, test: 0.1 }, 'a 8/1/1');
  check(alone('a', 10), { val: 0.2, test: 0 }, 'a 8/2/0');
  check(
    [...alone('a', 100), ...alone('b', 50), ...alone('c', 20)],
    { val: 0.1, test: 0.2 },
    'a 70/10/20 b 35/5/10 c 14/2/4',
  );
  check([...alone('a', 7), ...alone('b', 13)], { val: 0.1, test: 0.1 }, 'a 5/1/1 b 11/1/1');
  check(alone('a', 1), { val: 0.1, test: 0.1 }, 'a 1/0/0');
});

test('small strata round down together, so that no part comes out short', () => {
  const rows = Array.from({ length: 50 }, (_, i) => alone(String(i), 3)).flat();
  const parts = assignParts(rows, { val: 0.1, test: 0.1 }, 1);
  for (const part of ['val', 'test']) {
    const count = parts.filter((other) => other === part).length;
    expect(count).toBeGreaterThanOrEqual(13);
    expect(count).toBeLessThanOrEqual(17);
  }
});

test('rows with a key in common stay together, also through others', () => {
  check([...together('a', 5, 'x'), ...alone('a', 45)], { val: 0.1, test: 0.1 }, 'a 40/5/5');
  const chain = [['x'], ['x', 'y'], ['y', 'z'], ['z']].map((keys) => ({ keys, stratum: 'a' }));
  const parts = assignParts([...chain, ...alone('a', 36)], { val: 0.1, test: 0.1 }, 1);
  expect(new Set(parts.slice(0, 4)).size).toBe(1);
  expect(parts.filter((part) => part === 'val')).toHaveLength(4);
});

test('whatever the rows: groups whole, shares near, the same by the same seed', () => {
  const row = fc.record({
    keys: fc.array(fc.constantFrom('p', 'q', 'r', 's', 't', 'u'), { maxLength: 1 }),
    stratum: fc.constantFrom('a', 'b', 'c'),
  });
  const shares = fc.record({
    val: fc.double({ min: 0, max: 0.4, noNaN: true }),
    test: fc.double({ min: 0, max: 0.4, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 200 }), shares, fc.nat(), (rows, shares, seed) => {
      const parts = assignParts(rows, shares, seed);
      expect(assignParts(rows, shares, seed)).toEqual(parts);
      const partOf = new Map<string, string>();
      let largest = 1;
      for (const [index, { keys }] of rows.entries()) {
        for (const key of keys) {
          expect(parts[index]).toBe(partOf.get(key) ?? parts[index]);
          partOf.set(key, parts[index]!);
          largest = Math.max(largest, rows.filter(({ keys: [other] }) => other === key).length);
        }
      }
      for (const part of ['val', 'test'] as const) {
        const count = parts.filter((other) => other === part).length;
        expect(Math.abs(count - shares[part] * rows.length)).toBeLessThanOrEqual(largest + 3);
      }
    }),
  );
});
