import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamDecoder } from './stream-decoder.ts';

const utf8 = new TextEncoder();

/** Tokens that are single bytes; from 256 on, special. */
const tokenizer = {
  tokenBytes: (id: number) => (id < 256 ? Uint8Array.of(id) : utf8.encode(`<${id}>`)),
  isSpecial: (id: number) => id >= 256,
};

function stream(ids: readonly number[], options?: { skipSpecialTokens: boolean }): string[] {
  const decoder = createStreamDecoder(tokenizer, options);
  return [...ids.map(decoder.push), decoder.end()];
}

describe('stream decoder', () => {
  it.each<[string, number[], string[]]>([
    ['plain text comes at once', [0x61, 0x62], ['a', 'b', '']],
    ['a character comes with its last byte', [0xe4, 0xbd, 0xa0, 0x61], ['', '', '你', 'a', '']],
    ['four bytes', [0xf0, 0x9f, 0x98, 0x80], ['', '', '', '😀', '']],
    ['a character that was cut off', [0x61, 0xe4, 0xbd], ['a', '', '', '\ufffd']],
    ['a byte that fits nowhere', [0x80, 0x61], ['\ufffd', 'a', '']],
    ['a character that another one interrupts', [0xe4, 0x61], ['', '\ufffda', '']],
    ['special tokens are left out', [0x61, 256, 0x62], ['a', '', 'b', '']],
    ['also inside of a character', [0xe4, 0xbd, 256, 0xa0], ['', '', '', '你', '']],
    ['a mark of byte order is text', [0xef, 0xbb, 0xbf, 0x61], ['', '', '\ufeff', 'a', '']],
  ])('%s', (_, ids, expected) => {
    expect(stream(ids)).toEqual(expected);
  });

  it('shows special tokens on request', () => {
    expect(stream([0x61, 256], { skipSpecialTokens: false })).toEqual(['a', '<256>', '']);
  });

  it('never shows a part of a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const pieces = stream([...utf8.encode(text)]);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) expect(piece).not.toMatch(/\p{Cs}/u);
      }),
    );
  });
});
