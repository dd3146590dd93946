/** The body of /v1/chat/completions. */
import { z } from '@hono/zod-openapi';
import {
  answerFields,
  MAX_TOP_LOGPROBS,
  model,
  platformFields,
  samplingFields,
  templateFields,
} from './fields.ts';
import { messages } from './messages.ts';
import { usage } from './usage.ts';

const MAX_TOOLS = 128;

const tool = z
  .strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name: z.string().regex(/^[\w-]{1,64}$/),
      description: z.string().optional(),
      parameters: z.record(z.string(), z.unknown()).optional(),
      strict: z
        .literal(false, { error: 'calls are not constrained to the schema; leave strict out' })
        .nullish(),
    }),
  })
  .openapi('Tool');

const responseFormat = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text') }),
    z.strictObject({ type: z.literal('json_object') }),
    z.strictObject({
      type: z.literal('json_schema'),
      json_schema: z.strictObject({
        name: z.string().regex(/^[\w-]{1,64}$/),
        description: z.string().optional(),
        schema: z.record(z.string(), z.unknown()),
        strict: z.boolean().nullish(),
      }),
    }),
  ])
  .openapi('ResponseFormat');

export const chatRequest = z
  .strictObject({
    model,
    messages,
    ...samplingFields,
    ...answerFields,
    max_tokens: z.int().min(1).nullish(),
    max_completion_tokens: z.int().min(1).nullish(),
    logprobs: z.boolean().nullish(),
    top_logprobs: z.int().min(0).max(MAX_TOP_LOGPROBS).nullish(),
    tools: z.array(tool).max(MAX_TOOLS).nullish(),
    tool_choice: z
      .enum(['auto', 'none'], { error: 'a call cannot be demanded; set tool_choice to auto or none' })
      .nullish(),
    parallel_tool_calls: z.boolean().nullish(),
    response_format: responseFormat.nullish(),
    modalities: z.array(z.literal('text')).nullish(),
    ...templateFields,
    ...platformFields,
  })
  .openapi('ChatCompletionRequest');

export type ChatRequest = z.output<typeof chatRequest>;
export type Tool = NonNullable<ChatRequest['tools']>[number];

const tokenLogprob = z.object({
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.int()),
});

const logprobs = z
  .object({
    content: z.array(tokenLogprob.extend({ top_logprobs: z.array(tokenLogprob) })),
    refusal: z.null(),
  })
  .openapi('Logprobs');

export type Logprobs = z.output<typeof logprobs>;

const calledFunction = z.object({ name: z.string(), arguments: z.string() });

export const chatResponse = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          reasoning_content: z.string().optional(),
          refusal: z.null(),
          tool_calls: z
            .array(z.object({ id: z.string(), type: z.literal('function'), function: calledFunction }))
            .optional(),
        }),
        logprobs: logprobs.nullable(),
        finish_reason: z.enum(['stop', 'length', 'tool_calls']),
      }),
    ),
    usage,
  })
  .openapi('ChatCompletion');

export type ChatResponse = z.output<typeof chatResponse>;
export type ChatChoice = ChatResponse['choices'][number];

/** One event of a stream. */
export interface ChatChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: ChatDelta;
    readonly logprobs: Logprobs | null;
    readonly finish_reason: ChatChoice['finish_reason'] | null;
  }[];
  readonly usage?: z.output<typeof usage> | null;
}

export interface ChatDelta {
  readonly role?: 'assistant';
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly {
    readonly index: number;
    readonly id: string;
    readonly type: 'function';
    readonly function: z.output<typeof calledFunction>;
  }[];
}
