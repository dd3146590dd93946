/** From conversations and texts to the token ids of a prompt, refused where they do not fit. */
import type { Conversation } from '../../text/index.ts';
import { type ApiError, badRequest } from '../http/api-error.ts';
import type { ServedModels } from '../served-models.ts';

/** A prompt that ends so has begun the thoughts. */
const OPEN_THOUGHT = /<think>\s*$/;
/** Tokens at the end of a prompt that are looked through for it. */
const TAIL_TOKENS = 8;

export interface Prompt {
  readonly tokens: readonly number[];
  readonly thoughts: 'none' | 'possible' | 'open';
}

/** @throws ApiError when it does not fit, or a template cannot be filled */
export function promptOf(
  models: ServedModels,
  conversation: Conversation,
  enableThinking: boolean | null | undefined,
  where = 'messages',
): Prompt {
  const { template, tokenizer, defaults } = models;
  const texts = conversation.messages.map(({ content }) => content);
  checkBytes(models, [...texts, conversation.system ?? '', conversation.tools ?? ''], where);
  const thinking = { enableThinking: enableThinking ?? defaults.enableThinking };
  const tokens = template.encodePrompt(tokenizer, conversation, thinking);
  checkTokens(models, tokens.length, where);
  if (!template.reasoning) return { tokens, thoughts: 'none' };
  const isOpen = OPEN_THOUGHT.test(tokenizer.decode(tokens.slice(-TAIL_TOKENS)));
  return { tokens, thoughts: isOpen ? 'open' : 'possible' };
}

/**
 * The tokens of a bare text, or ids as they were given.
 * @throws ApiError when they do not fit or are not in the vocabulary
 */
export function textTokens(models: ServedModels, input: string | readonly number[], where: string): number[] {
  const { tokenizer, leadingTokens } = models;
  if (typeof input !== 'string') {
    const stray = input.find((id) => id >= tokenizer.vocabSize);
    if (stray === undefined) {
      checkTokens(models, input.length, where);
      return [...input];
    }
    throw badRequest(`${where}: ${stray} is no token id; the vocabulary has ${tokenizer.vocabSize}`, {
      param: where,
    });
  }
  checkBytes(models, [input], where);
  const tokens = [...leadingTokens, ...tokenizer.encode(input)];
  if (tokens.length === 0) throw badRequest(`${where}: has no tokens; write some text`, { param: where });
  checkTokens(models, tokens.length, where);
  return tokens;
}

function checkBytes({ maxPromptBytes, engine }: ServedModels, texts: readonly string[], where: string): void {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > maxPromptBytes) throw tooLong(`${bytes} bytes`, engine.contextLength, where);
}

function checkTokens({ engine: { contextLength } }: ServedModels, count: number, where: string): void {
  if (count >= contextLength) throw tooLong(`${count} tokens`, contextLength, where);
}

function tooLong(size: string, contextLength: number, where: string): ApiError {
  return badRequest(
    `${where}: the prompt has ${size}, and prompt and answer may have ${contextLength} tokens together; shorten it`,
    { code: 'context_length_exceeded', param: where },
  );
}
