/** POST /v1/chat/completions: answers to a conversation, in one piece or as they come. */
import { randomUUID } from 'node:crypto';
import { type AnswerDelta, type AnswerEnd, answer, choices } from '../answers/answer.ts';
import type { AnswerPart } from '../answers/answer-parts.ts';
import { chatLogprobs } from '../answers/logprobs.ts';
import { planChat } from '../answers/plan-chat.ts';
import { sideBySide } from '../answers/side-by-side.ts';
import type { App, AppContext } from '../http/app-env.ts';
import type { Call } from '../http/call.ts';
import { addPost, jsonResponse } from '../http/endpoint.ts';
import { eventResponse } from '../http/event-stream.ts';
import type { ServedModels } from '../served-models.ts';
import {
  type ChatChoice,
  type ChatChunk,
  type ChatDelta,
  type ChatRequest,
  type ChatResponse,
  chatRequest,
  chatResponse,
} from '../wire/chat.ts';
import { type Usage, usageOf } from '../wire/usage.ts';

export function addChatCompletions(app: App, context: AppContext): void {
  const { models } = context;
  addPost(app, context, {
    path: '/v1/chat/completions',
    summary: 'Answers a conversation.',
    request: chatRequest,
    response: chatResponse,
    streams: true,
    async handle(request, call) {
      call.model = request.model;
      const plan = await planChat(models, request);
      call.promptTokens = plan.prompt.tokens.length;
      const answers = choices(plan, request.n ?? 1).map((one) => answer(models, one, call));
      const about = {
        id: `chatcmpl-${randomUUID()}`,
        created: Math.floor(Date.now() / 1000),
        model: request.model,
      };
      if (request.stream) return eventResponse(streamed(models, request, { answers, about, call }), call);
      return jsonResponse(await whole(models, request, { answers, about, call }));
    },
  });
}

interface Answering {
  readonly answers: readonly AsyncGenerator<AnswerDelta, AnswerEnd>[];
  readonly about: { readonly id: string; readonly created: number; readonly model: string };
  readonly call: Call;
}

/** The first answer's prompt may have been computed; those of the others then were found. */
function totals(ends: readonly AnswerEnd[], promptTokens: number): Usage {
  const completionTokens = ends.reduce((sum, end) => sum + end.completionTokens, 0);
  return usageOf(promptTokens, completionTokens, Math.min(...ends.map((end) => end.cachedTokens)));
}

async function whole(
  { tokenizer }: ServedModels,
  request: ChatRequest,
  { answers, about, call }: Answering,
): Promise<ChatResponse> {
  const collected = answers.map(() => ({
    parts: [] as AnswerPart[],
    tokens: [] as AnswerDelta['tokens'][number][],
  }));
  const ends: AnswerEnd[] = [];
  for await (const arrival of sideBySide(answers)) {
    if ('end' in arrival) ends[arrival.index] = arrival.end;
    else {
      collected[arrival.index]!.parts.push(...arrival.delta.parts);
      if (request.logprobs) collected[arrival.index]!.tokens.push(...arrival.delta.tokens);
    }
  }
  return {
    ...about,
    object: 'chat.completion',
    choices: collected.map(({ parts, tokens }, index) => ({
      index,
      ...messageOf(parts, ends[index]!, request),
      logprobs: request.logprobs ? chatLogprobs(tokenizer, tokens) : null,
    })),
    usage: totals(ends, call.promptTokens),
  };
}

function messageOf(
  parts: readonly AnswerPart[],
  end: AnswerEnd,
  request: ChatRequest,
): Pick<ChatChoice, 'message' | 'finish_reason'> {
  const textOf = (kind: 'reasoning' | 'content') =>
    parts.map((part) => (part.kind === kind ? part.text : '')).join('');
  const reasoning = textOf('reasoning');
  const calls = parts
    .flatMap((part) => (part.kind === 'call' ? [part.call] : []))
    .slice(0, request.parallel_tool_calls === false ? 1 : undefined)
    .map((call) => ({ id: callId(), type: 'function' as const, function: call }));
  const content = calls.length > 0 ? textOf('content').trim() || null : textOf('content');
  return {
    message: {
      role: 'assistant',
      content,
      refusal: null,
      ...(reasoning && { reasoning_content: reasoning }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    finish_reason: calls.length > 0 ? 'tool_calls' : end.finishReason,
  };
}

const callId = (): string => `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;

async function* streamed(
  { tokenizer }: ServedModels,
  request: ChatRequest,
  { answers, about, call }: Answering,
): AsyncGenerator<ChatChunk> {
  const withUsage = request.stream_options?.include_usage === true;
  const chunk = (choices: ChatChunk['choices'], usage: Usage | null = null): ChatChunk => ({
    ...about,
    object: 'chat.completion.chunk',
    choices,
    ...(withUsage && { usage }),
  });
  const one = (index: number, delta: ChatDelta, rest: Partial<ChatChunk['choices'][number]> = {}) =>
    chunk([{ index, delta, logprobs: null, finish_reason: null, ...rest }]);
  const ends: AnswerEnd[] = [];
  const called = answers.map(() => 0);
  const mostCalls = request.parallel_tool_calls === false ? 1 : Number.POSITIVE_INFINITY;
  for (const index of answers.keys()) yield one(index, { role: 'assistant', content: '' });
  for await (const arrival of sideBySide(answers)) {
    const { index } = arrival;
    if ('end' in arrival) {
      ends[index] = arrival.end;
      yield one(index, {}, { finish_reason: called[index]! > 0 ? 'tool_calls' : arrival.end.finishReason });
      continue;
    }
    const { parts, tokens } = arrival.delta;
    let logprobs = request.logprobs && tokens.length > 0 ? chatLogprobs(tokenizer, tokens) : null;
    for (const part of parts) {
      if (part.kind === 'call' && called[index]! >= mostCalls) continue;
      yield one(index, deltaOf(part, called[index]!), { logprobs });
      if (part.kind === 'call') called[index]!++;
      logprobs = null; // Told once, with the first part of the text that the tokens made.
    }
    if (logprobs) yield one(index, {}, { logprobs });
  }
  if (withUsage) yield chunk([], totals(ends, call.promptTokens));
}

function deltaOf(part: AnswerPart, callsBefore: number): ChatDelta {
  if (part.kind === 'call') {
    return { tool_calls: [{ index: callsBefore, id: callId(), type: 'function', function: part.call }] };
  }
  return part.kind === 'content' ? { content: part.text } : { reasoning_content: part.text };
}
