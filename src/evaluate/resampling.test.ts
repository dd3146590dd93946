import { describe, expect, it } from 'vitest';
import { Random } from '../core/index.ts';
import { Resampling } from './resampling.ts';

const DRAWS = 4000;

const cases: readonly (readonly [string, number[]])[] = [
  ['many rows of few kinds', [9000, 700, 290, 10]],
  ['few rows', [3, 1, 2]],
  ['every row for itself', [1, 1, 1, 1, 1]],
  ['a kind without rows', [5, 0, 15]],
  ['one kind', [7]],
];

describe('Resampling draws as drawing rows with replacement would', () => {
  it.each(cases)('%s', (_, counts) => {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    const random = new Random(5);
    const resampling = new Resampling(counts);
    const draws = Array.from({ length: DRAWS }, () => resampling.draw(random));
    for (const draw of draws) expect(draw.reduce((sum, count) => sum + count, 0)).toBe(rows);
    for (const [kind, count] of counts.entries()) {
      const share = count / rows;
      const variance = rows * share * (1 - share);
      const mean = draws.reduce((sum, draw) => sum + draw[kind]!, 0) / DRAWS;
      const spread = draws.reduce((sum, draw) => sum + (draw[kind]! - count) ** 2, 0) / DRAWS;
      // Four standard errors of a mean, and of a variance of something nearly normal (of kurtosis up to 4).
      expect(Math.abs(mean - count)).toBeLessThanOrEqual(4 * Math.sqrt(variance / DRAWS));
      expect(Math.abs(spread - variance)).toBeLessThanOrEqual(4 * variance * Math.sqrt(3 / DRAWS));
    }
  });

  it('the kinds against each other', () => {
    const random = new Random(6);
    const resampling = new Resampling([40, 60, 100]);
    const draws = Array.from({ length: DRAWS }, () => resampling.draw(random));
    const covariance = draws.reduce((sum, draw) => sum + (draw[0]! - 40) * (draw[1]! - 60), 0) / DRAWS;
    // -n p q = -200 · 0.2 · 0.3
    expect(covariance).toBeGreaterThan(-14);
    expect(covariance).toBeLessThan(-10);
  });

  it('the same from the same seed', () => {
    const draw = () => new Resampling([30, 50, 20]).draw(new Random(1));
    expect(draw()).toEqual(draw());
  });
});
