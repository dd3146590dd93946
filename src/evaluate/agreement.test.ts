import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agreementOf, classWins } from './agreement.ts';

const GOLDEN = new URL('../../test/golden/evaluate/statistics.json', import.meta.url);
const { kappa: cases } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as {
  kappa: { name: string; first: (string | null)[]; second: (string | null)[]; kappa: number }[];
};

const answers = (list: readonly (string | null)[]) => list.map((answer) => answer ?? undefined);

describe('kappa equals scikit-learn', () => {
  it.each(cases)('$name', ({ first, second, kappa }) => {
    expect(agreementOf(answers(first), answers(second)).kappa).toBeCloseTo(kappa, 13);
  });
});

describe('agreement', () => {
  it('is the share of equal answers', () => {
    expect(agreementOf(['a', 'b', undefined, undefined], ['a', 'a', undefined, 'b']).share).toBe(0.5);
  });

  it('has no kappa where both always give one and the same answer', () => {
    expect(agreementOf(['a', 'a'], ['a', 'a'])).toEqual({ share: 1 });
  });
});

describe('classWins', () => {
  it('counts by class the rows that one alone gets right', () => {
    const truths = ['a', 'a', 'a', 'b', 'b'];
    const first = ['a', 'a', 'b', undefined, 'a'];
    const second = ['b', 'a', undefined, 'b', 'a'];
    expect(classWins(['a', 'b', 'c'], truths, first, second)).toEqual([
      { label: 'a', rows: 3, wins: 1, losses: 0 },
      { label: 'b', rows: 2, wins: 0, losses: 1 },
      { label: 'c', rows: 0, wins: 0, losses: 0 },
    ]);
  });
});
