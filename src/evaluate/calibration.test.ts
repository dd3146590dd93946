import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DataError } from '../core/index.ts';
import { calibrationOf } from './calibration.ts';

interface GoldenCase {
  readonly name: string;
  readonly confidences: number[];
  readonly right: boolean[];
  readonly error: number;
  /** Means of the bins that hold rows; `rows` of all bins. */
  readonly filled: { readonly rows: number[]; readonly confidence: number[]; readonly accuracy: number[] };
}

const GOLDEN = new URL('../../test/golden/evaluate/statistics.json', import.meta.url);
const { calibration: cases } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { calibration: GoldenCase[] };

describe('calibration equals scikit-learn’s calibration_curve', () => {
  it.each(cases)('$name', ({ confidences, right, error, filled }) => {
    const calibration = calibrationOf(confidences, right);
    expect(calibration.error).toBeCloseTo(error, 13);
    expect(calibration.bins.map(({ rows }) => rows)).toEqual(filled.rows);
    const bins = calibration.bins.filter(({ rows }) => rows > 0);
    for (const [index, bin] of bins.entries()) {
      expect(bin.confidence).toBeCloseTo(filled.confidence[index]!, 13);
      expect(bin.accuracy).toBeCloseTo(filled.accuracy[index]!, 13);
    }
  });
});

describe('calibration', () => {
  it('says nothing of bins without rows', () => {
    expect(calibrationOf([0.99], [true]).bins[3]).toEqual({ from: 0.2, to: 4 / 15, rows: 0 });
  });

  it.each([[1.2], [-0.1], [Number.NaN]])('refuses the probability %d', (probability) => {
    expect(() => calibrationOf([0.5, probability], [true, true])).toThrow(DataError);
    expect(() => calibrationOf([0.5, probability], [true, true])).toThrow(/probability of row 2 is/);
  });
});
