import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GOLDEN } from '../../test/support/golden.ts';
import { openWeightFiles, readSpec } from './weight-files.ts';

const root = mkdtempSync(join(tmpdir(), 'tunesmith-files-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('folders that hold no model', () => {
  it.each([
    {
      name: 'no config.json',
      content: undefined,
      message: /config.json: cannot be read \(.*ENOENT.*\); fetch the model anew/,
    },
    {
      name: 'broken JSON',
      content: '{"model_type": "llama",',
      message: /config.json: is no JSON \(.+\); fetch/,
    },
    { name: 'a list', content: '[]', message: /config.json: does not hold a JSON object/ },
    { name: 'null', content: 'null', message: /config.json: does not hold a JSON object/ },
    {
      name: 'megabytes',
      content: `{"a": "${'x'.repeat(5 << 20)}"}`,
      message: /config.json: does not hold a JSON object/,
    },
    {
      name: 'another architecture',
      content: '{"model_type": "bert"}',
      message: /"bert" is not supported yet; supported are/,
    },
    { name: 'no architecture', content: '{}', message: /architecture undefined is not supported yet/ },
    { name: 'nothing else', content: '{"model_type": "llama"}', message: /hidden_size is undefined/ },
  ])('$name', ({ name, content, message }) => {
    const path = join(root, name);
    mkdirSync(path);
    if (content !== undefined) writeFileSync(join(path, 'config.json'), content);
    const open = () => openWeightFiles({ kind: 'folder', path });
    expect(open).toThrow(expect.objectContaining({ code: 'model' }));
    expect(open).toThrow(message);
  });
});

it('shards are one set of weights', () => {
  using files = openWeightFiles({ kind: 'folder', path: join(GOLDEN, 'models', 'qwen3') });
  expect(files.tensors.has('model.embed_tokens.weight')).toBe(true);
  expect(files.tensors.has('model.layers.1.mlp.down_proj.weight')).toBe(true);
});

it('sizes are read without weights', () => {
  expect(readSpec({ kind: 'folder', path: join(GOLDEN, 'models', 'qwen3') }).layers).toHaveLength(2);
  expect(readSpec({ kind: 'gguf', path: join(GOLDEN, 'gguf', 'qwen3-f16.gguf') }).layers).toHaveLength(1);
});
