import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetadataValue } from '../files/index.ts';
import { loadTokenizer } from './load-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { createGgufTokenizer } from './tokenizer-gguf.ts';

/** See scripts/golden/tokenizers_tiny.py. */
interface Golden {
  texts: string[];
  byte_level: { metadata: Record<string, MetadataValue>; ids: Record<string, number[][]> };
  scored: { metadata: Record<string, MetadataValue>; ids: Record<string, number[][]> };
}
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/text/tiny-tokenizers.json', import.meta.url), 'utf8'),
) as Golden;

const byteLevelTokens = golden.byte_level.metadata['tokenizer.ggml.tokens'] as string[];

function tokenizerOf(
  kind: 'byte_level' | 'scored',
  changes: Record<string, MetadataValue | undefined> = {},
): Tokenizer {
  const metadata = new Map(Object.entries(golden[kind].metadata));
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) metadata.delete(`tokenizer.${key}`);
    else metadata.set(`tokenizer.${key}`, value);
  }
  return createGgufTokenizer('model.gguf', metadata);
}

/** The tokenizer as others read it from the files that it writes. */
async function rewritten(tokenizer: Tokenizer): Promise<Tokenizer> {
  const folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
  try {
    for (const [name, content] of tokenizer.files()) writeFileSync(join(folder, name), content);
    return await loadTokenizer({ kind: 'folder', path: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const encodeAll = ({ encode }: Tokenizer) => golden.texts.map((text) => [text, encode(text)]);
const expected = (ids: number[][] | undefined) => golden.texts.map((text, i) => [text, ids?.[i]]);

describe('byte-level BPE', () => {
  it.each(Object.keys(golden.byte_level.ids))(
    'gives the tokens of the tokenizers package: %s',
    async (pre) => {
      const tokenizer = tokenizerOf('byte_level', { 'ggml.pre': pre });
      expect(encodeAll(tokenizer)).toEqual(expected(golden.byte_level.ids[pre]));
      expect(encodeAll(await rewritten(tokenizer))).toEqual(expected(golden.byte_level.ids[pre]));
    },
  );

  it('composes characters for Qwen only', () => {
    const decomposed = 'cafe\u0301';
    const [qwen, smol] = ['qwen2', 'smollm'].map((pre) => tokenizerOf('byte_level', { 'ggml.pre': pre }));
    expect(qwen!.decode(qwen!.encode(decomposed))).toBe('caf\u00e9');
    expect(smol!.decode(smol!.encode(decomposed))).toBe(decomposed);
  });

  it('gives every text back', () => {
    const { encode, decode } = tokenizerOf('byte_level', { 'ggml.pre': 'smollm' });
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => decode(encode(text)) === text));
  });
});

describe('SentencePiece with scores', () => {
  it.each(['true', 'false'])('joins by score, the leftmost first; space prefix %s', async (prefix) => {
    const tokenizer = tokenizerOf('scored', { 'ggml.add_space_prefix': prefix === 'true' });
    expect(encodeAll(tokenizer)).toEqual(expected(golden.scored.ids[prefix]));
  });

  it('takes a space before the first word away again', () => {
    const { encode, decode } = tokenizerOf('scored');
    for (const text of ['the cat', ' the cat', '<b>', '']) expect(decode(encode(text))).toBe(text);
  });

  it('gives every text back', () => {
    const { encode, decode } = tokenizerOf('scored', { 'ggml.add_space_prefix': false });
    const unit = fc.constantFrom(
      'a',
      'b',
      'the',
      ' ',
      '  ',
      'cat',
      '新闻',
      '\n',
      '>',
      '<',
      'é',
      '😀',
      '\u0000',
    );
    fc.assert(fc.property(fc.string({ unit }), (text) => decode(encode(text)) === text));
  });

  it('writes merges that give the same tokens', async () => {
    const metadata = { 'ggml.add_space_prefix': false, 'ggml.scores': distinctScores() };
    const tokenizer = tokenizerOf('scored', metadata);
    const again = await rewritten(tokenizer);
    const unit = fc.constantFrom(
      'a',
      'b',
      't',
      'h',
      'e',
      ' ',
      's',
      '>',
      '<',
      '=',
      '新',
      '闻',
      'll',
      "'",
      '天气',
      'é',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        expect(again.encode(text)).toEqual(tokenizer.encode(text));
      }),
      { numRuns: 500 },
    );
  });

  it('has no bytes to fall back on: unknown', () => {
    const types = (golden.scored.metadata['tokenizer.ggml.token_type'] as number[]).slice();
    const tokens = (golden.scored.metadata['tokenizer.ggml.tokens'] as string[]).map((token) =>
      token.replace('<0x', '<0y'),
    );
    const tokenizer = tokenizerOf('scored', {
      'ggml.tokens': tokens,
      'ggml.token_type': types,
      'ggml.add_space_prefix': false,
    });
    expect(tokenizer.encode('aé').map(tokenizer.idToToken)).toEqual(['a', '<unk>']);
  });
});

