/** The starters' tokenizers, rebuilt from their GGUF files, against what llama.cpp makes of the same texts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveModel } from '../../src/hub/index.ts';
import { createStreamDecoder, loadTokenizer, type Tokenizer } from '../../src/text/index.ts';
import golden from '../golden/text/starter-tokens.json' with { type: 'json' };

type Row = [text: string, smollm2: number[], gemma: number[]];
const rows = golden.rows as unknown as Row[];

const STARTERS = [
  { name: 'smollm2-135m-instruct', column: 1, vocabSize: 49_152, ends: ['<|im_end|>'] },
  { name: 'gemma-3-270m', column: 2, vocabSize: 262_144, ends: ['<eos>'] },
] as const;

describe.each(STARTERS)('$name', ({ name, column, vocabSize, ends }) => {
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    tokenizer = await loadTokenizer(await resolveModel(`starter:${name}`, { acceptLicense: true }));
  });

  it('knows its ends', () => {
    expect(tokenizer.vocabSize).toBe(vocabSize);
    expect(tokenizer.endTokens).toEqual(ends);
  });

  it(`gives llama.cpp's tokens for ${rows.length} texts`, () => {
    const { encode } = tokenizer;
    const wrong = rows.filter((row) => String(encode(row[0])) !== String(row[column]));
    expect(wrong.map((row) => ({ text: row[0], ids: encode(row[0]), expected: row[column] }))).toEqual([]);
  });

  it('gives the text back, at once and token by token', () => {
    const { encode, decode, tokenBytes, isSpecial } = tokenizer;
    for (const [text] of rows) {
      const ids = encode(text);
      const whole = decode(ids);
      // SentencePiece's mark for a space reads as one; SmolLM2 has no token for some control characters.
      if (!/▁|(?![\t\n\r])\p{Cc}/u.test(text)) expect(whole).toBe(text);
      const stream = createStreamDecoder({ tokenBytes, isSpecial }, { skipSpecialTokens: false });
      expect(ids.map(stream.push).join('') + stream.end()).toBe(whole);
    }
  });

  describe('written as files', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
      for (const [file, content] of tokenizer.files()) writeFileSync(join(folder, file), content);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('is the same tokenizer when read again', async () => {
      const again = await loadTokenizer({ kind: 'folder', path: folder });
      const { vocabSize, bosId, eosId, padId, chatTemplate } = tokenizer;
      expect(again).toMatchObject({ vocabSize, bosId, eosId, padId });
      expect(again.chatTemplate).toBe(chatTemplate);
      const wrong = rows.filter((row) => String(again.encode(row[0])) !== String(row[column]));
      expect(wrong.map(([text]) => text)).toEqual([]);
    });
  });
});
