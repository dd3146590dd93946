/** Messages of a conversation as the API takes them. Knows their form, not how they become a prompt. */
import { z } from '@hono/zod-openapi';

const textPart = z
  .object({ type: z.literal('text', { error: 'only text can be read here' }), text: z.string() })
  .openapi('TextPart');

const content = z.union([z.string(), z.array(textPart).min(1)], {
  error: 'has to be a text or a list of parts {"type": "text", "text": …}; only text can be read here',
});

const toolCall = z
  .object({
    id: z.string(),
    type: z.literal('function'),
    function: z.object({ name: z.string().min(1), arguments: z.string() }),
  })
  .openapi('ToolCall');

const message = z
  .discriminatedUnion('role', [
    z.object({ role: z.enum(['system', 'developer']), content }),
    z.object({ role: z.literal('user'), content }),
    z.object({
      role: z.literal('assistant'),
      content: content.nullish(),
      tool_calls: z.array(toolCall).min(1).nullish(),
    }),
    z.object({ role: z.literal('tool'), content, tool_call_id: z.string() }),
  ])
  .openapi('Message');

export type ChatMessage = z.output<typeof message>;

/** Turns that a conversation may have: rendering costs time for each. */
const MAX_MESSAGES = 1024;

export const messages = z.array(message).min(1).max(MAX_MESSAGES).openapi({
  description:
    'System texts, then turns that begin with user and end with user or tool. Neighbours of one side are joined.',
});

export function textOf(given: z.output<typeof content> | null | undefined): string {
  return typeof given === 'string' ? given : (given ?? []).map((part) => part.text).join('');
}
