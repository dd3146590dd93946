/** The body of /v1/classify: rows, and the labels to choose among. */
import { z } from '@hono/zod-openapi';
import { model, templateFields } from './fields.ts';
import { messages } from './messages.ts';

const MAX_ROWS = 2048;
const MAX_LABELS = 1024;
const MAX_LABEL_LENGTH = 1024;

const row = z
  .union(
    [
      z.string().min(1),
      z.strictObject({
        instruction: z.string().optional(),
        input: z.string().optional(),
        system: z.string().optional(),
      }),
    ],
    { error: 'has to be a text, or {"instruction": …, "input": …, "system": …}' },
  )
  .openapi('Row', { description: "A user's message, or a row as data sets have it." });

export const classifyRequest = z
  .strictObject({
    model,
    rows: z.array(row).min(1).max(MAX_ROWS).optional(),
    messages: z
      .union([messages, z.array(messages).min(1).max(MAX_ROWS)], {
        error: 'has to be a conversation, or a list of conversations',
      })
      .optional()
      .openapi({ description: 'Instead of rows: one conversation, or several.' }),
    labels: z
      .array(z.string().min(1).max(MAX_LABEL_LENGTH))
      .min(2)
      .max(MAX_LABELS)
      .openapi({ description: 'The answers to choose among, each different.', uniqueItems: true }),
    mode: z.enum(['all', 'argmax']).default('all').openapi({
      description:
        "all: every label's probability among the labels. argmax: the likeliest label only, faster.",
    }),
    ...templateFields,
  })
  .openapi('ClassifyRequest');

export type ClassifyRequest = z.output<typeof classifyRequest>;

export const classifyResponse = z
  .object({
    object: z.literal('list'),
    model: z.string(),
    data: z.array(
      z.object({
        index: z.int(),
        label: z.string(),
        probability: z.number().openapi({
          description:
            'In mode all among the labels; in mode argmax among all answers that the model could give.',
        }),
        probabilities: z
          .record(z.string(), z.number())
          .optional()
          .openapi({ description: 'Of each label; in mode all.' }),
      }),
    ),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .openapi('Classification');

export type ClassifyResponse = z.output<typeof classifyResponse>;
