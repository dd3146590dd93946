/** Tokens and their log-probabilities, in the forms of the two endpoints that tell them. */
import type { GeneratedToken } from '../../infer/index.ts';
import type { Tokenizer } from '../../text/index.ts';
import type { Logprobs } from '../wire/chat.ts';
import type { CompletionChoice } from '../wire/completion.ts';

const utf8 = new TextDecoder();

/** A token alone: part of a character shows as U+FFFD, and a mark by its name. */
function shown(tokenizer: Tokenizer, id: number): { token: string; bytes: number[] } {
  const bytes = tokenizer.tokenBytes(id);
  return { token: utf8.decode(bytes), bytes: [...bytes] };
}

export function chatLogprobs(tokenizer: Tokenizer, tokens: readonly GeneratedToken[]): Logprobs {
  const content = tokens.map(({ token, logprob = 0, top = [] }) => ({
    ...shown(tokenizer, token),
    logprob,
    top_logprobs: top.map((other) => ({ ...shown(tokenizer, other.token), logprob: other.logprob })),
  }));
  return { content, refusal: null };
}

/** @param offset characters of the text before the first of these tokens */
export function completionLogprobs(
  tokenizer: Tokenizer,
  tokens: readonly GeneratedToken[],
  offset = 0,
): NonNullable<CompletionChoice['logprobs']> {
  const texts = tokens.map(({ token }) => shown(tokenizer, token).token);
  let place = offset;
  return {
    tokens: texts,
    token_logprobs: tokens.map(({ logprob = 0 }) => logprob),
    top_logprobs: tokens.map(({ top = [] }) =>
      Object.fromEntries(top.map(({ token, logprob }) => [shown(tokenizer, token).token, logprob])),
    ),
    text_offset: texts.map((text) => {
      const start = place;
      place += text.length;
      return start;
    }),
  };
}