/** Plain BPE cannot join tokens of equal score from left to right, so files are the same only without such. */
function distinctScores(): number[] {
  return (golden.scored.metadata['tokenizer.ggml.scores'] as number[]).map((score, id) => score - id / 1e4);
}

describe('special tokens', () => {
  it('knows them by name, id and kind', () => {
    const tokenizer = tokenizerOf('byte_level', { 'ggml.padding_token_id': byteLevelTokens.indexOf('</s>') });
    const { bosToken, eosToken, padToken, endTokens } = tokenizer;
    expect({ bosToken, eosToken, padToken, endTokens }).toEqual({
      bosToken: '<s>',
      eosToken: '</s>',
      padToken: '</s>',
      endTokens: ['</s>', '<end_of_turn>'],
    });
    expect(tokenizer.bosId).toBe(tokenizer.tokenToId('<s>'));
    expect(tokenizer.isSpecial(tokenizer.eosId!)).toBe(true);
    expect(tokenizer.isSpecial(tokenizer.tokenToId('a')!)).toBe(false);
    expect(tokenizer.vocabSize).toBe(byteLevelTokens.length);
  });

  it('leaves them out of decoded text on request, and ids that no token has always', () => {
    const { encode, decode } = tokenizerOf('byte_level');
    const ids = [...encode('<s>the</s> cat'), 9_999];
    expect(decode(ids)).toBe('<s>the</s> cat');
    expect(decode(ids, { skipSpecialTokens: true })).toBe('the cat');
    expect(decode([])).toBe('');
  });

  it('sees marks of turns and named tokens as special where a file calls them ordinary', () => {
    const types = (golden.byte_level.metadata['tokenizer.ggml.token_type'] as number[]).map(() => 1);
    const tokenizer = tokenizerOf('byte_level', { 'ggml.token_type': types });
    for (const mark of ['<s>', '</s>', '<start_of_turn>', '<end_of_turn>']) {
      const id = tokenizer.tokenToId(mark)!;
      expect(tokenizer.encode(`a${mark}`).at(-1)).toBe(id);
      expect(tokenizer.isSpecial(id)).toBe(true);
    }
  });

  it('keeps tokens that JavaScript has names for', () => {
    const tokens = [...byteLevelTokens, '__proto__', 'constructor'];
    const types = [...(golden.byte_level.metadata['tokenizer.ggml.token_type'] as number[]), 4, 4];
    const tokenizer = tokenizerOf('byte_level', { 'ggml.tokens': tokens, 'ggml.token_type': types });
    expect(tokenizer.encode('__proto__constructor')).toEqual([tokens.length - 2, tokens.length - 1]);
    expect(tokenizer.files().get('tokenizer.json')).toContain(`"__proto__":${tokens.length - 2}`);
  });

  it('hands chat template and BOS on to the files', async () => {
    const tokenizer = tokenizerOf('scored', { chat_template: '{{ messages }}' });
    const again = await rewritten(tokenizer);
    expect(again.chatTemplate).toBe('{{ messages }}');
    const { post_processor } = JSON.parse(tokenizer.files().get('tokenizer.json')!);
    expect(post_processor.single[0]).toEqual({ SpecialToken: { id: '<s>', type_id: 0 } });
  });
});

describe('what is wrong with a file', () => {
  it.each<[string, 'byte_level' | 'scored', Record<string, MetadataValue | undefined>, RegExp]>([
    ['no tokens', 'scored', { 'ggml.tokens': undefined }, /model.gguf: has no tokenizer.ggml.tokens/],
    ['numbers as tokens', 'scored', { 'ggml.tokens': [1, 2] }, /has no tokenizer.ggml.tokens/],
    ['no scores', 'scored', { 'ggml.scores': undefined }, /has no tokenizer.ggml.scores/],
    ['too few scores', 'scored', { 'ggml.scores': [1] }, /tokenizer.ggml.scores does not fit its \d+ tokens/],
    ['too few types', 'scored', { 'ggml.token_type': [1] }, /tokenizer.ggml.token_type does not fit/],
    ['no merges', 'byte_level', { 'ggml.merges': undefined }, /has no tokenizer.ggml.merges/],
    ['a broken merge', 'byte_level', { 'ggml.merges': ['ab'] }, /"ab" is no merge/],
    [
      'unknown words',
      'byte_level',
      { 'ggml.pre': 'xyz' },
      /cuts words by xyz, which is not supported; use the model's/,
    ],
    [
      'another kind',
      'scored',
      { 'ggml.model': 'bert' },
      /tokenizer is of kind bert, and gpt2 and llama are supported/,
    ],
    ['no kind', 'scored', { 'ggml.model': undefined }, /of kind undefined/],
  ])('%s', (_, kind, changes, message) => {
    expect(() => tokenizerOf(kind, changes)).toThrow(message);
  });
});
