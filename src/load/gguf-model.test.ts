import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GOLDEN, goldenJson } from '../../test/support/golden.ts';
import { type GgufField, openGguf, writeGguf } from '../files/index.ts';
import { familyOf, weightSpecs } from '../model/index.ts';
import { halvesFromPairs, huggingFaceName } from './gguf-model.ts';
import { openWeightFiles } from './weight-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunesmith-gguf-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('rows of a head', () => {
  it.each([
    { headDim: 2, expected: [0, 1] },
    { headDim: 4, expected: [0, 2, 1, 3] },
    { headDim: 8, expected: [0, 2, 4, 6, 1, 3, 5, 7] },
  ])('of size $headDim come from pairs to halves', ({ headDim, expected }) => {
    // Each row is its number, three times.
    const rows = Uint8Array.from({ length: 3 * headDim }, (_, i) => Math.floor(i / 3));
    expect([...halvesFromPairs(rows, headDim, 3)]).toEqual(expected.flatMap((row) => [row, row, row]));
  });
});

describe('names', () => {
  it.each([
    ['llama', 'token_embd.weight', 'model.embed_tokens.weight'],
    ['llama', 'output.weight', 'lm_head.weight'],
    ['llama', 'blk.11.attn_q.weight', 'model.layers.11.self_attn.q_proj.weight'],
    ['llama', 'blk.0.ffn_norm.weight', 'model.layers.0.post_attention_layernorm.weight'],
    ['qwen3', 'blk.0.attn_k_norm.weight', 'model.layers.0.self_attn.k_norm.weight'],
    ['gemma3', 'blk.2.ffn_norm.weight', 'model.layers.2.pre_feedforward_layernorm.weight'],
    ['gemma3', 'blk.2.post_ffw_norm.weight', 'model.layers.2.post_feedforward_layernorm.weight'],
    ['llama', 'rope_freqs.weight', undefined],
    ['llama', 'blk.0.attn_q.bias', undefined],
  ])('%s: %s is %s', (architecture, name, expected) => {
    expect(huggingFaceName(name, familyOf('ggufArchitecture', architecture))).toBe(expected);
  });

  it.each(Object.keys(goldenJson<{ models: object }>('gguf', 'models.json').models))(
    '%s has every weight under its name, in its shape',
    (model) => {
      using files = openWeightFiles({ kind: 'gguf', path: join(GOLDEN, 'gguf', `${model}.gguf`) });
      for (const { name, shape } of weightSpecs(files.spec)) {
        expect(files.tensors.get(name)?.shape, name).toEqual(shape);
      }
      expect(files.tensors.size).toBe(weightSpecs(files.spec).length);
    },
  );
});

describe('configurations', () => {
  it.each([
    {
      file: 'llama-f32',
      spec: { modelType: 'llama', headDim: 16, tiedHead: false, queryKeyNorm: false, attentionScale: 1 / 4 },
      config: {
        model_type: 'llama',
        architectures: ['LlamaForCausalLM'],
        rope_theta: 10_000,
        eos_token_id: 2,
      },
    },
    {
      file: 'qwen3-f16',
      spec: {
        modelType: 'qwen3',
        hiddenSize: 32,
        headCount: 2,
        headDim: 32,
        tiedHead: true,
        queryKeyNorm: true,
      },
      config: { model_type: 'qwen3', architectures: ['Qwen3ForCausalLM'], rope_theta: 1_000_000 },
    },
    {
      file: 'gemma3-q8_0',
      spec: {
        modelType: 'gemma3_text',
        tiedHead: true,
        sandwichNorms: true,
        attentionScale: 1 / Math.sqrt(32),
      },
      config: { model_type: 'gemma3_text', architectures: ['Gemma3ForCausalLM'], sliding_window: 16 },
    },
  ])('$file in the words of config.json', ({ file, spec, config }) => {
    using files = openWeightFiles({ kind: 'gguf', path: join(GOLDEN, 'gguf', `${file}.gguf`) });
    expect(files.spec).toMatchObject({ ...spec, vocabSize: 320, maxPositions: 512, kvHeadCount: 1 });
    expect(files.spec.rmsNormEpsilon).toBeCloseTo(1e-3, 8); // f32 in the file
    expect(files.config).toMatchObject(config);
    // What was read from a GGUF reads again as config.json does, but for rotary factors.
    const layers = files.spec.layers.map(({ ropeFactors: _, ...layer }) => layer);
    expect(files.family.readSpec(files.config)).toEqual({ ...files.spec, layers });
  });

  it('gemma3-q8_0: five of six layers are local, and only the last is scaled', () => {
    using files = openWeightFiles({ kind: 'gguf', path: join(GOLDEN, 'gguf', 'gemma3-q8_0.gguf') });
    const { layers } = files.spec;
    expect(layers.map(({ window }) => window)).toEqual([16, 16, 16, 16, 16, undefined]);
    expect(layers.map(({ rope }) => rope.frequencyScale)).toEqual([1, 1, 1, 1, 1, 1 / 8]);
  });

  it('llama-f32: rotary factors are a tensor', () => {
    using files = openWeightFiles({ kind: 'gguf', path: join(GOLDEN, 'gguf', 'llama-f32.gguf') });
    for (const { ropeFactors } of files.spec.layers) expect(ropeFactors).toHaveLength(files.spec.headDim / 2);
  });
});

