/** Which rates are tried, and which one is the highest that held. */
import { describe, expect, it } from 'vitest';
import { highestRate, nextRate, parseRamp, type TriedRate } from './ramp.ts';

/** All rates that a ramp tries against a server that holds up to a rate. */
function ramp(text: string, capacity: number): { readonly rates: number[]; readonly highest: number } {
  const tried: TriedRate[] = [];
  for (
    let rate = nextRate(parseRamp(text), tried);
    rate !== undefined;
    rate = nextRate(parseRamp(text), tried)
  ) {
    tried.push({ rate, holds: rate <= capacity });
  }
  return { rates: tried.map(({ rate }) => rate), highest: highestRate(tried) };
}

describe('rates of a ramp', () => {
  it.each([
    ['10:200', 70, [10, 20, 40, 80, 60, 70, 75], 70],
    ['10:200', 1000, [10, 20, 40, 80, 160, 200], 200],
    ['10:40', 40, [10, 20, 40], 40],
    ['10:200', 5, [10], 0],
    ['10:50:10', 35, [10, 20, 30, 40], 30],
    ['0.1:0.5:0.1', 1, [0.1, 0.2, 0.3, 0.4, 0.5], 0.5],
    ['8:8', 9, [8], 8],
  ] as const)('%s of a server that holds %d', (text, capacity, rates, highest) => {
    expect(ramp(text, capacity)).toEqual({ rates, highest });
  });

  it('do not count above one that broke', () => {
    const tried = [
      { rate: 10, holds: true },
      { rate: 20, holds: false },
      { rate: 30, holds: true },
    ];
    expect(highestRate(tried)).toBe(10);
  });

  it.each(['', '10', '0:10', '20:10', '1:5:0', 'a:b', '1:2:3:4', '-1:5'])('%j is no ramp', (text) => {
    expect(() => parseRamp(text)).toThrow(/ramp: .* is no ramp; write/);
  });
});
