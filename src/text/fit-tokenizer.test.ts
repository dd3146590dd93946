import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { characterTokenizer } from '../../test/support/tokenizers.ts';
import { fitTokenizer } from './fit-tokenizer.ts';
import { getTemplate } from './get-template.ts';
import { loadTokenizer } from './load-tokenizer.ts';

const MODELS = fileURLToPath(new URL('../../test/golden/models/', import.meta.url));

describe('a tokenizer as a template leaves it', () => {
  it('takes the end of a turn for EOS, EOS for a missing PAD, and stop words for special', () => {
    const marks = ['<|im_start|>', '<|im_end|>', '<|endoftext|>'];
    const endTokens = ['<|endoftext|>'];
    const tokenizer = characterTokenizer(marks, {
      eosToken: '<|endoftext|>',
      endTokens,
      isSpecial: () => false,
    });
    const fitted = fitTokenizer(tokenizer, getTemplate('chatml', tokenizer));
    const end = tokenizer.tokenToId('<|im_end|>')!;
    expect(fitted).toMatchObject({ eosToken: '<|im_end|>', eosId: end, padToken: '<|im_end|>', padId: end });
    expect(fitted.endTokens).toEqual(['<|im_end|>', '<|im_start|>', '<|endoftext|>']);
    expect(fitted.isSpecial(end)).toBe(true);
    expect(fitted.decode(fitted.encode('a<|im_end|>'), { skipSpecialTokens: true })).toBe('a');
  });

  it('leaves EOS alone where the template does', () => {
    const tokenizer = characterTokenizer(['</s>', '<pad>'], {
      eosToken: '</s>',
      endTokens: ['</s>'],
      padToken: '<pad>',
    });
    const fitted = fitTokenizer(tokenizer, getTemplate('empty', tokenizer));
    expect(fitted).toMatchObject({ eosToken: '</s>', padToken: '<pad>' });
  });

  it('says so in its files', async () => {
    const tokenizer = await loadTokenizer({ kind: 'folder', path: `${MODELS}qwen3` });
    const own = fitTokenizer(tokenizer, getTemplate('qwen3_nothink', tokenizer)).files();
    expect(own.get('chat_template.jinja')).toBe(tokenizer.chatTemplate);
    expect(own.get('tokenizer.json')).toBe(tokenizer.files().get('tokenizer.json'));

    const files = fitTokenizer(tokenizer, getTemplate('chatml', tokenizer)).files();
    const config = JSON.parse(files.get('tokenizer_config.json')!);
    expect(config).toMatchObject({ eos_token: '<|im_end|>', pad_token: tokenizer.padToken });
    expect(files.get('chat_template.jinja')).toMatch(/^{% if messages\[0\]\['role'\] == 'system' %}/);
    expect(config.chat_template).toBe(files.get('chat_template.jinja'));
  });
});
