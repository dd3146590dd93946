import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../../test/support/golden.ts';
import { loadTiny, sineAdapter } from '../../test/support/tiny-model.ts';
import { Random } from '../core/index.ts';
import { Device } from '../graph/index.ts';
import { adaptedDecoder, baseDecoder, type LoadedAdapter, type LoadedModel } from '../load/index.ts';
import type { Decoder, LoraSpec } from '../model/index.ts';
import { createEngine, type EngineOptions } from './engine.ts';
import type { GenerateRequest, InferenceEngine, TokenConstraint } from './engine-types.ts';
import { generateAll } from './generate.ts';
import type { Sampling } from './sampler.ts';

const GREEDY: Sampling = { doSample: false, temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 };
/** Where log-probabilities lie nearer than this, sums in another order may choose otherwise. */
const TIE = 1e-3;
/** f32 sums in another order. */
const TOLERANCE = 2e-4;
const CONTEXT = 160;
const LORA: LoraSpec = {
  rank: 4,
  alpha: 8,
  rankStabilized: false,
  dropout: 0,
  modules: ['q_proj', 'v_proj', 'down_proj'],
};

function textOf(seed: number, length: number, beginning: readonly number[] = []): number[] {
  const random = new Random(seed);
  return [...beginning, ...Array.from({ length: length - beginning.length }, () => 3 + random.integer(300))];
}

function request(prompt: readonly number[], more: Partial<GenerateRequest> = {}): GenerateRequest {
  return { prompt, maxNewTokens: 10, stopTokens: new Set(), sampling: GREEDY, ...more };
}

async function answer(engine: InferenceEngine, asked: GenerateRequest): Promise<number[]> {
  const tokens: number[] = [];
  for await (const { token } of engine.generate(asked)) tokens.push(token);
  return tokens;
}

/** The answer, cut where the two most likely tokens are as good as equal. */
async function certainAnswer(engine: InferenceEngine, asked: GenerateRequest): Promise<number[]> {
  const tokens: number[] = [];
  for await (const { token, top } of engine.generate({ ...asked, topLogprobs: 2 })) {
    if (top![0]!.logprob - top![1]!.logprob < TIE) break;
    tokens.push(token);
  }
  return tokens;
}

