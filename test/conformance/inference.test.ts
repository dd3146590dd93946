/** Answers with a cache against transformers; label scores and a batch against each text alone. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Device } from '../../src/graph/index.ts';
import { createEngine, generateAll, type InferenceEngine, type Sampling } from '../../src/infer/index.ts';
import { baseDecoder, type LoadedModel, loadModel } from '../../src/load/index.ts';
import { GOLDEN, goldenJson, goldenTensors, relativeError } from '../support/golden.ts';
import { loadTiny } from '../support/tiny-model.ts';

const GREEDY: Sampling = { doSample: false, temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 };
const NO_STOP = new Set<number>();
/** f32 sums in another order. */
const TOLERANCE = 1e-4;

interface Expected {
  sequences: { ids: number[]; greedy: number[]; logits_from: number }[];
}

async function withEngine(
  name: string,
  options: Partial<Parameters<typeof createEngine>[2]>,
  work: (engine: InferenceEngine, vocabSize: number) => Promise<void>,
): Promise<void> {
  using device = Device.cpu(1);
  using model = await loadTiny(name, device);
  await using engine = createEngine(baseDecoder(model), model.arena, { contextLength: 96, ...options });
  await work(engine, model.spec.vocabSize);
}

/** log p of every token after the prompt, in the order of ids. */
async function nextLogprobs(engine: InferenceEngine, prompt: readonly number[], vocabSize: number) {
  const request = { prompt, maxNewTokens: 1, stopTokens: NO_STOP, sampling: GREEDY, topLogprobs: vocabSize };
  const values = new Float64Array(vocabSize);
  for await (const { top } of engine.generate(request)) {
    for (const { token, logprob } of top!) values[token] = logprob;
  }
  return values;
}

describe.each(['llama', 'qwen3', 'gemma3_text', 'llama-rope-scaling'])('%s', (name) => {
  const { sequences } = goldenJson<Expected>('models', name, 'expected.json');

  it('answers greedily as transformers does, alone and in a batch', async () => {
    const prompts = sequences.map(({ ids }) => ids);
    const options = { maxNewTokens: 12, stopTokens: NO_STOP, sampling: GREEDY };
    const expected = sequences.map(({ greedy }) => greedy);
    await withEngine(name, {}, async (engine) => {
      expect(await generateAll(engine, prompts, options)).toEqual(expected);
      for (const [index, prompt] of prompts.entries()) {
        expect(await generateAll(engine, [prompt], options)).toEqual([expected[index]]);
      }
    });
  });

  it.each([1, 7, 64])('gives the logits of transformers in passes of %i tokens', async (passTokens) => {
    const expected = goldenTensors('models', name, 'expected.safetensors');
    await withEngine(name, { passTokens }, async (engine, V) => {
      for (const [n, { ids, logits_from = 0 }] of sequences.entries()) {
        const wanted = expected.get(`logits.${n}`)!.values;
        for (let t = logits_from; t < ids.length; t++) {
          const logits = wanted.subarray((t - logits_from) * V, (t - logits_from + 1) * V);
          const found = await nextLogprobs(engine, ids.slice(0, t + 1), V);
          const difference = relativeError(
            found,
            [...logits.keys()].map((id) => logSoftmax(logits, id)),
          );
          expect(difference, `token ${t}`).toBeLessThan(TOLERANCE);
        }
      }
    });
  });

  it('scores labels as whole answers, in both modes', async () => {
    const base = sequences[0]!.ids;
    const prompts = [
      base.slice(0, 30),
      [...base.slice(0, 20), 41, 77],
      base.slice(0, 41),
      [...base.slice(0, 20), 5],
    ];
    const END = 2;
    const labels = [
      [90, 91, END],
      [90, 92, 93, END],
      [90, 92, 94, 95, 96, END],
      [150, END],
      [151, 152, 153, END],
    ];
    await withEngine(name, {}, async (engine, V) => {
      const all = await engine.classify({ prompts, labels, mode: 'all' });
      const best = await engine.classify({ prompts, labels, mode: 'argmax' });
      for (const [row, prompt] of prompts.entries()) {
        const expected: number[] = [];
        for (const label of labels) {
          let sum = 0;
          for (const [i, token] of label.entries()) {
            sum += (await nextLogprobs(engine, [...prompt, ...label.slice(0, i)], V))[token]!;
          }
          expected.push(sum);
        }
        const winner = expected.indexOf(Math.max(...expected));
        expect(relativeError(all[row]!.logProbabilities!, expected)).toBeLessThan(TOLERANCE);
        expect(all[row]!.winner).toBe(winner);
        expect(best[row]!.winner).toBe(winner);
        expect(best[row]!.logProbability).toBeCloseTo(expected[winner]!, 3);
      }
    });
  });
});

it('computes with quantized blocks that are kept as with the same weights in bf16', async () => {
  const path = join(GOLDEN, 'gguf', 'gemma3-q8_0.gguf');
  using device = Device.cpu(1);
  using tokens = await loadTiny('gemma3_text', device);
  const { tokenizer } = tokens;
  const found: Float64Array[] = [];
  for (const keepQuantized of [true, false]) {
    using model: LoadedModel = await loadModel({ kind: 'gguf', path, name: 'tiny' }, device, {
      dtype: 'bf16',
      keepQuantized,
      tokenizer,
    });
    await using engine = createEngine(baseDecoder(model), model.arena, { contextLength: 96 });
    const prompt = Array.from({ length: 30 }, (_, i) => (7 * i) % model.spec.vocabSize);
    found.push(await nextLogprobs(engine, prompt, model.spec.vocabSize));
  }
  // Embeddings are not rounded to bf16 on their way out of the blocks.
  expect(relativeError(found[0]!, found[1]!)).toBeLessThan(5e-3);
});

function logSoftmax(logits: Float32Array, token: number): number {
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, value) => total + Math.exp(value - highest), 0);
  return logits[token]! - highest - Math.log(sum);
}
