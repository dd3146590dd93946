/** The body of every answer that is none, in OpenAI's form. */
import { z } from '@hono/zod-openapi';

export const errorResponse = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .openapi('Error');
