import { describe, expect, it } from 'vitest';
import { branchesOf, buildTrie, lineFrom } from './label-trie.ts';

const tokensOf = (line: readonly { token: number }[]) => line.map(({ token }) => token);

describe('a tree of labels', () => {
  it.each([
    {
      name: 'two words',
      labels: [
        [1, 0],
        [2, 0],
      ],
      trunk: [-1],
      branches: [[1], [2]],
    },
    {
      name: 'one beginning for all',
      labels: [
        [5, 6, 1, 0],
        [5, 6, 2, 0],
      ],
      trunk: [-1, 5, 6],
      branches: [[1], [2]],
    },
    {
      name: 'branches of branches',
      labels: [
        [1, 2, 3, 0],
        [1, 2, 4, 5, 0],
        [7, 0],
      ],
      trunk: [-1],
      branches: [[1, 2], [3], [4, 5], [7]],
    },
    { name: 'nothing to run', labels: [[1], [2]], trunk: [-1], branches: [] },
    {
      name: 'a label that ends where another goes on',
      labels: [
        [1, 0],
        [1, 1, 0],
      ],
      trunk: [-1, 1],
      branches: [[1]],
    },
  ])('$name', ({ labels, trunk, branches }) => {
    const root = buildTrie(labels);
    expect(tokensOf(lineFrom(root))).toEqual(trunk);
    const found = branchesOf(root);
    expect(found.map(({ line }) => tokensOf(line))).toEqual(branches);
    const known = new Set(lineFrom(root));
    for (const { from, line } of found) {
      expect(known).toContain(from);
      for (const node of line) known.add(node);
    }
  });

  it('refuses equal labels', () => {
    expect(() =>
      buildTrie([
        [1, 0],
        [1, 0],
      ]),
    ).toThrow('label 1 equals another');
  });
});