describe.each(['llama', 'qwen3', 'gemma3_text'])('an engine of %s', (name) => {
  let device: Device;
  let model: LoadedModel;
  const adapters = new Map<string, LoadedAdapter>();

  beforeAll(async () => {
    device = Device.cpu(1);
    model = await loadTiny(name, device);
    adapters.set('one', sineAdapter(model, LORA, { A: 0.3, B: 0.3 }));
    adapters.set(
      'two',
      sineAdapter(model, { ...LORA, rank: 8, modules: ['k_proj', 'up_proj'] }, { A: 0.2, B: -0.4 }),
    );
  });

  afterAll(() => {
    for (const adapter of adapters.values()) adapter[Symbol.dispose]();
    model[Symbol.dispose]();
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
    device[Symbol.dispose]();
  });

  async function withEngine(
    options: Partial<EngineOptions>,
    work: (engine: InferenceEngine) => Promise<void>,
    decoder: Decoder = baseDecoder(model),
  ): Promise<void> {
    const before = device.live.buffers;
    const engine = createEngine(decoder, model.arena, { contextLength: CONTEXT, ...options });
    try {
      await work(engine);
      expect(engine.statistics).toMatchObject({ running: 0, waiting: 0 });
    } finally {
      await engine.close();
    }
    expect(device.live.buffers).toBe(before);
  }

  const beginning = textOf(1, 40);
  const prompts = [
    textOf(2, 60, beginning),
    textOf(3, 45, beginning),
    textOf(4, 7),
    textOf(5, 41, beginning),
    textOf(6, 100),
    textOf(7, 1),
  ];

  it('answers in a full batch as alone', async () => {
    const alone: number[][] = [];
    for (const prompt of prompts) {
      await withEngine({}, async (engine) => {
        alone.push(await certainAnswer(engine, request(prompt)));
      });
    }
    expect(alone.flat().length).toBeGreaterThan(30);
    const settings = [
      {},
      { passTokens: 16, sharedPassTokens: 8 },
      { cacheTokens: CONTEXT + 20, passTokens: 32 },
    ];
    for (const options of settings) {
      await withEngine(options, async (engine) => {
        const together = await generateAll(engine, prompts, request([]));
        for (const [row, certain] of alone.entries()) {
          expect(together[row]!.slice(0, certain.length)).toEqual(certain);
        }
      });
    }
  });

  it('has several adapters in one batch, each answering as alone', async () => {
    const names = ['one', 'two', undefined];
    const alone = new Map<string | undefined, number[]>();
    for (const adapter of names) {
      const decoder = adapter ? adaptedDecoder(model, adapters.get(adapter)!) : baseDecoder(model);
      await withEngine(
        {},
        async (engine) => void alone.set(adapter, await certainAnswer(engine, request(prompts[0]!))),
        decoder,
      );
    }
    await withEngine({ adapters }, async (engine) => {
      expect(engine.adapters).toEqual(['one', 'two']);
      const asked = names.map((adapter) => request(prompts[0]!, { adapter }));
      const together = await Promise.all(asked.map((each) => answer(engine, each)));
      for (const [index, adapter] of names.entries()) {
        const certain = alone.get(adapter)!;
        expect(certain.length).toBeGreaterThan(0);
        expect(together[index]!.slice(0, certain.length)).toEqual(certain);
      }
      expect(together[0]).not.toEqual(together[2]);
      expect(together[1]).not.toEqual(together[2]);
    });
  });

  it('computes what prompts begin alike once', async () => {
    await withEngine({}, async (engine) => {
      const first = engine.generate(request(prompts[0]!));
      for await (const _ of first);
      expect(first.cachedTokens).toBe(0);
      const before = engine.statistics;
      const again = engine.generate(request(prompts[1]!));
      for await (const _ of again);
      expect(again.cachedTokens).toBe(40);
      const { reusedTokens, computedTokens } = engine.statistics;
      expect(reusedTokens - before.reusedTokens).toBe(40);
      expect(computedTokens - before.computedTokens).toBe(5 + 9); // the last token of an answer is not run
      await engine.classify({
        prompts: prompts.slice(0, 2),
        labels: [
          [5, 2],
          [6, 2],
        ],
        mode: 'argmax',
      });
    });
  });

  it('tells log-probabilities that are the model’s own', async () => {
    await withEngine({}, async (engine) => {
      const sampling = { ...GREEDY, doSample: true, temperature: 3, seed: 4 };
      let compared = 0;
      const drawn: number[] = [];
      for await (const { token, logprob, top } of engine.generate(
        request(prompts[2]!, { sampling, topLogprobs: 3 }),
      )) {
        expect(top).toHaveLength(3);
        const labels = [[token], [token === 1 ? 2 : 1]];
        const scored = await engine.classify({ prompts: [[...prompts[2]!, ...drawn]], labels, mode: 'all' });
        expect(scored[0]!.logProbabilities![0]).toBeCloseTo(logprob!, 3);
        drawn.push(token);
        compared++;
      }
      expect(compared).toBe(10);
    });
  });

  it('scores labels in a batch, in parts and with a small cache as at once', async () => {
    const labels = [
      [5, 6, 7, 2],
      [5, 6, 8, 9, 10, 2],
      [5, 11, 2],
      [12, 13, 14, 15, 2],
      [16, 2],
    ];
    const asked = { prompts: prompts.slice(0, 5), labels, mode: 'all' as const };
    const expected: number[][] = [];
    await withEngine({}, async (engine) => {
      for (const prompt of asked.prompts) {
        const [score] = await engine.classify({ ...asked, prompts: [prompt] });
        expected.push([...score!.logProbabilities!]);
      }
    });
    const settings = [{}, { passTokens: 3 }, { cacheTokens: CONTEXT, passTokens: 64 }, { maxRunning: 2 }];
    for (const options of settings) {
      await withEngine(options, async (engine) => {
        const [all, best] = await Promise.all([
          engine.classify(asked),
          engine.classify({ ...asked, mode: 'argmax' }),
        ]);
        for (const [row, values] of expected.entries()) {
          expect(relativeError(all[row]!.logProbabilities!, values)).toBeLessThan(TOLERANCE);
          expect(best[row]!.winner).toBe(values.indexOf(Math.max(...values)));
          expect(best[row]!.logProbability).toBeCloseTo(Math.max(...values), 3);
        }
      });
    }
  });

  it('embeds a text the same whatever else runs, at length 1', async () => {
    await withEngine({ passTokens: 16 }, async (engine) => {
      const alone = await engine.embed({ tokens: prompts[0]! });
      expect(alone).toHaveLength(model.spec.hiddenSize);
      expect(alone.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
      const [again, other] = await Promise.all([
        engine.embed({ tokens: prompts[0]! }),
        engine.embed({ tokens: prompts[1]! }),
        answer(engine, request(prompts[0]!)),
      ]);
      expect(relativeError(again, alone)).toBeLessThan(TOLERANCE);
      expect(relativeError(other, alone)).toBeGreaterThan(10 * TOLERANCE);
    });
  });
});

describe('an engine', () => {
  let device: Device;
  let model: LoadedModel;
  const prompt = textOf(2, 12);

  beforeAll(async () => {
    device = Device.cpu(1);
    model = await loadTiny('llama', device);
  });
  afterAll(() => {
    model[Symbol.dispose]();
    expect(device.live).toEqual({ buffers: 0, bytes: 0 });
    device[Symbol.dispose]();
  });

  const open = (options: Partial<EngineOptions> = {}) =>
    createEngine(baseDecoder(model), model.arena, { contextLength: CONTEXT, ...options });

  it.each([
    {
      name: 'a stop token',
      more: (full: number[]) => ({ stopTokens: new Set([full[3]!]) }),
      count: 3,
      reason: 'stop',
    },
    { name: 'as many tokens as allowed', more: () => ({ maxNewTokens: 4 }), count: 4, reason: 'length' },
    { name: 'a full context', more: () => ({ maxNewTokens: 1000 }), count: CONTEXT - 12, reason: 'length' },
  ])('ends an answer at $name', async ({ more, count, reason }) => {
    await using engine = open();
    const full = await answer(engine, request(prompt));
    const generation = engine.generate(request(prompt, more(full)));
    expect(generation.finishReason).toBeUndefined();
    const tokens: number[] = [];
    for await (const { token } of generation) tokens.push(token);
    const first = full.indexOf(full[3]!);
    expect(tokens).toHaveLength(reason === 'stop' ? first : count);
    expect(generation.finishReason).toBe(reason);
  });

  it('chooses only what a constraint allows, and ends where it does', async () => {
    await using engine = open();
    const allowed = [[7], [8, 9], [10]];
    const accepted: number[] = [];
    const constraint: TokenConstraint = {
      mask: () => {
        const bits = new Int32Array(Math.ceil(model.spec.vocabSize / 32));
        for (const token of allowed[accepted.length]!) bits[token >> 5]! |= 1 << (token & 31);
        return bits;
      },
      accept: (token) => accepted.push(token),
      get finished() {
        return accepted.length === allowed.length;
      },
    };
    const generation = engine.generate(request(prompt, { constraint }));
    const tokens: number[] = [];
    for await (const { token } of generation) tokens.push(token);
    expect(tokens).toEqual(accepted);
    expect(tokens.map((token, at) => allowed[at]!.includes(token))).toEqual([true, true, true]);
    expect(generation.finishReason).toBe('stop');
  });

  it('draws the same answer for the same seed, also in a batch', async () => {
    await using engine = open();
    const asked = request(prompt, { sampling: { ...GREEDY, doSample: true, temperature: 2, seed: 9 } });
    const alone = await answer(engine, asked);
    const [together] = await Promise.all([answer(engine, asked), answer(engine, request(textOf(3, 30)))]);
    expect(together).toEqual(alone);
  });

  it('ends what is cancelled at once, running or waiting, and goes on with the rest', async () => {
    await using engine = open({ maxRunning: 1 });
    const control = new AbortController();
    const running = answer(engine, request(prompt, { maxNewTokens: 100, signal: control.signal }));
    const waiting = answer(engine, request(prompt, { signal: control.signal }));
    const scored = engine.classify({
      prompts: [prompt],
      labels: [
        [3, 2],
        [4, 2],
      ],
      mode: 'all',
      signal: control.signal,
    });
    const embedded = engine.embed({ tokens: prompt, signal: control.signal });
    const other = answer(engine, request(prompt));
    await new Promise(setImmediate);
    control.abort(new Error('gone'));
    for (const cancelled of [running, waiting, scored, embedded])
      await expect(cancelled).rejects.toThrow('gone');
    expect(await other).toHaveLength(10);
    await expect(answer(engine, request(prompt, { signal: control.signal }))).rejects.toThrow('gone');
    expect(engine.statistics).toMatchObject({ running: 0, waiting: 0 });
  });

  it('forgets an answer that nobody reads to its end', async () => {
    await using engine = open();
    for await (const _ of engine.generate(request(prompt, { maxNewTokens: 100 }))) break;
    await engine.drain();
    expect(engine.statistics.generatedTokens).toBeLessThan(5);
  });

  it('answers what it has when drained, and takes no more', async () => {
    await using engine = open();
    const asked = answer(engine, request(prompt));
    await new Promise(setImmediate);
    await engine.drain();
    expect(await asked).toHaveLength(10);
    await expect(answer(engine, request(prompt))).rejects.toMatchObject({ code: 'run' });
  });

  it('ends what runs when closed', async () => {
    const engine = open();
    const asked = answer(engine, request(prompt, { maxNewTokens: 100 }));
    await new Promise(setImmediate);
    const ended = expect(asked).rejects.toThrow('it was closed');
    await engine.close();
    await engine.close();
    await ended;
  });

  it('tells what it did', async () => {
    let clock = 0;
    await using engine = open({ now: () => (clock += 100) });
    await answer(engine, request(prompt));
    expect(engine.statistics).toMatchObject({
      generatedTokens: 10,
      computedTokens: 21,
      cachedPrefixTokens: 21,
      reusedTokens: 0,
      batchSize: 1,
      tokensPerSecond: 10,
    });
  });

  it.each([
    ['an adapter that it does not have', { prompt, adapter: 'x' }, 'there is no adapter x; known are: none'],
    ['an empty prompt', { prompt: [] }, 'holds no token'],
    ['a prompt that fills the context', { prompt: textOf(1, CONTEXT) }, `a prompt of ${CONTEXT} tokens`],
  ])('refuses %s', async (_, asked, message) => {
    await using engine = open();
    const refusal = expect.objectContaining({ code: 'config', message: expect.stringContaining(message) });
    await expect(answer(engine, request(prompt, asked))).rejects.toThrow(refusal);
    const { prompt: tokens, ...rest } = asked as { prompt: number[]; adapter?: string };
    const labels = [
      [1, 2],
      [3, 2],
    ];
    await expect(engine.classify({ prompts: [tokens], labels, mode: 'all', ...rest })).rejects.toThrow(
      refusal,
    );
  });
});
