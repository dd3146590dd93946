/** The body of /v1/embeddings. */
import { z } from '@hono/zod-openapi';
import { model } from './fields.ts';
import { textInput } from './text-input.ts';

export const embeddingsRequest = z
  .strictObject({
    model,
    input: textInput,
    encoding_format: z.enum(['float', 'base64']).nullish(),
    user: z.string().nullish(),
  })
  .openapi('EmbeddingsRequest');

export type EmbeddingsRequest = z.output<typeof embeddingsRequest>;

export const embeddingsResponse = z
  .object({
    object: z.literal('list'),
    data: z.array(
      z.object({
        object: z.literal('embedding'),
        index: z.int(),
        embedding: z
          .union([z.array(z.number()), z.string()])
          .openapi({ description: 'Of length 1; in base64 the bytes of little-endian f32.' }),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .openapi('Embeddings');

export type EmbeddingsResponse = z.output<typeof embeddingsResponse>;
