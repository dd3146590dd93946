/** Rows of a micro batch side by side give the loss and the gradients that each gives alone. */
import { describe, expect, it } from 'vitest';
import { relativeError } from '../../test/support/golden.ts';
import { loadTiny, sineAdapter } from '../../test/support/tiny-model.ts';
import { Random } from '../core/index.ts';
import { buildBatch } from '../data/index.ts';
import { Device, readTensor } from '../graph/index.ts';
import { LINEAR_MODULES } from '../model/index.ts';
import { LoraTrainer } from './lora-trainer.ts';

/** Sums of f32 in another order. */
const TOLERANCE = 1e-5;
const N = -100;
const SETTINGS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0, seed: 1 };
const LORA = { rank: 4, alpha: 8, rankStabilized: false, dropout: 0, modules: LINEAR_MODULES };

const random = new Random(3);
const draw = (count: number) => Array.from({ length: count }, () => Math.floor(random.uniform() * 100));
const START = draw(20);

/** Tokens after the common start, of which `labelled` before the last `behind` are to be predicted. */
function row(length: number, labelled: number, behind: number) {
  const own = draw(length);
  const isLabelled = (i: number) => i >= length - behind - labelled && i < length - behind;
  const labels = [...START.map(() => N), ...own.map((id, i) => (isLabelled(i) ? id : N))];
  return { inputIds: Int32Array.from([...START, ...own]), labels: Int32Array.from(labels) };
}

const ROWS = [row(3, 1, 0), row(30, 4, 0), row(9, 3, 5), row(4, 0, 0), row(17, 16, 0)];

describe.each(['llama', 'gemma3_text'])('%s', (name) => {
  it.each([
    { sharePrefix: true, native: true },
    { sharePrefix: false, native: true },
    { sharePrefix: true, native: false },
    { sharePrefix: false, native: false },
  ])('shared prefix $sharePrefix, own kernels $native', async ({ sharePrefix, native }) => {
    using device = Device.cpu(1, { native });
    using model = await loadTiny(name, device);
    using adapter = sineAdapter(model, LORA, { A: 0.1, B: 0.1 });
    const batches = [ROWS.map((one) => [one]), [ROWS]].map((groups) =>
      groups.map((rows) => buildBatch(rows, { sharePrefix })),
    );
    const results = [];
    for (const micro of batches) {
      using trainer = new LoraTrainer(model, adapter, model.arena, SETTINGS);
      let loss = 0;
      for (const batch of micro) loss += await trainer.accumulate(batch, 10);
      const gradient = new Float32Array(trainer.optimizer.gradient.shape[0]!);
      readTensor(trainer.optimizer.gradient, gradient);
      results.push({ loss, gradient });
    }
    const [alone, together] = results;
    expect(batches[1]![0]!.prefix).toHaveLength(sharePrefix ? START.length : 0);
    expect(Math.abs(together!.loss / alone!.loss - 1)).toBeLessThan(TOLERANCE);
    expect(relativeError(together!.gradient, alone!.gradient)).toBeLessThan(TOLERANCE);
  });
});
