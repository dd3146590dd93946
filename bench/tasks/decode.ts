/**
 * Greedy answers of a fixed length, one alone or several side by side. Reading the prompts is not part of the time:
 * it is measured by answers of one token and taken off.
 */
import { resolveModel } from '../../src/hub/index.ts';
import { createEngine, generateAll, type InferenceEngine } from '../../src/infer/index.ts';
import { baseDecoder, loadModel, openDevice } from '../../src/load/index.ts';

export interface DecodeOrder {
  /** A folder or a GGUF file. */
  readonly model: string;
  readonly threads: number;
  readonly prompts: readonly (readonly number[])[];
  readonly newTokens: number;
  readonly runs: number;
}

interface DecodeOutcome {
  readonly loadSeconds: number;
  /** Of all streams together, one figure a run. */
  readonly tokensPerSecond: readonly number[];
  /** Token ids of the first stream. */
  readonly answer: readonly number[];
}

const GREEDY = { doSample: false, temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, seed: 0 };

export async function measureDecoding(order: DecodeOrder): Promise<DecodeOutcome> {
  const { prompts, newTokens, runs } = order;
  const began = performance.now();
  using device = openDevice({ name: 'cpu', threads: order.threads });
  using model = await loadModel(await resolveModel(order.model), device, {
    dtype: 'bf16',
    keepQuantized: true,
  });
  const loadSeconds = (performance.now() - began) / 1000;
  const contextLength = Math.max(...prompts.map((prompt) => prompt.length)) + newTokens + 1;
  await using engine = createEngine(baseDecoder(model), model.arena, { contextLength });
  const answerAll = async (count: number): Promise<{ seconds: number; answer: readonly number[] }> => {
    const started = performance.now();
    const answers = await answered(engine, prompts, count);
    return { seconds: (performance.now() - started) / 1000, answer: answers[0]! };
  };
  let { answer } = await answerAll(newTokens + 1); // graphs are compiled now
  const tokensPerSecond: number[] = [];
  for (let run = 0; run < runs; run++) {
    const reading = await answerAll(1);
    const all = await answerAll(newTokens + 1);
    answer = all.answer;
    tokensPerSecond.push((prompts.length * newTokens) / (all.seconds - reading.seconds));
  }
  return { loadSeconds, tokensPerSecond, answer };
}

/** Nothing ends an answer early. */
function answered(
  engine: InferenceEngine,
  prompts: readonly (readonly number[])[],
  maxNewTokens: number,
): Promise<number[][]> {
  return generateAll(engine, prompts, { maxNewTokens, stopTokens: new Set(), sampling: GREEDY });
}
