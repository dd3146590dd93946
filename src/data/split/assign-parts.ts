/**
 * Which row goes into which part: shares kept within each stratum as near as whole groups allow, and rows that belong
 * together never apart. Greedy: the largest group first, to the part that still wants most of its strata.
 * @see https://doi.org/10.1007/978-3-642-23808-6_10 (iterative stratification, for one label and groups)
 */
import { Random } from '../../core/index.ts';

export const PARTS = ['train', 'val', 'test'] as const;
export type Part = (typeof PARTS)[number];

export interface PartRow {
  /** Rows with the same key of any kind stay together. */
  readonly keys: readonly string[];
  /** Each part gets its share of every stratum. */
  readonly stratum: string;
}

/**
 * @param shares of all rows, for the parts beside train
 * @param seed orders groups of equal size
 */
export function assignParts(
  rows: readonly PartRow[],
  shares: { readonly val: number; readonly test: number },
  seed: number,
): Part[] {
  const share = [1 - shares.val - shares.test, shares.val, shares.test] as const;
  const sizes = new Map<string, number>();
  for (const { stratum } of rows) sizes.set(stratum, (sizes.get(stratum) ?? 0) + 1);
  const wanted = new Map([...sizes].map(([stratum, size]) => [stratum, share.map((part) => part * size)]));
  const wantedInAll = share.map((part) => part * rows.length);
  const parts = new Array<Part>(rows.length);
  const order = new Random(seed).shuffle(groupsOf(rows));
  for (const group of order.sort((a, b) => b.length - a.length)) {
    const strata = group.map((row) => wanted.get(rows[row]!.stratum)!);
    // Small strata round down everywhere; what all rows together still want makes up for it.
    const wishes = PARTS.map(
      (_, part) =>
        strata.reduce((sum, stratum) => sum + stratum[part]!, 0) / strata.length +
        wantedInAll[part]! / sizes.size,
    );
    const part = wishes.indexOf(Math.max(...wishes.filter((_, index) => share[index]! > 0)));
    for (const row of group) parts[row] = PARTS[part]!;
    for (const stratum of strata) stratum[part]! -= 1;
    wantedInAll[part]! -= group.length;
  }
  return parts;
}

/** Rows that keys tie together, directly or through others. */
function groupsOf(rows: readonly PartRow[]): number[][] {
  const parents = rows.map((_, row) => row);
  const rootOf = (row: number): number => {
    let root = row;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  };
  const firstOf = new Map<string, number>();
  for (const [row, { keys }] of rows.entries()) {
    for (const key of keys) {
      const first = firstOf.get(key);
      if (first === undefined) firstOf.set(key, row);
      else parents[rootOf(row)] = rootOf(first);
    }
  }
  const groups = new Map<number, number[]>();
  for (const row of rows.keys()) {
    const root = rootOf(row);
    const group = groups.get(root);
    if (group) group.push(row);
    else groups.set(root, [row]);
  }
  return [...groups.values()];
}
