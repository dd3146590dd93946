/** Answers with a cache against transformers and against the graph without one; label scores against brute force. */
import { describe, expect, it } from 'vitest';
import { Arena, Device } from '../../src/graph/index.ts';
import {
  generate,
  generateAll,
  type Sampling,
  Session,
  scoreLabels,
  scoringSize,
} from '../../src/infer/index.ts';
import { baseDecoder } from '../../src/load/index.ts';
import { goldenJson, goldenTensors, relativeError } from '../support/golden.ts';
import { loadTiny } from '../support/tiny-model.ts';

const GREEDY: Sampling = { doSample: false, temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 };
const NO_STOP = new Set<number>();
/** f32 sums in another order. */
const TOLERANCE = 1e-4;

interface Expected {
  sequences: { ids: number[]; greedy: number[]; logits_from: number }[];
}

describe.each(['llama', 'qwen3', 'gemma3_text', 'llama-rope-scaling'])('%s', (name) => {
  const { sequences } = goldenJson<Expected>('models', name, 'expected.json');

  it('answers greedily as transformers does, alone and in a batch', async () => {
    using device = Device.cpu(1);
    using arena = new Arena(device);
    using model = await loadTiny(name, device);
    const prompts = sequences.map(({ ids }) => ids);
    const options = { maxNewTokens: 12, stopTokens: NO_STOP, sampling: GREEDY };
    using session = new Session(baseDecoder(model), arena, { slots: prompts.length, capacity: 96 });
    for (const { ids, greedy } of sequences) {
      const answer: number[] = [];
      for await (const token of generate(session, ids, options)) answer.push(token);
      expect(answer).toEqual(greedy);
    }
    expect(await generateAll(session, prompts, options)).toEqual(sequences.map(({ greedy }) => greedy));
  });

  it('gives the same logits token by token as all at once', async () => {
    using device = Device.cpu(1);
    using arena = new Arena(device);
    using model = await loadTiny(name, device);
    using session = new Session(baseDecoder(model), arena, { slots: 1, capacity: 96 });
    const expected = goldenTensors('models', name, 'expected.safetensors');
    const V = model.spec.vocabSize;
    for (const [n, { ids, logits_from = 0 }] of sequences.entries()) {
      const wanted = expected.get(`logits.${n}`)!.values;
      for (let t = 0; t < ids.length; t++) {
        const [logits] = await session.logits([{ cached: t, tokens: [ids[t]!] }], [{ row: 0, token: 0 }]);
        if (t < logits_from) continue;
        const row = (t - logits_from) * V;
        expect(relativeError(logits!, wanted.subarray(row, row + V)), `token ${t}`).toBeLessThan(TOLERANCE);
      }
    }
  });

  it('scores labels as whole answers, in both modes', async () => {
    using device = Device.cpu(1);
    using arena = new Arena(device);
    using model = await loadTiny(name, device);
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
    const size = scoringSize(prompts, labels, model.spec.vocabSize);
    using session = new Session(baseDecoder(model), arena, { ...size, slots: 2 });
    const all = await scoreLabels(session, prompts, labels, { mode: 'all' });
    const best = await scoreLabels(session, prompts, labels, { mode: 'argmax' });
    using plain = new Session(baseDecoder(model), arena, { slots: 1, capacity: 96 });
    for (const [row, prompt] of prompts.entries()) {
      const expected: number[] = [];
      for (const label of labels) {
        const tokens = [...prompt, ...label.slice(0, -1)];
        const at = label.map((_, i) => ({ row: 0, token: prompt.length - 1 + i }));
        const logits = await plain.logits([{ cached: 0, tokens }], at);
        expected.push(label.reduce((sum, token, i) => sum + logSoftmax(logits[i]!, token), 0));
      }
      const winner = expected.indexOf(Math.max(...expected));
      expect(relativeError(all[row]!.logProbabilities!, expected)).toBeLessThan(TOLERANCE);
      expect(all[row]!.winner).toBe(winner);
      expect(best[row]!.winner).toBe(winner);
      expect(best[row]!.logProbability).toBeCloseTo(expected[winner]!, 3);
    }
  });
});

function logSoftmax(logits: Float32Array, token: number): number {
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, value) => total + Math.exp(value - highest), 0);
  return logits[token]! - highest - Math.log(sum);
}
