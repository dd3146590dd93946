/** From the body of a chat request to what the engine is asked: fields that depend on each other are checked here. */
import { badRequest } from '../http/api-error.ts';
import { findModel, type ServedModels } from '../served-models.ts';
import type { ChatRequest } from '../wire/chat.ts';
import { stopsOf } from '../wire/fields.ts';
import { type AnswerPlan, samplingOf } from './answer.ts';
import { conversationOf } from './conversation-of.ts';
import { promptOf } from './prompt.ts';

/** @throws ApiError for whatever does not go together, or with this model */
export async function planChat(models: ServedModels, request: ChatRequest): Promise<AnswerPlan> {
  const { template, defaults } = models;
  const model = findModel(models, request.model);
  const tools = request.tool_choice === 'none' ? [] : (request.tools ?? []);
  const isJson = request.response_format != null && request.response_format.type !== 'text';
  checkTogether(request, isJson, tools.length > 0);
  if (tools.length > 0 && !template.callReader) {
    throw badRequest("tools: this model's template knows none; leave them out", { param: 'tools' });
  }
  const conversation = conversationOf(request.messages, tools);
  // Thoughts are no JSON, so an answer that has to be JSON goes without.
  const wanted = isJson ? false : request.chat_template_kwargs?.enable_thinking;
  const prompt = promptOf(models, conversation, wanted);
  return {
    model,
    prompt,
    sampling: samplingOf(request, defaults),
    maxNewTokens: request.max_completion_tokens ?? request.max_tokens ?? defaults.maxNewTokens,
    stops: stopsOf(request.stop),
    topLogprobs: request.logprobs ? (request.top_logprobs ?? 0) : undefined,
    calls: tools.length > 0 ? template.callReader : undefined,
    grammar: isJson ? await models.grammars.get(shapeOf(request)) : undefined,
  };
}

function checkTogether(request: ChatRequest, isJson: boolean, hasTools: boolean): void {
  if (request.top_logprobs != null && !request.logprobs) {
    throw badRequest('top_logprobs needs logprobs: true', { param: 'top_logprobs' });
  }
  if (request.stream_options != null && !request.stream) {
    throw badRequest('stream_options needs stream: true', { param: 'stream_options' });
  }
  if (isJson && request.chat_template_kwargs?.enable_thinking) {
    throw badRequest('response_format: an answer in JSON has no thoughts; leave enable_thinking out', {
      param: 'chat_template_kwargs.enable_thinking',
    });
  }
  if (isJson && hasTools) {
    throw badRequest('response_format: an answer in JSON cannot call tools; leave one of them out', {
      param: 'response_format',
    });
  }
}

function shapeOf({ response_format: format }: ChatRequest) {
  if (format?.type !== 'json_schema') return {};
  const { schema, strict } = format.json_schema;
  return { schema, strict: strict === true };
}
