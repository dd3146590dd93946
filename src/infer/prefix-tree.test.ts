import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CachedToken, PrefixTree, placesTo } from './prefix-tree.ts';

/** Grows a text in the tree; what was held is returned, the last token last. */
function grow(tree: PrefixTree, tokens: readonly number[], adapter?: string): CachedToken[] {
  const held = [tree.find(adapter, tokens, tokens.length)];
  for (const token of tokens.slice(held[0]!.position + 1)) {
    const next = tree.extend(held.at(-1)!, token);
    if (!next) break;
    held.push(next);
  }
  return held;
}

function release(tree: PrefixTree, held: readonly CachedToken[]): void {
  for (const token of held.toReversed()) tree.release(token);
}

describe('a tree of prefixes', () => {
  it.each([
    { name: 'nothing', known: [], asked: [1, 2], found: 0 },
    { name: 'the beginning', known: [1, 2, 3], asked: [1, 2, 4, 5], found: 2 },
    { name: 'no more than it may', known: [1, 2, 3], asked: [1, 2, 3], limit: 2, found: 2 },
    { name: 'nothing of another adapter', known: [1, 2, 3], asked: [1, 2, 3], adapter: 'other', found: 0 },
  ])('finds $name', ({ known, asked, limit = asked.length, adapter, found }) => {
    const tree = new PrefixTree(8);
    release(tree, grow(tree, known));
    expect(tree.find(adapter, asked, limit).position + 1).toBe(found);
    expect(tree.reused).toBe(found);
  });

  it('forgets what was not used for the longest time, and nothing that is held', () => {
    const tree = new PrefixTree(6);
    release(tree, grow(tree, [1, 2, 3]));
    const held = grow(tree, [7, 8, 9]);
    release(tree, grow(tree, [1, 2, 3])); // found again, so it is younger than nothing else
    release(tree, grow(tree, [4, 5]));
    expect(tree.find(undefined, [4, 5], 2).position).toBe(1);
    expect(tree.find(undefined, [7, 8, 9], 3)).toBe(held.at(-1));
    expect(tree.find(undefined, [1, 2, 3], 3).position).toBe(-1);
  });

  it('has no place when all are held', () => {
    const tree = new PrefixTree(2);
    const held = grow(tree, [1, 2, 3]);
    expect(held).toHaveLength(3); // the root and two tokens
    tree.release(held.pop()!);
    expect(tree.extend(held.at(-1)!, 9)?.position).toBe(1);
  });

  it('keeps a second computation of a token apart, and frees it at once', () => {
    const tree = new PrefixTree(3);
    const [root, first] = grow(tree, [1]);
    const second = tree.extend(root!, 1)!;
    expect(second.place).not.toBe(first!.place);
    expect(tree.size).toBe(1);
    tree.release(second);
    expect(tree.find(undefined, [1], 1)).toBe(first);
  });

  it('gives no place to two tokens, and finds only what was grown, whatever is asked', () => {
    const text = fc.record({
      tokens: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 6 }),
      adapter: fc.constantFrom(undefined, 'a'),
      keep: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), fc.integer({ min: 6, max: 20 }), (texts, places) => {
        const tree = new PrefixTree(places);
        let live: { held: CachedToken[]; left: number }[] = [];
        for (const { tokens, adapter, keep } of texts) {
          const held = grow(tree, tokens, adapter);
          const last = held.at(-1)!;
          const path: number[] = [];
          for (let at: CachedToken = last; at.parent; at = at.parent) path.unshift(at.token);
          expect(path).toEqual(tokens.slice(0, path.length));
          expect(new Set(placesTo(last)).size).toBe(path.length);
          live.push({ held, left: keep });
          const used = new Map<number, CachedToken>();
          for (const { held: each } of live) {
            for (let at: CachedToken = each.at(-1)!; at.parent; at = at.parent) {
              expect(used.get(at.place) ?? at).toBe(at);
              expect(at.place).toBeLessThan(places);
              used.set(at.place, at);
            }
          }
          for (const each of live) if (each.left-- === 0) release(tree, each.held);
          live = live.filter(({ left }) => left >= 0);
        }
        for (const { held } of live) release(tree, held);
        expect(
          grow(
            tree,
            Array.from({ length: places }, (_, i) => 10 + i),
          ),
        ).toHaveLength(places + 1);
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});
