/** The starter models as they are: logits of the dequantized weights against transformers'. */
import { describe, expect, it } from 'vitest';
import { Device } from '../../src/graph/index.ts';
import { resolveModel } from '../../src/hub/index.ts';
import { baseDecoder, loadModel } from '../../src/load/index.ts';
import { goldenJson, relativeError } from '../support/golden.ts';
import { logitsOf } from '../support/logits.ts';

/** f32 in another order of summation than PyTorch's. */
const TOLERANCE = 1e-5;

interface Golden {
  ids: number[];
  sampled_ids: number[];
  positions: {
    position: number;
    norm: number;
    largest_ids: number[];
    largest: number[];
    sampled: number[];
  }[];
}

describe.each([
  { starter: 'starter:smollm2-135m-instruct', golden: 'smollm2.json' },
  { starter: 'starter:gemma-3-270m', golden: 'gemma3.json' },
])('$starter', ({ starter, golden: file }) => {
  const golden = goldenJson<Golden>('starters', file);

  it.each([0, 20])('gives the logits of transformers with a shared prefix of %i', async (prefix) => {
    using device = Device.cpu(1);
    using model = await loadModel(await resolveModel(starter, { acceptLicense: true }), device, {
      dtype: 'f32',
    });
    const logits = await logitsOf(baseDecoder(model), model.arena, golden.ids, prefix);
    const V = model.spec.vocabSize;
    for (const { position, norm, largest_ids, largest, sampled } of golden.positions) {
      const row = logits.subarray(position * V, (position + 1) * V);
      const at = (ids: readonly number[]) => ids.map((id) => row[id]!);
      expect(relativeError(at(golden.sampled_ids), sampled), `sampled, position ${position}`).toBeLessThan(
        TOLERANCE,
      );
      expect(relativeError(at(largest_ids), largest), `largest, position ${position}`).toBeLessThan(
        TOLERANCE,
      );
      expect(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) / norm - 1).toBeCloseTo(0, 5);
    }
  });
});
