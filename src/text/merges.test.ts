import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GOLDEN } from '../../test/support/golden.ts';
import { createJoinWord } from './merges.ts';

function check(word: string, merges: string[], expected: string[]): void {
  expect(createJoinWord(merges)(word)).toEqual(expected);
  const pairs = merges.map((merge) => merge.split(' '));
  expect(createJoinWord(pairs)(word)).toEqual(expected);
}

test('the merge that was learned first comes first, from the left', () => {
  check('', ['a b'], []);
  check('a', ['a b'], ['a']);
  check('abc', ['b c', 'a b'], ['a', 'bc']);
  check('aaaa', ['a a', 'aa aa'], ['aaaa']);
  check('aaa', ['a a'], ['aa', 'a']);
  check('xaby', ['a b', 'x ab', 'xab y'], ['xaby']);
  check('好a', ['好 a'], ['好a']);
});

/** What the library calls a model. */
interface Model {
  bpe(word: string): string[];
}

test('property: as the library joins, with the merges of a real tokenizer', () => {
  const path = join(GOLDEN, 'models', 'llama', 'tokenizer.json');
  const json = JSON.parse(readFileSync(path, 'utf8')) as { model: { merges: string[]; vocab: object } };
  const library = (new LibraryTokenizer(json as never, {}) as unknown as { model: Model }).model;
  const joinWord = createJoinWord(json.model.merges);
  const unit = fc.constantFrom(...Object.keys(json.model.vocab).flatMap((token) => Array.from(token)));
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (word) => {
      expect(joinWord(word)).toEqual(library.bpe(word));
    }),
    { numRuns: 2000 },
  );
});
