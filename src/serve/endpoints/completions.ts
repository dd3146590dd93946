/** POST /v1/completions: a text, or several, go on. */
import { randomUUID } from 'node:crypto';
import {
  type AnswerDelta,
  type AnswerEnd,
  type AnswerPlan,
  answer,
  choices,
  samplingOf,
} from '../answers/answer.ts';
import { completionLogprobs } from '../answers/logprobs.ts';
import { textTokens } from '../answers/prompt.ts';
import { sideBySide } from '../answers/side-by-side.ts';
import { badRequest } from '../http/api-error.ts';
import type { App, AppContext } from '../http/app-env.ts';
import { addPost, jsonResponse } from '../http/endpoint.ts';
import { eventResponse } from '../http/event-stream.ts';
import { findModel, type ServedModels } from '../served-models.ts';
import {
  type CompletionChoice,
  type CompletionRequest,
  type CompletionResponse,
  completionRequest,
  completionResponse,
} from '../wire/completion.ts';
import { stopsOf } from '../wire/fields.ts';
import { inputsOf } from '../wire/text-input.ts';
import { usageOf } from '../wire/usage.ts';

/** As OpenAI has it. */
const DEFAULT_MAX_TOKENS = 16;
/** Answers of one request: prompts times n. */
const MAX_ANSWERS = 2048;

export function addCompletions(app: App, context: AppContext): void {
  const { models } = context;
  addPost(app, context, {
    path: '/v1/completions',
    summary: 'Goes on with a text.',
    request: completionRequest,
    response: completionResponse,
    streams: true,
    async handle(request, call) {
      call.model = request.model;
      const plans = planCompletions(models, request);
      const prompts = plans.filter((_, index) => index % (request.n ?? 1) === 0);
      call.promptTokens = prompts.reduce((sum, { prompt }) => sum + prompt.tokens.length, 0);
      const about = {
        id: `cmpl-${randomUUID()}`,
        object: 'text_completion' as const,
        created: Math.floor(Date.now() / 1000),
        model: request.model,
      };
      const answers = plans.map((plan) => answer(models, plan, call));
      const events = completionEvents(models, request, answers, call.promptTokens);
      if (request.stream) return eventResponse(labelled(events, about), call);
      return jsonResponse({ ...about, ...(await joined(events, answers.length)) });
    },
  });
}

function planCompletions(models: ServedModels, request: CompletionRequest): AnswerPlan[] {
  const model = findModel(models, request.model);
  const inputs = inputsOf(request.prompt);
  const count = request.n ?? 1;
  if (inputs.length * count > MAX_ANSWERS) {
    throw badRequest(`prompt: ${inputs.length} texts, ${count} answers each, are more than ${MAX_ANSWERS}`, {
      param: 'prompt',
    });
  }
  if (request.stream_options != null && !request.stream) {
    throw badRequest('stream_options needs stream: true', { param: 'stream_options' });
  }
  return inputs.flatMap((input) => {
    const plan: AnswerPlan = {
      model,
      prompt: { tokens: textTokens(models, input, 'prompt'), thoughts: 'none' },
      sampling: samplingOf(request, models.defaults),
      maxNewTokens: request.max_tokens ?? DEFAULT_MAX_TOKENS,
      stops: stopsOf(request.stop),
      topLogprobs: request.logprobs ?? undefined,
    };
    return choices(plan, count);
  });
}

type Event = Pick<CompletionResponse, 'choices' | 'usage'>;

async function* completionEvents(
  { tokenizer }: ServedModels,
  request: CompletionRequest,
  answers: readonly AsyncGenerator<AnswerDelta, AnswerEnd>[],
  promptTokens: number,
): AsyncGenerator<Event> {
  const offsets = answers.map(() => 0);
  const ends: AnswerEnd[] = [];
  for await (const arrival of sideBySide(answers)) {
    const { index } = arrival;
    const choice = { index, text: '', logprobs: null, finish_reason: null };
    if ('end' in arrival) {
      ends.push(arrival.end);
      yield { choices: [{ ...choice, finish_reason: arrival.end.finishReason }] };
      continue;
    }
    const { parts, tokens } = arrival.delta;
    const text = parts.map((part) => (part.kind === 'content' ? part.text : '')).join('');
    const logprobs =
      request.logprobs == null || tokens.length === 0
        ? null
        : completionLogprobs(tokenizer, tokens, offsets[index]!);
    offsets[index]! += logprobs?.tokens.join('').length ?? 0;
    if (text !== '' || logprobs) yield { choices: [{ ...choice, text, logprobs }] };
  }
  if (request.stream && !request.stream_options?.include_usage) return;
  const completionTokens = ends.reduce((sum, end) => sum + end.completionTokens, 0);
  const cachedTokens = ends.reduce((sum, end) => sum + end.cachedTokens, 0);
  yield { choices: [], usage: usageOf(promptTokens, completionTokens, Math.min(cachedTokens, promptTokens)) };
}

async function* labelled(events: AsyncGenerator<Event>, about: object): AsyncGenerator<object> {
  for await (const event of events) yield { ...about, ...event };
}

async function joined(events: AsyncGenerator<Event>, count: number): Promise<Event> {
  const whole = Array.from(
    { length: count },
    (_, index): CompletionChoice => ({ index, text: '', logprobs: null, finish_reason: null }),
  );
  let usage: Event['usage'];
  for await (const event of events) {
    usage = event.usage ?? usage;
    for (const { index, text, logprobs, finish_reason } of event.choices) {
      const choice = whole[index]!;
      choice.text += text;
      choice.finish_reason = finish_reason ?? choice.finish_reason;
      if (!choice.logprobs || !logprobs) choice.logprobs ??= logprobs;
      else {
        choice.logprobs.tokens.push(...logprobs.tokens);
        choice.logprobs.token_logprobs.push(...logprobs.token_logprobs);
        choice.logprobs.top_logprobs.push(...logprobs.top_logprobs);
        choice.logprobs.text_offset.push(...logprobs.text_offset);
      }
    }
  }
  return { choices: whole, usage };
}
