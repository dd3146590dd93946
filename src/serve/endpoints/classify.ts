/** POST /v1/classify: the likeliest of given labels for each row, by the exact probability of the label as an answer. */

import type { LabelScore } from '../../infer/index.ts';
import type { Conversation } from '../../text/index.ts';
import { conversationOf } from '../answers/conversation-of.ts';
import { promptOf } from '../answers/prompt.ts';
import { badRequest } from '../http/api-error.ts';
import type { App, AppContext } from '../http/app-env.ts';
import { addPost, jsonResponse } from '../http/endpoint.ts';
import { findModel, type ServedModels } from '../served-models.ts';
import {
  type ClassifyRequest,
  type ClassifyResponse,
  classifyRequest,
  classifyResponse,
} from '../wire/classify.ts';
import type { ChatMessage } from '../wire/messages.ts';

export function addClassify(app: App, context: AppContext): void {
  const { models } = context;
  addPost(app, context, {
    path: '/v1/classify',
    summary: 'Chooses among labels.',
    request: classifyRequest,
    response: classifyResponse,
    async handle(request, call) {
      call.model = request.model;
      const { adapter } = findModel(models, request.model);
      const { labels, mode } = request;
      const thinking = request.chat_template_kwargs?.enable_thinking;
      const answers = encodeLabels(models, labels, thinking);
      const prompts = conversationsOf(request).map(
        ({ conversation, where }) => promptOf(models, conversation, thinking, where).tokens,
      );
      call.promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0);
      const scores = await models.engine.classify({
        adapter,
        prompts,
        labels: answers,
        mode,
        signal: call.signal,
      });
      const body: ClassifyResponse = {
        object: 'list',
        model: request.model,
        data: scores.map((score, index) => ({ index, ...inWords(score, labels) })),
        usage: { prompt_tokens: call.promptTokens, total_tokens: call.promptTokens },
      };
      return jsonResponse(body);
    },
  });
}

interface Asked {
  readonly conversation: Conversation;
  /** The place in the request. */
  readonly where: string;
}

function conversationsOf({ rows, messages }: ClassifyRequest): Asked[] {
  if ((rows === undefined) === (messages === undefined)) {
    throw badRequest('rows or messages: give one of the two', { param: rows ? 'messages' : 'rows' });
  }
  if (messages) {
    const isList = (given: typeof messages): given is ChatMessage[][] => Array.isArray(given[0]);
    const list = isList(messages) ? messages : [messages];
    return list.map((one, index) => {
      const where = list === messages ? `messages[${index}]` : 'messages';
      return { conversation: conversationOf(one, [], where), where };
    });
  }
  return rows!.map((row, index) => {
    const where = `rows[${index}]`;
    if (typeof row === 'string')
      return { conversation: { messages: [{ role: 'user', content: row }] }, where };
    // As a row of a data set is read: the instruction, and its input below it.
    const content = [row.instruction, row.input].filter((text) => text).join('\n');
    if (content === '')
      throw badRequest(`${where}: has no text; give instruction or input`, { param: where });
    return { conversation: { messages: [{ role: 'user', content }], system: row.system }, where };
  });
}

/** @throws ApiError when two labels cannot be told apart as answers */
function encodeLabels(
  { template, tokenizer, defaults }: ServedModels,
  labels: readonly string[],
  thinking: boolean | undefined,
): number[][] {
  const options = { enableThinking: thinking ?? defaults.enableThinking };
  const answers = labels.map((label) => template.encodeAnswer(tokenizer, label, options));
  const keys = answers.map((answer) => `${answer.join(' ')} `);
  // Neighbours in order suffice: what begins with a key follows it at once.
  const order = [...keys.keys()].sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  const clash = order.findIndex(
    (_, place) => place > 0 && keys[order[place]!]!.startsWith(keys[order[place - 1]!]!),
  );
  if (clash < 0) return answers;
  const [first, second] = [order[clash - 1]!, order[clash]!].sort((a, b) => a - b);
  throw badRequest(
    `labels: ${quoted(labels[first!]!)} and ${quoted(labels[second!]!)} are equal, or one is the beginning of the other; make them differ`,
    { param: `labels[${second}]` },
  );
}

const quoted = (label: string): string => JSON.stringify(label.slice(0, 100));

function inWords({ winner, logProbability, logProbabilities }: LabelScore, labels: readonly string[]) {
  const label = labels[winner]!;
  if (!logProbabilities) return { label, probability: Math.exp(logProbability) };
  const shares = logProbabilities.map((value) => Math.exp(value - logProbability));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return {
    label,
    probability: 1 / total,
    probabilities: Object.fromEntries(labels.map((name, index) => [name, shares[index]! / total])),
  };
}
