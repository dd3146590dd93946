/** One answer of the engine, as parts of text that may be shown. Knows no JSON and no HTTP but for what ends it. */
import { randomInt } from 'node:crypto';
import type { GeneratedToken, Sampling } from '../../infer/index.ts';
import type { CallReader } from '../../text/index.ts';
import type { Grammar } from '../grammar/grammars.ts';
import type { Call } from '../http/call.ts';
import type { AnswerDefaults, ServedModel, ServedModels } from '../served-models.ts';
import type { SamplingFields } from '../wire/fields.ts';
import { type AnswerPart, AnswerParts } from './answer-parts.ts';
import type { Prompt } from './prompt.ts';
import { TextStream } from './text-stream.ts';

export interface AnswerPlan {
  readonly model: ServedModel;
  readonly prompt: Prompt;
  readonly sampling: Sampling;
  readonly maxNewTokens: number;
  readonly stops: readonly string[];
  /** Where log-probabilities are asked for. */
  readonly topLogprobs?: number | undefined;
  readonly calls?: CallReader | undefined;
  readonly grammar?: Grammar | undefined;
}

/** What came, maybe without any text: tokens then wait for none. */
export interface AnswerDelta {
  readonly parts: readonly AnswerPart[];
  readonly tokens: readonly GeneratedToken[];
}

export interface AnswerEnd {
  readonly finishReason: 'stop' | 'length';
  readonly completionTokens: number;
  readonly cachedTokens: number;
}

/** @throws what the call's signal was aborted with */
export async function* answer(
  { engine, tokenizer, stopTokens }: ServedModels,
  plan: AnswerPlan,
  call: Call,
): AsyncGenerator<AnswerDelta, AnswerEnd> {
  const { model, prompt, sampling, maxNewTokens, stops, topLogprobs, calls, grammar } = plan;
  const text = new TextStream(tokenizer, stops);
  const parts = new AnswerParts({ thoughts: prompt.thoughts, calls });
  const constraint = await grammar?.start();
  let completionTokens = 0;
  try {
    const generation = engine.generate({
      adapter: model.adapter,
      prompt: prompt.tokens,
      maxNewTokens,
      stopTokens,
      sampling,
      topLogprobs,
      constraint,
      signal: call.signal,
    });
    for await (const token of generation) {
      call.sawToken();
      completionTokens++;
      const piece = text.push(token);
      const said = piece.text === '' ? [] : parts.push(piece.text);
      if (said.length > 0 || piece.tokens.length > 0) yield { parts: said, tokens: piece.tokens };
      if (text.stopped) break;
    }
    const rest = text.end();
    const last = [...(rest.text === '' ? [] : parts.push(rest.text)), ...parts.end()];
    if (last.length > 0 || rest.tokens.length > 0) yield { parts: last, tokens: rest.tokens };
    return {
      finishReason: text.stopped ? 'stop' : (generation.finishReason ?? 'stop'),
      completionTokens,
      cachedTokens: generation.cachedTokens,
    };
  } finally {
    call.completionTokens += completionTokens;
    constraint?.[Symbol.dispose]();
  }
}

/** What the request says, and where it says nothing, what the server was started with. */
export function samplingOf(request: SamplingFields, { sampling }: AnswerDefaults): Sampling {
  const temperature = request.temperature ?? sampling.temperature;
  return {
    doSample: request.temperature == null ? sampling.doSample : temperature > 0,
    temperature,
    topP: request.top_p ?? sampling.topP,
    topK: Math.max(0, request.top_k ?? sampling.topK),
    repetitionPenalty: request.repetition_penalty ?? sampling.repetitionPenalty,
    seed: request.seed ?? randomInt(2 ** 31),
  };
}

/** The same prompt answered several times, each by a chance of its own. */
export function choices(plan: AnswerPlan, count: number): AnswerPlan[] {
  const { seed } = plan.sampling;
  return Array.from({ length: count }, (_, index) => ({
    ...plan,
    sampling: { ...plan.sampling, seed: seed + index },
  }));
}
