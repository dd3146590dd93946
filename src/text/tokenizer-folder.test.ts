import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTokenizer } from './load-tokenizer.ts';

const MODELS = fileURLToPath(new URL('../../test/golden/models/', import.meta.url));
const load = (path: string) => loadTokenizer({ kind: 'folder', path });

describe('tiny models', () => {
  it.each(['llama', 'qwen3', 'gemma3_text', 'llama-rope-scaling'])(
    '%s: encodes as transformers did',
    async (name) => {
      const folder = join(MODELS, name);
      const tokenizer = await load(folder);
      const { sequences } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
        sequences: { text: string | null; ids: number[] }[];
      };
      for (const { text, ids } of sequences) {
        if (text === null) continue;
        expect(tokenizer.encode(text)).toEqual(ids);
        expect(tokenizer.decode(ids)).toBe(text);
      }
      expect(tokenizer.vocabSize).toBe(320);
      expect(tokenizer.chatTemplate).toContain('<|im_start|>');
    },
  );

  it('hands on the files as they are', async () => {
    const folder = join(MODELS, 'qwen3');
    const files = (await load(folder)).files();
    expect([...files.keys()]).toEqual(['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja']);
    for (const [name, content] of files) expect(content).toBe(readFileSync(join(folder, name), 'utf8'));
  });
});

describe('other folders', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
    cpSync(join(MODELS, 'llama', 'tokenizer.json'), join(folder, 'tokenizer.json'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

  it('need nothing but tokenizer.json', async () => {
    const tokenizer = await load(folder);
    expect(tokenizer.encode('<|im_start|>a').length).toBe(2);
    expect(tokenizer.endTokens).toEqual([]);
    expect(tokenizer.chatTemplate).toBeUndefined();
  });

  it('name their tokens in either file, bare or with settings', async () => {
    write('special_tokens_map.json', {
      eos_token: { content: '<|im_end|>', lstrip: false },
      pad_token: '<|endoftext|>',
    });
    write('tokenizer_config.json', { bos_token: 'missing', pad_token: null });
    write('generation_config.json', { eos_token_id: [2, 0, 99_999] });
    const tokenizer = await load(folder);
    expect(tokenizer.eosToken).toBe('<|im_end|>');
    expect(tokenizer.bosToken).toBeUndefined();
    expect(tokenizer.padToken).toBeUndefined();
    expect(tokenizer.endTokens).toEqual(['<|im_end|>', '<|endoftext|>']);
  });

  it('make ordinary tokens special by naming them', async () => {
    write('tokenizer_config.json', { eos_token: 'a' });
    const tokenizer = await load(folder);
    expect(tokenizer.isSpecial(tokenizer.eosId!)).toBe(true);
    expect(tokenizer.decode(tokenizer.encode('bab'), { skipSpecialTokens: true })).toBe('bb');
  });

  it.each<[string, unknown, string | undefined]>([
    [
      'a list of templates',
      [
        { name: 'tool_use', template: 'T' },
        { name: 'default', template: 'D' },
      ],
      'D',
    ],
    ['a list without a default', [{ name: 'tool_use', template: 'T' }], 'T'],
    ['null', null, undefined],
  ])('may have %s', async (_, chat_template, expected) => {
    write('tokenizer_config.json', { chat_template });
    expect((await load(folder)).chatTemplate).toBe(expected);
    write('chat_template.jinja', 'J');
    expect((await load(folder)).chatTemplate).toBe('J');
  });

  it.each<[string, string, unknown, RegExp]>([
    ['no JSON', 'tokenizer.json', '{"model":', /tokenizer.json: is no JSON: .*; get the file again/],
    ['no object', 'tokenizer.json', '[]', /is no JSON object/],
    ['no model', 'tokenizer.json', {}, /is no tokenizer, as it has no model/],
    ['an unknown model', 'tokenizer.json', { model: { type: 'X' } }, /tokenizer.json: no usable tokenizer/],
    ['a broken configuration', 'tokenizer_config.json', '{', /tokenizer_config.json: is no JSON/],
    [
      'a decoder without bytes',
      'tokenizer.json',
      { model: { type: 'BPE', vocab: {}, merges: [] }, decoder: { type: 'WordPiece' } },
      /decodes by WordPiece, which is not supported/,
    ],
  ])('say what is wrong: %s', async (_, name, content, message) => {
    write(name, content);
    await expect(load(folder)).rejects.toThrow(message);
  });

  it('say what is missing', async () => {
    rmSync(join(folder, 'tokenizer.json'));
    await expect(load(folder)).rejects.toThrow(/has no tokenizer.json; get the whole model folder/);
    write('tokenizer.model', '');
    await expect(load(folder)).rejects.toThrow(/it has tokenizer.model, which transformers turns into one/);
  });
});
