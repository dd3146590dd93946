import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { holm } from './holm.ts';

const GOLDEN = new URL('../../test/golden/evaluate/statistics.json', import.meta.url);
const { holm: cases } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as {
  holm: { name: string; p: number[]; corrected: number[] }[];
};

describe('holm equals statsmodels', () => {
  it.each(cases)('$name', ({ p, corrected }) => {
    const actual = holm(p);
    expect(actual).toHaveLength(corrected.length);
    for (const [index, value] of corrected.entries()) expect(actual[index]).toBeCloseTo(value, 14);
  });
});
