import { describe, expect, it } from 'vitest';
import { isGreedy, Sampler, type Sampling } from './sampler.ts';

const GREEDY: Sampling = { doSample: false, temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 };
const LOGITS = [0.5, 3, -1, 2.5, 2];

function draw(
  sampling: Partial<Sampling>,
  count = 1,
  { seen = [] as number[], allowed = undefined as Int32Array | undefined } = {},
) {
  const sampler = new Sampler({ ...GREEDY, ...sampling });
  return Array.from({ length: count }, () => sampler.next(Float32Array.from(LOGITS), seen, allowed));
}

/** Of each token, how often it was drawn. */
function shares(tokens: readonly number[]): number[] {
  return LOGITS.map((_, token) => tokens.filter((drawn) => drawn === token).length / tokens.length);
}

/** softmax over some of the tokens */
function softmax(tokens: readonly number[], temperature = 1): number[] {
  const weights = LOGITS.map((logit, token) => (tokens.includes(token) ? Math.exp(logit / temperature) : 0));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / total);
}

describe('the most likely token', () => {
  it.each([
    { name: 'where nothing is drawn', sampling: {}, expected: 1 },
    { name: 'at temperature 0', sampling: { doSample: true, temperature: 0 }, expected: 1 },
    { name: 'of those that are allowed', sampling: {}, allowed: Int32Array.of(0b11101), expected: 3 },
    {
      name: 'with what was seen made less likely',
      sampling: { repetitionPenalty: 2 },
      seen: [1],
      expected: 3,
    },
    {
      name: 'with what was seen made less likely below zero too',
      sampling: { repetitionPenalty: 1.5 },
      seen: [0, 1, 3, 4],
      allowed: Int32Array.of(0b00101),
      expected: 0,
    },
  ])('$name', ({ sampling, expected, ...given }) => {
    expect(draw(sampling, 1, { seen: [], allowed: undefined, ...given })).toEqual([expected]);
  });

  it.each([
    [GREEDY, true],
    [{ ...GREEDY, doSample: true }, false],
    [{ ...GREEDY, doSample: true, temperature: 0 }, true],
    [{ ...GREEDY, repetitionPenalty: 1.1 }, false],
  ])('%o: %s', (sampling, expected) => expect(isGreedy(sampling)).toBe(expected));
});

describe('tokens that are drawn', () => {
  const COUNT = 20_000;
  /** Four standard deviations of a share of 20,000 draws. */
  const TOLERANCE = 0.015;

  it.each([
    { name: 'by their probability', sampling: {}, tokens: [0, 1, 2, 3, 4] },
    { name: 'at another temperature', sampling: { temperature: 2 }, tokens: [0, 1, 2, 3, 4] },
    { name: 'among the most likely', sampling: { topK: 2 }, tokens: [1, 3] },
    { name: 'among the fewest that reach a share', sampling: { topP: 0.7 }, tokens: [1, 3] },
    { name: 'among both', sampling: { topK: 3, topP: 0.6 }, tokens: [1, 3] },
    { name: 'the likeliest always', sampling: { topP: 0.01 }, tokens: [1] },
    { name: 'of what is allowed', sampling: {}, allowed: Int32Array.of(0b01101), tokens: [0, 2, 3] },
  ])('$name', ({ sampling, tokens, allowed }) => {
    const found = shares(draw({ ...sampling, doSample: true }, COUNT, { seen: [], allowed }));
    const expected = softmax(tokens, 'temperature' in sampling ? sampling.temperature : 1);
    for (const [token, share] of found.entries()) {
      expect(Math.abs(share - expected[token]!), `token ${token}`).toBeLessThan(TOLERANCE);
    }
  });

  it('are the same for the same seed', () => {
    expect(draw({ doSample: true, seed: 5 }, 50)).toEqual(draw({ doSample: true, seed: 5 }, 50));
    expect(draw({ doSample: true, seed: 5 }, 50)).not.toEqual(draw({ doSample: true, seed: 6 }, 50));
  });

  it('come from a nucleus that is wider than the first look', () => {
    const flat = Float32Array.from({ length: 1000 }, (_, i) => -i * 1e-6);
    const sampler = new Sampler({ ...GREEDY, doSample: true, topP: 0.9 });
    const drawn = Array.from({ length: 500 }, () => sampler.next(flat.slice(), []));
    expect(Math.max(...drawn)).toBeGreaterThan(800);
    expect(Math.max(...drawn)).toBeLessThan(900);
  });
});
