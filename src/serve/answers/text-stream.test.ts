import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../text/index.ts';
import { TextStream } from './text-stream.ts';

/** Every byte a token. */
const bytes = {
  tokenBytes: (id: number) => Uint8Array.of(id),
  isSpecial: () => false,
} as unknown as Tokenizer;

function run(text: string, stops: readonly string[]) {
  const stream = new TextStream(bytes, stops);
  const pieces = [];
  for (const token of new TextEncoder().encode(text)) {
    pieces.push(stream.push({ token }));
    if (stream.stopped) break;
  }
  pieces.push(stream.end());
  return {
    pieces: pieces.map((piece) => piece.text).filter((piece) => piece !== ''),
    tokens: pieces.flatMap((piece) => piece.tokens.map(({ token }) => token)),
    stopped: stream.stopped,
  };
}

describe('text out of tokens', () => {
  it.each<[string, string[], string[], boolean]>([
    ['abc', [], ['a', 'b', 'c'], false],
    ['é!', [], ['é', '!'], false],
    ['one STOP two', [' STOP'], ['o', 'n', 'e'], true],
    ['a SToP', ['STOP'], ['a', ' ', 'STo', 'P'], false],
    ['a ST', ['STOP'], ['a', ' ', 'ST'], false],
    ['aab', ['ab'], ['a'], true],
    ['xyz', ['yz', 'y'], ['x'], true],
    ['x', ['x'], [], true],
  ])('%j with stops %j is told as %j', (text, stops, pieces, stopped) => {
    const ran = run(text, stops);
    expect({ pieces: ran.pieces, stopped: ran.stopped }).toEqual({ pieces, stopped });
  });

  it('is what came before the first stop text, and never shows a part of one', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '北', '😀'), maxLength: 12 });
    const stop = fc.string({ unit: fc.constantFrom('a', 'b', '北'), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(text, fc.array(stop, { maxLength: 3 }), (whole, stops) => {
        const ran = run(whole, stops);
        const places = stops.map((one) => whole.indexOf(one)).filter((place) => place >= 0);
        // A stop that is complete first wins; of two that end together, the one that begins first.
        const ends = stops.filter((one) => whole.includes(one)).map((one) => whole.indexOf(one) + one.length);
        expect(ran.stopped).toBe(places.length > 0);
        if (!ran.stopped) expect(ran.pieces.join('')).toBe(whole);
        else expect(whole.slice(0, Math.min(...ends)).startsWith(ran.pieces.join(''))).toBe(true);
        for (const one of stops) expect(ran.pieces.join('')).not.toContain(one);
      }),
    );
  });

  it('brings each token once, with the text that it belongs to', () => {
    expect(run('é STO!', ['STOP']).tokens).toEqual([...new TextEncoder().encode('é STO!')]);
    expect(run('ab STOP', ['STOP']).tokens).toEqual([...new TextEncoder().encode('ab ')]);
  });
});
