import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largest } from './largest.ts';
import { tokenLogprobs } from './logprobs.ts';

describe('the largest values', () => {
  it('are those that sorting gives', () => {
    const values = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 70 }), (list, k) => {
        const typed = Float32Array.from(list);
        const found = largest(typed, k).map((index) => typed[index]);
        expect(found).toEqual(
          Array.from(typed)
            .sort((a, b) => b - a)
            .slice(0, k),
        );
      }),
      { seed: 5 },
    );
  });
});

describe('log-probabilities', () => {
  const logits = Float32Array.from([0, Math.log(2), Math.log(5)]);

  it('are the logits less the log of the sum of their exponentials', () => {
    const { top, of } = tokenLogprobs(logits, 2);
    expect(top.map(({ token }) => token)).toEqual([2, 1]);
    expect(top[0]!.logprob).toBeCloseTo(Math.log(5 / 8), 6);
    expect(of(0)).toBeCloseTo(Math.log(1 / 8), 6);
  });

  it('do not change with the logits', () => {
    const own = logits.slice();
    const { of } = tokenLogprobs(own, 0);
    own.fill(0);
    expect(of(2)).toBeCloseTo(Math.log(5 / 8), 6);
  });
});