describe('files that are refused', () => {
  type Fields = Record<string, GgufField | undefined>;
  type Tensors = Record<string, number[] | undefined>;

  /** What llama-f32 says, with fields and shapes changed; undefined takes one away. */
  function changedFile(name: string, fields: Fields, tensors: Tensors): string {
    using source = openGguf(join(GOLDEN, 'gguf', 'llama-f32.gguf'));
    const metadata = new Map<string, GgufField>();
    for (const [key, value] of source.metadata) {
      if (!/^(general.architecture|llama)/.test(key)) continue;
      const type = typeof value === 'string' ? 'string' : Number.isInteger(value) ? 'u32' : 'f32';
      metadata.set(key, { type, value: value as number });
    }
    for (const [key, field] of Object.entries(fields)) {
      if (field) metadata.set(key, field);
      else metadata.delete(key);
    }
    const shapes = {
      ...Object.fromEntries([...source.tensors].map(([key, { shape }]) => [key, shape])),
      ...tensors,
    };
    const written = Object.entries(shapes).flatMap(([key, shape]) =>
      shape
        ? [
            {
              name: key,
              dtype: 'f32' as const,
              shape,
              data: new Uint8Array(4 * shape.reduce((a, b) => a * b)),
            },
          ]
        : [],
    );
    const path = join(folder, `${name}.gguf`);
    writeGguf(path, metadata, written);
    return path;
  }

  const word = (value: string): GgufField => ({ type: 'string', value });

  it.each<[string, Fields, Tensors, RegExp]>([
    [
      'architecture',
      { 'general.architecture': word('mamba') },
      {},
      /architecture "mamba" is not supported yet; supported/,
    ],
    [
      'heads',
      { 'llama.attention.head_count': undefined },
      {},
      /metadata llama.attention.head_count is missing or no/,
    ],
    [
      'layers',
      { 'llama.block_count': word('two') },
      {},
      /metadata llama.block_count is missing or no number/,
    ],
    [
      'embedding',
      {},
      { 'token_embd.weight': undefined },
      /has no token_embd.weight, so it is no language model/,
    ],
    ['factors', {}, { 'rope_freqs.weight': [3] }, /rope_freqs.weight has shape \[3\] for heads of size 16/],
    [
      'bias',
      {},
      { 'blk.0.attn_q.bias': [32] },
      /weight blk.0.attn_q.bias is not supported yet; choose a model without/,
    ],
    [
      'scaling',
      { 'llama.rope.scaling.type': word('yarn'), 'llama.rope.scaling.factor': { type: 'f32', value: 4 } },
      {},
      /rope type "yarn" is not supported yet/,
    ],
  ])('by their %s', (name, fields, tensors, message) => {
    const path = changedFile(name, fields, tensors);
    const open = () => openWeightFiles({ kind: 'gguf', path });
    expect(open).toThrow(expect.objectContaining({ code: 'model' }));
    expect(open).toThrow(message);
  });

  it('and the file as it was is not', () => {
    using files = openWeightFiles({ kind: 'gguf', path: changedFile('unchanged', {}, {}) });
    expect(files.spec.hiddenSize).toBe(32);
  });
});
