import { describe, expect, it } from 'vitest';
import { goldenJson } from '../../../test/support/golden.ts';
import { input } from '../../graph/index.ts';
import { familyOf } from '../families/index.ts';
import type { HuggingFaceConfig } from '../spec.ts';
import { type PrefixBatchShape, rowInputs, SharedPrefixAttention } from './shared-prefix.ts';

const config = goldenJson<HuggingFaceConfig>('models', 'gemma3_text', 'config.json');
/** Layers with a window of 16, without, and with again. */
const spec = familyOf('modelType', 'gemma3_text').readSpec(config);

function attend(shape: PrefixBatchShape, layers: readonly number[]) {
  const pattern = new SharedPrefixAttention(spec, shape);
  const T = shape.tokens;
  const q = input('q', [T, spec.headCount, spec.headDim]);
  const k = input('k', [T, spec.kvHeadCount, spec.headDim]);
  for (const layer of layers) {
    expect(pattern.attend(layer, q, k, k).shape).toEqual([T, spec.headCount * spec.headDim]);
  }
  return pattern;
}

describe('a batch with a shared prefix', () => {
  it.each([
    { prefix: 3, lengths: [2, 2], expected: [0, 1, 2, 3, 4, 3, 4] },
    { prefix: 0, lengths: [3, 1, 2], expected: [0, 1, 2, 0, 0, 1] },
    { prefix: 1, lengths: [1], expected: [0, 1] },
  ])(
    'of $prefix and rows of $lengths goes on in each row where the prefix ends',
    ({ prefix, lengths, expected }) => {
      const shape = { prefix, rows: lengths.length, longest: 4, tokens: expected.length };
      expect([...rowInputs(shape, lengths)['positions']!]).toEqual(expected);
    },
  );

  it.each([
    {
      name: 'short texts need no window',
      shape: { prefix: 4, rows: 2, longest: 8, tokens: 20 },
      masks: ['mask.prefix', 'mask.row'],
    },
    {
      name: 'no prefix, no mask of it',
      shape: { prefix: 0, rows: 2, longest: 8, tokens: 20 },
      masks: ['mask.row'],
    },
    {
      name: 'long texts need both',
      shape: { prefix: 12, rows: 2, longest: 8, tokens: 20 },
      masks: ['mask.prefix', 'mask.prefix.window16', 'mask.row', 'mask.row.window16'],
    },
  ])('$name; layers share masks', ({ shape, masks }) => {
    expect(Object.keys(attend(shape, [0, 1, 2]).masks).sort()).toEqual(masks);
  });
});
