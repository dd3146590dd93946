/** Tokenizers for tests: nothing in them is read from a file. */
import type { Tokenizer } from '../../src/text/index.ts';

/** A tokenizer of the given parts, which fails where another is asked for. */
export function fakeTokenizer(parts: Partial<Tokenizer>): Tokenizer {
  const unused = (): never => {
    throw new Error('internal: this test did not expect to need that');
  };
  return {
    vocabSize: 0,
    encode: unused,
    decode: unused,
    tokenBytes: unused,
    tokenToId: unused,
    idToToken: unused,
    isSpecial: unused,
    endTokens: [],
    files: unused,
    ...parts,
  };
}

/** One token a character, and one a mark. */
export function characterTokenizer(marks: readonly string[], parts: Partial<Tokenizer> = {}): Tokenizer {
  const firstMark = 0x110000;
  const textOf = (id: number) => (id >= firstMark ? marks[id - firstMark] : String.fromCodePoint(id));
  const tokenToId = (token: string) => (marks.includes(token) ? firstMark + marks.indexOf(token) : undefined);
  const split = (text: string): string[] => {
    const found = marks.map((mark) => ({ mark, at: text.indexOf(mark) })).filter(({ at }) => at >= 0);
    const first = found.sort((a, b) => a.at - b.at)[0];
    if (!first) return [...text];
    return [...text.slice(0, first.at), first.mark, ...split(text.slice(first.at + first.mark.length))];
  };
  return fakeTokenizer({
    encode: (text) => split(text).map((piece) => tokenToId(piece) ?? piece.codePointAt(0) ?? 0),
    decode: (ids) => ids.map(textOf).join(''),
    tokenToId,
    idToToken: textOf,
    isSpecial: (id) => id >= firstMark,
    ...parts,
  });
}
