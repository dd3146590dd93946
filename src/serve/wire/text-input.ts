/** One text or several, each as text or as token ids: what completions and embeddings take. */
import { z } from '@hono/zod-openapi';

const MAX_INPUTS = 2048;
const MAX_TOKEN_ID = 2 ** 31 - 1;

const text = z.string().min(1);
const tokens = z.array(z.int().min(0).max(MAX_TOKEN_ID)).min(1);

export const textInput = z.union(
  [text, z.array(text).min(1).max(MAX_INPUTS), tokens, z.array(tokens).min(1).max(MAX_INPUTS)],
  { error: `has to be a text, a list of token ids, or a list of at most ${MAX_INPUTS} of these; none empty` },
);

type TextInput = z.output<typeof textInput>;

/** The inputs one by one. */
export function inputsOf(input: TextInput): (string | number[])[] {
  if (typeof input === 'string') return [input];
  return typeof input[0] === 'number' ? [input as number[]] : (input as string[] | number[][]);
}
