/** The body of /v1/completions: a text goes on, without any template. */
import { z } from '@hono/zod-openapi';
import { answerFields, MAX_TOP_LOGPROBS, model, platformFields, samplingFields } from './fields.ts';
import { textInput } from './text-input.ts';
import { usage } from './usage.ts';

const absent = (name: string) =>
  z
    .null({ error: `${name} is not supported; leave it out` })
    .optional()
    .openapi({ description: 'Not supported.' });

export const completionRequest = z
  .strictObject({
    model,
    prompt: textInput,
    max_tokens: z.int().min(1).nullish().openapi({ description: '16 when absent.' }),
    ...samplingFields,
    ...answerFields,
    logprobs: z.int().min(0).max(MAX_TOP_LOGPROBS).nullish(),
    echo: z.literal(false, { error: 'echo is not supported; leave it out' }).nullish(),
    best_of: z.literal(1, { error: 'best_of is not supported; use n' }).nullish(),
    suffix: absent('suffix'),
    ...platformFields,
  })
  .openapi('CompletionRequest');

export type CompletionRequest = z.output<typeof completionRequest>;

const logprobs = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number()),
  top_logprobs: z.array(z.record(z.string(), z.number())),
  text_offset: z.array(z.int()),
});

export const completionResponse = z
  .object({
    id: z.string(),
    object: z.literal('text_completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        text: z.string(),
        logprobs: logprobs.nullable(),
        finish_reason: z.enum(['stop', 'length']).nullable(),
      }),
    ),
    usage: usage.nullish(),
  })
  .openapi('Completion', { description: 'Events of a stream have the same form.' });

export type CompletionResponse = z.output<typeof completionResponse>;
export type CompletionChoice = CompletionResponse['choices'][number];
